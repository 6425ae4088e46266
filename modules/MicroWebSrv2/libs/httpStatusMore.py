"""The rarer status codes of answers (RFC 9110 section 15): imported by the first of them."""

RARE_REASONS = (
    "\n"
    "100Continue\n101Switching Protocols\n201Created\n202Accepted\n301Moved Permanently\n302Found\n303See Other\n"
    "308Permanent Redirect\n401Unauthorized\n406Not Acceptable\n408Request Timeout\n409Conflict\n410Gone\n"
    "411Length Required\n412Precondition Failed\n413Content Too Large\n414URI Too Long\n"
    "415Unsupported Media Type\n416Range Not Satisfiable\n417Expectation Failed\n418I'm a Teapot\n"
    "422Unprocessable Content\n426Upgrade Required\n428Precondition Required\n429Too Many Requests\n"
    "431Request Header Fields Too Large\n502Bad Gateway\n504Gateway Timeout\n505HTTP Version Not Supported\n"
    "507Insufficient Storage\n"
)
