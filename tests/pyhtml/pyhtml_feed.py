"""Feeds the templates to the compiler, on any runtime. What is called `check_…` returns what is wrong, or None.

tests/feeding.py runs it.
"""

import io

import templates

from MicroWebSrv2 import MicroWebSrv2
from MicroWebSrv2.libs.pyhtmlCompiler import CompilePage, Explain, PageError
from MicroWebSrv2.libs.pyhtmlStream import PageStream

WAYS = ("whole", "byte by byte")


class ByteByByte:
    """A stream that never gives more than a byte at a time."""

    def __init__(self, data):
        self._stream = io.BytesIO(data)

    def read(self, size):
        return self._stream.read(min(size, 1))


def escape(value):
    return MicroWebSrv2.HTMLEscape(str(value))


def compile_page(data, way):
    stream = io.BytesIO(data) if way == "whole" else ByteByByte(data)
    return CompilePage(stream, ("items", "name"), escape)


def render(function, data):
    """Renders a page in memory; the literals that stay in the file come from `data`."""
    stream = PageStream("", None)
    out = b""
    for piece in function(None, None, stream.Print, items=[1, 2, 3], name="<&>"):
        out += bytes(stream._printed)
        stream._printed = bytearray()
        if isinstance(piece, tuple):
            piece = data[piece[0] : piece[1]]
        if piece is not None:
            out += piece.encode() if isinstance(piece, str) else piece
    return out + bytes(stream._printed)


def check_good(row, way):
    try:
        got = render(compile_page(row[1], way)[0], row[1])
    except PageError as error:
        return f"refused in line {error.Line}: {error}"
    return None if got == row[2] else f"expected {row[2]!r}, got {got!r}"


def check_bad(row, way):
    try:
        compile_page(row[1], way)
    except PageError as error:
        if error.Line == row[2] and row[3] in str(error):
            return None
        return f"expected line {row[2]} with {row[3]!r}, got line {error.Line}: {error}"
    return "taken"


def check_failing(row, way):
    function, lines = compile_page(row[1], way)
    try:
        return f"rendered as {render(function, row[1])!r}"
    except Exception as error:
        line, what, trace = Explain(error, lines, "the/page")
    if line != row[2] or row[3] not in what or "\n" in what:
        return f"expected line {row[2]} with {row[3]!r}, got line {line}: {what}"
    if f'"the/page", line {row[2]}' not in trace or "pyhtmlCompiler" in trace:
        return f"the traceback is {trace}"
    return None


def blocks():
    """Templates whose marks lie where a block of the file ends. Yields (name, what is wrong or None)."""
    for size in range(500, 520):
        text = b"x" * size
        yield f"mark behind {size} bytes", check_good(("", text + b"{{ 1 }}" + text, text + b"1" + text), "whole")
    for size in range(490, 520):
        data = b"{{ py }}" + b" " * size + b"{{ end }}{{ 1 }}"
        yield f"end of py behind {size} bytes", check_good(("", data, b"1"), "whole")


def everything():
    """Yields (name, what is wrong or None) of every template in every way."""
    for check, rows in ((check_good, templates.GOOD), (check_bad, templates.BAD), (check_failing, templates.FAILING)):
        for row in rows:
            for way in WAYS:
                if way == "whole" or len(row[1]) < 1000:
                    yield f"{row[0]}, {way}", check(row, way)
    yield from blocks()
