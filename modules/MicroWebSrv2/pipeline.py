"""What happens to a request: modules, then its route, then a file.

Between the connection, which brings a parsed head, and the handlers.
"""

from .libs.httpSyntax import HttpError
from .libs.interpreter import StackError, TraceText
from .libs.urlUtils import UrlUtils
from .webRoute import OPTIONS, ROUTES, FindRoutes, NamedArgs

_KNOWN_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


def OnHead(web, connection, request):
    """Begins with a request whose head was parsed: finds its route, sees to its content. Raises HttpError."""
    path = request._target
    methods = ROUTES.Literal.get(path)
    if methods:
        request._args = None
    else:
        at = path.find(b"?")
        if at >= 0:
            path = path[:at]
        if b"/." in path or b"%" in path:
            path = _SafePath(path)
        methods, request._args = FindRoutes(path)
    request._path = path
    request._methods = methods
    request._route = _ChooseRoute(methods, request._method) if methods else None
    if request._route and request._route.Stream:
        _HandleStream(web, connection, request)
    elif not request._length:
        Handle(web, request)
    elif request._route or web.Modules:
        if request._length > web.MaxRequestContentLength:
            raise HttpError(413, "content larger than %d bytes" % web.MaxRequestContentLength)
        from .httpContent import WholeContent

        connection.BeginContent(WholeContent(connection, request._length, web.MaxRequestContentLength))
    else:
        Handle(web, request)  # nobody wants the content: the answer need not wait for it


def _SafePath(path):
    """Returns the encoded path without dot segments; raises HttpError for what is malformed in it."""
    path = UrlUtils.RemoveDotSegments(str(path, "ascii"))
    try:
        UrlUtils.DecodePath(path)
    except ValueError as ex:
        raise HttpError(400, str(ex))
    return path.encode()


def _ChooseRoute(methods, method):
    route = methods.get(method)
    if not route and method == "HEAD":  # RFC 9110 section 9.3.2: GET without its content
        route = methods.get("GET")
    return route


def _HandleStream(web, connection, request):
    from .httpContent import ContentStream

    stream = ContentStream(connection, request._length)
    request._stream = stream
    if request._length:  # an empty content is a stream too, at its end
        connection.BeginContent(stream)
    Handle(web, request)
    if not request.Response.HeadersSent:
        stream.OnReadable()


def Handle(web, request):
    """Lets the request be answered. What the handler raises is logged, and answered with 500."""
    response = request._response
    try:
        if web.Modules and _AskModules(web, request, response):
            return
        route = request._route
        if route:
            if request._args is None:
                route.Handler(web, request)
            else:
                route.Handler(web, request, NamedArgs(route, request._args))
        else:
            _HandleOther(web, request, response)
    except HttpError as ex:  # a helper of the handler found the request malformed
        web.Log("%s:%s refused: %s" % (request.UserAddress + (ex,)), web.DEBUG)
        _AnswerFault(response, ex.Status)
        return
    except Exception as ex:
        web.Log(_Describe(request, ex), web.ERROR)
        _AnswerFault(response, 500)
        return
    if not response.HeadersSent and not response.IsDeferred and not request._stream:
        web.Log("%s %s was not answered by its handler" % (request._method, request.Path), web.WARNING)
        response.ReturnNotImplemented()


def _AskModules(web, request, response):
    """Calls OnRequest of each module; True when one has taken the request."""
    for module in web.Modules:
        module.OnRequest(web, request)
        if response.HeadersSent or response.IsDeferred:
            return True
    return False


def _Describe(request, error):
    if isinstance(error, StackError):  # no depth is left to walk the traceback in
        return "%s %s: %s" % (request._method, request.Path, error)
    return "%s %s: %s" % (request._method, request.Path, TraceText(error))


def _AnswerFault(response, status):
    if response.HeadersSent:  # a half answer must not look like a whole one
        response.Request.XAsyncTCPClient.Close()
    else:
        response.ReturnRefusal(status)


def _HandleOther(web, request, response):
    """Answers a request that no route takes."""
    method = request._method
    if method == OPTIONS:
        from .options import AnswerOptions

        AnswerOptions(web, request, response)
    elif request._methods:
        response.ReturnMethodNotAllowed()
    elif method == "GET" or method == "HEAD":
        from .staticFiles import AnswerPath

        AnswerPath(web, request, response)
    elif method in _KNOWN_METHODS:
        if web.ResolvePhysicalPath(request.Path):
            response.ReturnMethodNotAllowed()
        else:
            response.ReturnNotFound()
    else:
        response.ReturnNotImplemented()


def AllowedMethods(web, request):
    """Returns the methods of the request's path as the value of an Allow field."""
    methods = list(request._methods or ())
    if not methods and (request._target == b"*" or web.ResolvePhysicalPath(request.Path)):
        methods = ["GET"]
    if "GET" in methods and "HEAD" not in methods:
        methods.append("HEAD")
    if OPTIONS not in methods:
        methods.append(OPTIONS)
    return ", ".join(methods)
