"""Web routes: which handler takes a method and a path.

Paths without arguments are found in one dictionary, those with arguments in
the tree of `routeTree.py`. The routes are global: every server of the process
serves them.
"""

from .libs.checks import CheckText
from .libs.httpSyntax import KNOWN_TARGETS
from .libs.urlUtils import UrlUtils

GET = "GET"
HEAD = "HEAD"
POST = "POST"
PUT = "PUT"
DELETE = "DELETE"
OPTIONS = "OPTIONS"
PATCH = "PATCH"


class WebRouteException(Exception):
    """A route that does not exist, or cannot be built from the given arguments."""


class RouteResult:
    """A route, with the arguments of the path it was resolved for."""

    def __init__(self, handler, method, routePath, name, args, stream=False):
        self.Handler = handler
        self.Method = method
        self.RoutePath = routePath
        self.Name = name
        self.Args = args  # dict; of a registered route: the arguments' names, in order
        self.Stream = stream  # bool: the handler reads the request's content itself


class _Routes:
    """Every registered route, in the three orders in which one is looked for."""

    def __init__(self):
        self.Literal = KNOWN_TARGETS  # encoded path (bytes) -> {method: RouteResult}
        self.Tree = None  # RouteTree: of those with arguments, once there is one
        self.Named = {}  # name -> RouteResult
        self.Version = 0  # rises with each route: what was found before may be found differently now


ROUTES = _Routes()


def WebRoute(method, routePath, name=None, stream=False):
    """Registers the decorated function as the handler of a method and a path.

    `routePath` begins with "/"; a segment `<arg>` takes any one segment. With
    `stream` the handler is called before the content has come, to read it
    from `request.ContentStream`. Raises ValueError.
    """

    def _Decorated(handler):
        RegisterRoute(handler, method, routePath, name, stream)
        return handler

    return _Decorated


def RegisterRoute(handler, method, routePath, name=None, stream=False):
    """Registers `handler(microWebSrv2, request[, args])` for a method and a path. Raises ValueError.

    The same method and path again replace the former handler.
    """
    if not callable(handler):
        raise ValueError('"handler" must be a function, got %r' % (handler,))
    CheckText("method", method)
    CheckText("routePath", routePath)
    if routePath[0] != "/":
        raise ValueError('"routePath" must start with "/", got "%s"' % routePath)
    if name is not None:
        CheckText("name", name)
    ROUTES.Version += 1
    method = method.upper()
    route = RouteResult(handler, method, routePath, name, (), stream)
    if "<" not in routePath or not _AddToTree(route):
        ROUTES.Literal.setdefault(_Encoded(routePath), {})[method] = route
    if name is not None:
        ROUTES.Named[name] = route


def _AddToTree(route):
    """Registers a route whose path has arguments; False if it has none."""
    from .routeTree import RouteTree

    if not ROUTES.Tree:
        ROUTES.Tree = RouteTree()
    return ROUTES.Tree.Add(route)


def FindRoutes(path):
    """Returns ({method: RouteResult}, [argument, …]) of an encoded path (bytes), or (None, None).

    The arguments are decoded, and in the order of the route's names; a
    route without arguments has None.
    """
    methods = ROUTES.Literal.get(path)
    if methods:
        return methods, None
    path = str(path, "ascii")
    if "%2F" not in path and "%2f" not in path:  # an encoded slash does not part segments
        methods = ROUTES.Literal.get(_Encoded(path))
        if methods:
            return methods, None
    return ROUTES.Tree.Find(path) if ROUTES.Tree else (None, None)


def ResolveRoute(method, path):
    """Returns the RouteResult of a method and a path (its `Args` a dict), or None."""
    if not isinstance(method, str) or not isinstance(path, str):
        raise ValueError('"method" and "path" must be strings')
    methods, args = FindRoutes(path.encode())
    route = methods.get(method.upper()) if methods else None
    if not route:
        return None
    args = ROUTES.Tree.Named(route, args) if args else {}
    return RouteResult(route.Handler, route.Method, route.RoutePath, route.Name, args, route.Stream)


def PathFromRoute(routeName, routeArgs={}):  # noqa: B006 (the documented signature; it is only read)
    """Returns the encoded path of a named route with its arguments filled in.

    Raises ValueError for bad arguments, WebRouteException for an unknown
    name or a missing argument.
    """
    from .routePaths import PathOf

    return PathOf(routeName, routeArgs)


def WithoutSlash(path):
    return path[:-1] if len(path) > 1 and path[-1] == "/" else path


def _Encoded(path):
    """Returns the one encoded form (bytes) of a path: without a slash at its end, what must be encoded encoded."""
    return UrlUtils.Quote(Decoded(WithoutSlash(path))).encode()


def Decoded(segment):
    try:
        return UrlUtils.Unquote(segment)
    except ValueError:  # it was refused before, if it came from a client
        return segment
