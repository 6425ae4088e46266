"""Routes whose paths have arguments, in a tree of segments: a literal segment is tried before an argument.

Imported with the first such route.
"""

from .libs.urlUtils import UrlUtils
from .webRoute import ArgName, Decoded, Segments

_ANY = 0  # key of a node's child that takes any segment
_END = 1  # key of the methods of the path that ends at a node


class RouteTree:
    """A node is a dict: segment (decoded) or _ANY -> node; _END -> {method: RouteResult}."""

    def __init__(self):
        self._root = {}

    def MethodsOf(self, segments):
        """Returns the {method: RouteResult} of a route's path, to be added to."""
        node = self._root
        for segment in segments:
            node = node.setdefault(_ANY if ArgName(segment) else UrlUtils.Unquote(segment), {})
        return node.setdefault(_END, {})

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
