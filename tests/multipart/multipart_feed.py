"""Feeds the rows to the package's multipart parser, on any runtime. What is called `check_…` returns what is wrong.

tests/feeding.py runs it.
"""

from multipart_rows import BAD, CONTENT_TYPES, GOOD

from MicroWebSrv2.libs.httpSyntax import HttpError
from MicroWebSrv2.libs.multipart import MIN_BUFFER, MultipartParser, ParseContentType

WAYS = ("whole", "byte by byte", "in pieces of 7", "in pieces of 1021")
_STEPS = (1 << 30, 1, 7, 1021)


class Collector:
    """Takes the events of a parser: `parts` is a list of [name, filename, type, bytes, ended]."""

    def __init__(self, boundary, size=MIN_BUFFER):
        self.parts = []
        self._data = bytearray()
        self.parser = MultipartParser(boundary, self.on_part, self.on_data, self.on_end, size)

    def on_part(self, part):
        assert not self._data, "a part begins in another"
        self.parts.append([part.Name, part.Filename, part.ContentType, b"", False])

    def on_data(self, data):
        assert len(data), "no data"
        self._data.extend(data)

    def on_end(self):
        self.parts[-1][3] = bytes(self._data)
        self.parts[-1][4] = True
        self._data = bytearray()

    def unfinished(self):
        """The bytes of a part that was not ended."""
        return bytes(self._data)


def feed(collector, content, step):
    """Feeds a content. Returns the status it is refused with, or None.

    `step`: the size of its pieces, or an iterator of sizes.
    """
    at = 0
    try:
        while at < len(content):
            size = step if isinstance(step, int) else next(step)
            collector.parser.Feed(content[at : at + size])
            at += size
        collector.parser.Finish()
    except HttpError as ex:
        return ex.Status
    return None


def check(row, way):
    """Feeds a row of GOOD or BAD in one of WAYS. Returns what is wrong, or None."""
    _, _, boundary, content, expected = row
    collector = Collector(boundary)
    status = feed(collector, content, _STEPS[WAYS.index(way)])
    if isinstance(expected, int):
        return None if status == expected else f"expected to be refused with {expected}, got {status}"
    if status is not None:
        return f"refused with {status}"
    wanted = [list(part) + [True] for part in expected]
    return None if collector.parts == wanted else f"got {collector.parts}"


def check_content_type(row):
    """Reads a row of CONTENT_TYPES. Returns what is wrong, or None."""
    value, _, expected = row
    try:
        got = ParseContentType(value)
    except HttpError as ex:
        got = ex.Status
    return None if got == expected else f"expected {expected!r}, got {got!r}"


def everything():
    """Yields (name, what is wrong) of each row in each way."""
    for way in WAYS:
        for row in GOOD + BAD:
            yield f"{row[0]}, {way}", check(row, way)
    for row in CONTENT_TYPES:
        yield row[0], check_content_type(row)
