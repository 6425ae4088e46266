"""The Set-Cookie field (RFC 6265 section 4.1): values in, text out."""

from .interpreter import IsToken


def FormatCookie(name, value, maxAgeSec, path, domain, secure, httpOnly, sameSite):
    """Returns the value of a Set-Cookie field. Raises ValueError for what would change its meaning."""
    raw = name.encode()
    if not IsToken(raw, 0, len(raw)):
        raise ValueError('the cookie\'s name must be a token, got "%s"' % name)
    parts = ["%s=%s" % (name, _Plain("value", str(value)))]
    if maxAgeSec is not None:
        parts.append("Max-Age=%d" % maxAgeSec)
    if path:
        parts.append("Path=" + _Plain("path", path))
    if domain:
        parts.append("Domain=" + _Plain("domain", domain))
    if sameSite:
        if sameSite not in ("Strict", "Lax", "None"):
            raise ValueError('"sameSite" must be Strict, Lax, None or empty, got "%s"' % sameSite)
        parts.append("SameSite=" + sameSite)
    if secure:
        parts.append("Secure")
    if httpOnly:
        parts.append("HttpOnly")
    return "; ".join(parts)


def _Plain(name, text):
    for byte in text.encode():
        if not 32 <= byte <= 126 or byte in b' ";,\\' and name == "value" or byte == 59:
            char = chr(byte) if 32 <= byte <= 126 else "\\x%02x" % byte
            raise ValueError('the cookie\'s %s must not contain "%s"' % (name, char))
    return text
