"""What few URLs need: decoding, encoding, dot segments, a query. Each function is `UrlUtils`' of the same name."""

from .urlUtils import UrlUtils

_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_MAX_PARAMS = 1000  # of a query or a form; past it: ValueError


def Quote(raw, safe):
    """Returns a text's UTF-8 (bytes) percent-encoded."""
    return "".join([chr(b) if chr(b) in _SAFE or chr(b) in safe else "%%%02X" % b for b in raw])


def Unquote(s):
    """Returns a text decoded that has a `%` in it."""
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


def ParseQuery(s):
    """Returns the [(name, value), …] of a query."""
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


def RemoveDotSegments(path):
    """Returns a path without its dot segments."""
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


def _IsHex(byte):
    return 48 <= byte <= 57 or 97 <= byte | 32 <= 102
