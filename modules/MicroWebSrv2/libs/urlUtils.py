"""Percent-encoding, paths and forms (RFC 3986, WHATWG URL): text in, text out."""

_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_MAX_PARAMS = 1000  # of a query or a form; past it: ValueError


class UrlUtils:
    """Static functions on the parts of a URL."""

    @staticmethod
    def Quote(s, safe="/"):
        """Returns the text percent-encoded as UTF-8, except letters, digits, `-._~` and `safe`."""
        raw = s.encode("utf-8")
        if safe == "/" and _IsPlain(raw):
            return s
        return "".join([chr(b) if chr(b) in _SAFE or chr(b) in safe else "%%%02X" % b for b in raw])

    @staticmethod
    def Unquote(s):
        """Returns the text with its %XX decoded, once, as UTF-8.

        Raises ValueError for a `%` without two hex digits and for bytes that are not UTF-8.
        """
        if "%" not in s:
            return s
        pieces = s.split("%")
        out = [pieces[0].encode("utf-8")]
        for piece in pieces[1:]:
            code = piece[:2].encode("utf-8")
            if len(code) != 2 or not _IsHex(code[0]) or not _IsHex(code[1]):
                raise ValueError("malformed percent-encoding")
            out.append(bytes((int(code, 16),)))
            out.append(piece[2:].encode("utf-8"))
        raw = b"".join(out)
        try:
            text = str(raw, "utf-8")
            if len(text) == len(raw):
                return text
            from .interpreter import TextOf  # MicroPython has taken more than UTF-8 is

            return TextOf(raw)
        except UnicodeError:
            raise ValueError("percent-encoding that is not UTF-8")

    @staticmethod
    def UnquotePlus(s):
        """Returns the text decoded as in forms and queries: `+` is a space, then %XX."""
        return UrlUtils.Unquote(s.replace("+", " "))

    @staticmethod
    def ParseQuery(s):
        """Returns the [(name, value), …] of a query string or URL encoded form, in their order.

        Raises ValueError for a malformed text or one with too many pairs.
        """
        if s.count("&") >= _MAX_PARAMS:
            raise ValueError("more than %d parameters" % _MAX_PARAMS)
        pairs = []
        for part in s.replace("+", " ").split("&"):
            if part:
                at = part.find("=")
                name = part if at < 0 else part[:at]
                value = "" if at < 0 else part[at + 1 :]
                pairs.append((UrlUtils.Unquote(name), UrlUtils.Unquote(value)) if "%" in part else (name, value))
        return pairs

    @staticmethod
    def RemoveDotSegments(path):
        """Returns the encoded path without `.` and `..` segments (RFC 3986 section 5.2.4), still encoded."""
        segments = []
        plain = ""
        for segment in path.split("/")[1:]:
            plain = segment.replace("%2e", ".").replace("%2E", ".")
            if plain == "..":
                if segments:
                    segments.pop()
            elif plain != ".":
                segments.append(segment)
        if plain == "." or plain == "..":
            segments.append("")
        return "/" + "/".join(segments)

    @staticmethod
    def DecodePath(path):
        """Returns the encoded path decoded, once.

        Raises ValueError for what no path may hold: NUL, a backslash, malformed encoding.
        """
        path = UrlUtils.Unquote(path)
        if "\0" in path or "\\" in path:
            raise ValueError("NUL or backslash in a path")
        return path


def _IsHex(byte):
    return 48 <= byte <= 57 or 97 <= byte | 32 <= 102


def _IsPlain(raw):
    """Says whether nothing is to be encoded, as usual: to look at bytes is ten times as quick."""
    return all(97 <= byte <= 122 or 45 <= byte <= 57 or 65 <= byte <= 90 or byte == 95 for byte in raw)
