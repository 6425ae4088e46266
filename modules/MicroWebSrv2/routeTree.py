"""Routes whose paths have arguments, in a tree of segments: a literal segment is tried before an argument.

Imported with the first such route.
"""

from .libs.urlUtils import UrlUtils
from .webRoute import Decoded, WithoutSlash

_ANY = 0  # key of a node's child that takes any segment
_END = 1  # key of the methods of the path that ends at a node


class RouteTree:
    """A node is a dict: segment (decoded) or _ANY -> node; _END -> {method: RouteResult}."""

    def __init__(self):
        self._root = {}

    def Add(self, route):
        """Takes in a RouteResult, whose Args become the arguments' names; False if its path has none.

        Raises ValueError where it has one twice.
        """
        segments = Segments(route.RoutePath)
        names = [ArgName(segment) for segment in segments if ArgName(segment)]
        for arg in names:
            if names.count(arg) > 1:
                raise ValueError('the argument "%s" stands twice in "%s"' % (arg, route.RoutePath))
        if not names:
            return False
        route.Args = names
        node = self._root
        for segment in segments:
            node = node.setdefault(_ANY if ArgName(segment) else UrlUtils.Unquote(segment), {})
        node.setdefault(_END, {})[route.Method] = route
        return True

    def Find(self, path):
        """Returns ({method: RouteResult}, [argument, …]) of an encoded path (str), or (None, None)."""
        args = []
        methods = _Walk(self._root, Segments(path), 0, args)
        return (methods, args) if methods else (None, None)

    def Named(self, route, args):
        """Returns the dict of a route's arguments."""
        named = {}
        for i in range(len(args)):
            named[route.Args[i]] = args[i]
        return named


def Segments(path):
    """Returns the list of a path's segments."""
    path = WithoutSlash(path)
    return path[1:].split("/") if len(path) > 1 else []


def ArgName(segment):
    """Returns the name in a segment `<name>` of a route's path, "" for any other."""
    return segment[1:-1] if segment[:1] == "<" and segment[-1:] == ">" else ""


def _Walk(node, segments, depth, args):
    """Returns the methods at the end of the segments below a node, literal segments first."""
    if depth == len(segments):
        return node.get(_END)
    segment = Decoded(segments[depth])
    child = node.get(segment)
    if child:
        methods = _Walk(child, segments, depth + 1, args)
        if methods:
            return methods
    child = node.get(_ANY)
    if child and segment:
        args.append(int(segment) if _IsDigits(segment) else segment)
        methods = _Walk(child, segments, depth + 1, args)
        if methods:
            return methods
        args.pop()
    return None


def _IsDigits(text):
    return text.isdigit() and len(text) <= 18 and len(text.encode()) == len(text)  # ASCII's digits only
