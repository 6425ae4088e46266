"""Escapes text for HTML: imported by the first `HTMLEscape`."""


def HTMLEscape(s):
    """Returns what MicroWebSrv2.HTMLEscape does."""
    if not isinstance(s, str):
        raise ValueError('"s" must be a string, got %r' % (s,))
    s = s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return s.replace('"', "&quot;").replace("'", "&#39;")
