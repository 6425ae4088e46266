"""Status codes of answers, and what may stand in their fields (RFC 9110 sections 5.5 and 15)."""

# One string instead of a dictionary: it stays in flash where it is frozen.
_REASONS = (
    "\n"
    "200OK\n204No Content\n206Partial Content\n304Not Modified\n307Temporary Redirect\n400Bad Request\n"
    "403Forbidden\n404Not Found\n405Method Not Allowed\n500Internal Server Error\n501Not Implemented\n"
    "503Service Unavailable\n"
)


def Reason(code):
    """Returns the reason phrase (str) of a status code, "" for one without (RFC 9110 section 15)."""
    return ReasonIn(_REASONS, code) or _RareReason(code)


def ReasonIn(reasons, code):
    """Returns the phrase that a table of lines has for a code, "" for none."""
    at = reasons.find("\n%d" % code)
    return reasons[at + 4 : reasons.find("\n", at + 1)] if at >= 0 else ""


def _RareReason(code):
    from .httpStatusMore import RARE_REASONS

    return ReasonIn(RARE_REASONS, code)


def HasBody(code):
    """Says whether an answer of this status has a content at all (RFC 9110 section 6.4.1)."""
    return code >= 200 and code != 204 and code != 304


def IsFieldValue(text):
    """Says whether a text can stand as the value of a field: CR, LF and NUL would end or split it."""
    return "\r" not in text and "\n" not in text and "\0" not in text
