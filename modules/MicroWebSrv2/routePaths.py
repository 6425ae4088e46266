"""Paths of named routes, and routes of paths: imported by the first `PathFromRoute` or `ResolveRoute`."""

from .libs.checks import CheckText
from .libs.urlUtils import UrlUtils
from .routeTree import ArgName, Segments
from .webRoute import ROUTES, FindRoutes, RouteResult, WebRouteException


def PathOf(routeName, routeArgs):
    """Returns what PathFromRoute does."""
    CheckText("routeName", routeName)
    if not isinstance(routeArgs, dict):
        raise ValueError('"routeArgs" must be a dictionary')
    route = ROUTES.Named.get(routeName)
    if not route:
        raise WebRouteException('no route is named "%s"' % routeName)
    segments = []
    for segment in Segments(route.RoutePath):
        arg = ArgName(segment)
        if arg:
            if arg not in routeArgs:
                raise WebRouteException('the route "%s" needs the argument "%s"' % (routeName, arg))
            segment = UrlUtils.Quote(str(routeArgs[arg]), "")
        segments.append(segment)
    return "/" + "/".join(segments)


def Resolve(method, path):
    """Returns what ResolveRoute does."""
    if not isinstance(method, str) or not isinstance(path, str):
        raise ValueError('"method" and "path" must be strings')
    methods, args = FindRoutes(path.encode())
    route = methods.get(method.upper()) if methods else None
    if not route:
        return None
    args = ROUTES.Tree.Named(route, args) if args else {}
    return RouteResult(route.Handler, route.Method, route.RoutePath, route.Name, args, route.Stream)
