"""What no route takes and is no GET: OPTIONS, CORS pre-flight requests (Fetch standard, section 3.2), wrong methods.

Imported by the first request of that kind.
"""

from .webRoute import OPTIONS

_KNOWN_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")

_MAX_AGE_SEC = 86400  # how long a browser may keep the answer


def AnswerOther(exchange):
    """Answers such a request."""
    method = exchange._method
    response = exchange.Response
    if method == OPTIONS:
        _AnswerOptions(exchange)
    elif exchange.Methods:
        response.ReturnMethodNotAllowed()
    elif method not in _KNOWN_METHODS:
        response.ReturnNotImplemented()
    elif exchange.WebServer.ResolvePhysicalPath(exchange.Request.Path):
        response.ReturnMethodNotAllowed()
    else:
        response.ReturnNotFound()


def _AnswerOptions(exchange):
    """Answers 204 with Allow, and with the CORS fields where CORS is on; 404 for an unknown path."""
    web = exchange.WebServer
    response = exchange.Response
    known = exchange.Methods or exchange._target == b"*"
    if not known and not web.ResolvePhysicalPath(exchange.Request.Path):
        response.ReturnNotFound()
        return
    allow = AllowedMethods(exchange)
    response.SetHeader("Allow", allow)
    if web.CORSAllowAll:
        _AllowAll(exchange.Request, response, allow)
    response.Return(204)


def _AllowAll(request, response, allow):
    response.AccessControlAllowOrigin = "*"
    response.SetHeader("Access-Control-Allow-Methods", allow)
    asked = request.GetHeader("Access-Control-Request-Headers")
    if asked:  # "*" would leave Authorization out
        response.SetHeader("Access-Control-Allow-Headers", asked)
    response.SetHeader("Access-Control-Max-Age", _MAX_AGE_SEC)


def AllowedMethods(exchange):
    """Returns the methods of the request's path as the value of an Allow field."""
    methods = list(exchange.Methods or ())
    file = exchange._target == b"*" or exchange.WebServer.ResolvePhysicalPath(exchange.Request.Path)
    if not methods and file:
        methods = ["GET"]
    if "GET" in methods and "HEAD" not in methods:
        methods.append("HEAD")
    if OPTIONS not in methods:
        methods.append(OPTIONS)
    return ", ".join(methods)
