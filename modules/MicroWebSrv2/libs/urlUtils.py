"""Percent-encoding, paths and forms (RFC 3986, WHATWG URL): text in, text out.

Most paths have nothing to decode or encode; what the others need is in `urlUtilsMore.py`.
"""


class UrlUtils:
    """Static functions on the parts of a URL."""

    @staticmethod
    def Quote(s, safe="/"):
        """Returns the text percent-encoded as UTF-8, except letters, digits, `-._~` and `safe`."""
        raw = s.encode("utf-8")
        return s if safe == "/" and _IsPlain(raw) else _More().Quote(raw, safe)

    @staticmethod
    def Unquote(s):
        """Returns the text with its %XX decoded, once, as UTF-8.

        Raises ValueError for a `%` without two hex digits and for bytes that are not UTF-8.
        """
        return _More().Unquote(s) if "%" in s else s

    @staticmethod
    def UnquotePlus(s):
        """Returns the text decoded as in forms and queries: `+` is a space, then %XX."""
        return UrlUtils.Unquote(s.replace("+", " "))

    @staticmethod
    def ParseQuery(s):
        """Returns the [(name, value), …] of a query string or URL encoded form, in their order.

        Raises ValueError for a malformed text or one with too many pairs.
        """
        return _More().ParseQuery(s)

    @staticmethod
    def RemoveDotSegments(path):
        """Returns the encoded path without `.` and `..` segments (RFC 3986 section 5.2.4), still encoded."""
        return _More().RemoveDotSegments(path)

    @staticmethod
    def DecodePath(path):
        """Returns the encoded path decoded, once.

        Raises ValueError for what no path may hold: NUL, a backslash, malformed encoding.
        """
        path = UrlUtils.Unquote(path)
        if "\0" in path or "\\" in path:
            raise ValueError("NUL or backslash in a path")
        return path


def _IsPlain(raw):
    """Says whether nothing is to be encoded, as usual: to look at bytes is ten times as quick."""
    return all(97 <= byte <= 122 or 45 <= byte <= 57 or 65 <= byte <= 90 or byte == 95 for byte in raw)


_more = None


def _More():
    """Returns urlUtilsMore.py, imported when it is first called for."""
    global _more
    if _more is None:
        from . import urlUtilsMore as _more
    return _more
