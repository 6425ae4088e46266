"""What happens to a request: modules, then its route, then a file.

Between the connection, which brings an exchange with a parsed head, and the
handlers. Frames of at most 11 words on the usual way, see `RequestHead`.
"""

from .libs.httpSyntax import ContentError, HttpError
from .libs.interpreter import CollectGarbage, StackError, TraceText
from .libs.urlUtils import UrlUtils
from .webRoute import ROUTES, FindRoutes


def OnHead(connection, exchange):
    """Begins with a request whose head was parsed: finds its route, sees to its content. Raises HttpError."""
    methods = exchange.Methods
    if methods:
        exchange.Path = exchange._target
        exchange.Args = None
    elif exchange._kept is not None and _HandleKept(exchange):
        return
    else:
        methods = _FindRoutes(exchange)
    route = methods and methods.get(exchange._method)
    if route is None and methods and exchange._method == "HEAD":  # RFC 9110 section 9.3.2: GET without its content
        route = methods.get("GET")
    exchange.Route = route
    if exchange._length or route is not None and route.Stream:
        _SeeToContent(connection, exchange)
    else:
        Handle(exchange)


def _HandleKept(exchange):
    """Handles a GET of a file that is remembered: no route took its path then, nor has one come since. Else False."""
    if exchange._kept.Routes != ROUTES.Version or exchange._method != "GET" or exchange._length:
        return False
    exchange.Path = exchange._target
    exchange.Route = exchange.Args = None
    web = exchange.WebServer
    if not web.Modules or not _AskModules(web, exchange):
        AnswerPath(exchange)
    return True


def _SeeToContent(connection, exchange):
    """httpContent.SeeToContent, which takes its place when it is first called for."""
    global _SeeToContent
    CollectGarbage()
    from .httpContent import SeeToContent as _SeeToContent

    _SeeToContent(connection, exchange)


def _FindRoutes(exchange):
    """Takes the query off the target, cleans its path; returns {method: RouteResult} or None."""
    path = exchange._target
    at = path.find(b"?")
    if at >= 0:
        path = path[:at]
        exchange._kept = exchange.Kept.get(path)
    file = exchange._kept
    if file is not None and file.Routes == ROUTES.Version:
        exchange.Path = path
        exchange.Methods = exchange.Args = None
        return None
    exchange._kept = None
    if b"/." in path or b"%" in path:
        path = _SafePath(path)
    exchange.Path = path
    exchange.Methods, exchange.Args = FindRoutes(path)
    return exchange.Methods


def _SafePath(path):
    """Returns the encoded path without dot segments; raises HttpError for what is malformed in it."""
    path = UrlUtils.RemoveDotSegments(str(path, "ascii"))
    try:
        UrlUtils.DecodePath(path)
    except ValueError:
        raise HttpError(400, "malformed path")
    return path.encode()


def Handle(exchange):
    """Lets the request be answered. What the handler raises is `OnFailure`'s matter."""
    web = exchange.WebServer
    if web.Modules and _AskModules(web, exchange):
        return
    route = exchange.Route
    if route is None:
        _HandleOther(exchange)
    elif exchange.Args is None:
        route.Handler(web, exchange.Request)
    else:
        route.Handler(web, exchange.Request, ROUTES.Tree.Named(route, exchange.Args))
    if not exchange.Answered and not exchange.Deferred and not exchange.Stream:
        _OnNoAnswer(web, exchange)


def _AskModules(web, exchange):
    """Calls OnRequest of each module; True when one has taken the request."""
    for module in web.Modules:
        module.OnRequest(web, exchange.Request)
        if exchange.Answered or exchange.Deferred:
            return True
    return False


def _OnNoAnswer(web, exchange):
    web.Log("%s was not answered by its handler" % exchange.Name(), web.WARNING)
    exchange.Response.ReturnNotImplemented()


def OnFailure(exchange, error):
    """Logs what a handler has raised, and answers with 500 (503 without memory), or as a ContentError says."""
    web = exchange.WebServer
    if isinstance(error, ContentError):
        web.Log("%s:%s refused: %s" % (exchange.Connection.CliAddr() + (error,)), web.DEBUG)
        _AnswerFault(exchange, error.Status)
        return
    try:
        text = str(error) if isinstance(error, StackError) else TraceText(error)  # no depth is left to walk in
        web.Log("%s: %s" % (exchange.Name(), text), web.ERROR)
    except MemoryError:  # what is left is for the answer
        pass
    _AnswerFault(exchange, 503 if isinstance(error, MemoryError) else 500)


def _AnswerFault(exchange, status):
    if exchange.Answered:  # a half answer must not look like a whole one
        exchange.Connection.Close()
    else:
        if exchange.Deferred:  # what was to come later must not be taken for the answer to another request
            exchange.Connection.CloseAfterwards()
        exchange.Response.ReturnRefusal(status)


def _HandleOther(exchange):
    """Answers a request that no route takes."""
    method = exchange._method
    if not exchange.Methods and (method == "GET" or method == "HEAD"):
        AnswerPath(exchange)
    else:
        from .otherMethods import AnswerOther

        AnswerOther(exchange)


def AnswerPath(exchange):
    """staticFiles.AnswerPath, which takes this place when it is imported: with the first request for a file at last."""
    CollectGarbage()
    from . import staticFiles

    staticFiles.AnswerPath(exchange)
