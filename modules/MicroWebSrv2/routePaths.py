"""Builds the paths of named routes: imported by the first `PathFromRoute`."""

from .libs.checks import CheckText
from .libs.urlUtils import UrlUtils
from .routeTree import ArgName, Segments
from .webRoute import ROUTES, WebRouteException


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
