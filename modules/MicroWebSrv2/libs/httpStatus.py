"""Status codes of answers, and what may stand in their fields (RFC 9110 sections 5.5 and 15)."""

# One string instead of a dictionary: it stays in flash where it is frozen.
_REASONS = (
    "100Continue\n101Switching Protocols\n200OK\n201Created\n202Accepted\n204No Content\n206Partial Content\n"
    "301Moved Permanently\n302Found\n303See Other\n304Not Modified\n307Temporary Redirect\n"
    "308Permanent Redirect\n400Bad Request\n401Unauthorized\n403Forbidden\n404Not Found\n405Method Not Allowed\n"
    "406Not Acceptable\n408Request Timeout\n409Conflict\n410Gone\n411Length Required\n412Precondition Failed\n"
    "413Content Too Large\n414URI Too Long\n415Unsupported Media Type\n416Range Not Satisfiable\n"
    "417Expectation Failed\n418I'm a Teapot\n422Unprocessable Content\n426Upgrade Required\n"
    "428Precondition Required\n429Too Many Requests\n431Request Header Fields Too Large\n"
    "500Internal Server Error\n501Not Implemented\n502Bad Gateway\n503Service Unavailable\n504Gateway Timeout\n"
    "505HTTP Version Not Supported\n507Insufficient Storage\n"
)


def Reason(code):
    """Returns the reason phrase (str) of a status code, "" for one without (RFC 9110 section 15)."""
    key = "\n%d" % code
    at = _REASONS.find(key)
    if at < 0:
        return _REASONS[3 : _REASONS.find("\n")] if code == 100 else ""
    return _REASONS[at + 4 : _REASONS.find("\n", at + 1)]


def HasBody(code):
    """Says whether an answer of this status has a content at all (RFC 9110 section 6.4.1)."""
    return code >= 200 and code != 204 and code != 304


def IsFieldValue(text):
    """Says whether a text can stand as the value of a field: CR, LF and NUL would end or split it."""
    return "\r" not in text and "\n" not in text and "\0" not in text
