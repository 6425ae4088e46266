"""What must hold for any bytes: each property takes bytes and raises when it does not hold.

The first byte says how the rest is cut into pieces, or another choice. Two things are asked of every parser: nothing
but its documented error comes out, and what comes out does not depend on the pieces. What a single field says is in
fields.py.
"""

import io
import random
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
FOLDERS = [str(TESTS / name) for name in ("syntax", "multipart", "websockets")]
sys.path[:0] = FOLDERS
import multipart_feed  # noqa: E402
import syntax_feed as feed  # noqa: E402
import ws_feed  # noqa: E402

for folder in FOLDERS:
    sys.path.remove(folder)

from MicroWebSrv2 import UrlUtils  # noqa: E402
from MicroWebSrv2.libs.cookies import FormatCookie  # noqa: E402
from MicroWebSrv2.libs.httpDate import HttpDate, ParseHttpDate  # noqa: E402
from MicroWebSrv2.libs.httpSyntax import HttpError  # noqa: E402
from MicroWebSrv2.libs.multipart import ParseContentType  # noqa: E402
from MicroWebSrv2.libs.pyhtmlCompiler import CompilePage, PageError  # noqa: E402

WHOLE = 1 << 20


def head(data):
    """RFC 9112 section 3: a request's head, refused with a status or taken, the same in any pieces."""
    step, data = cut(data)
    assert taken(feed.feed_head, data, step) == taken(feed.feed_head, data, WHOLE)


def chunked(data):
    """RFC 9112 section 7.1: a chunked content."""
    step, data = cut(data)
    assert taken(feed.feed_chunked, data, step) == taken(feed.feed_chunked, data, 200)


def multipart(data):
    """RFC 7578: the parts of a form."""
    step, data = cut(data)
    assert parts(data, step) == parts(data, WHOLE)


def frames(data):
    """RFC 6455 section 5: a WebSocket's frames; a text that breaks off late may have been refused before its end."""
    step, data = cut(data)
    assert ws_feed.feed(data, step) == ws_feed.feed(data, ws_feed.BUF_SIZE)


def paths(data):
    """RFC 3986: no path leads out of the root, whatever is hidden in it."""
    text = data.decode("latin-1")
    clean = UrlUtils.RemoveDotSegments("/" + text)
    assert clean[0] == "/" and UrlUtils.RemoveDotSegments(clean) == clean
    decoded = expecting(ValueError, UrlUtils.DecodePath, clean)
    if decoded is not None and "%2f" not in clean.lower():
        assert ".." not in decoded.split("/") and "\0" not in decoded and "\\" not in decoded


def queries(data):
    """WHATWG URL: a query or a form; and what is quoted comes back."""
    text = data.decode("latin-1")
    expecting(ValueError, UrlUtils.ParseQuery, text)
    expecting(ValueError, UrlUtils.UnquotePlus, text)
    assert UrlUtils.Unquote(UrlUtils.Quote(text)) == text


def dates(data):
    """RFC 9110 section 5.6.7: a date is a tuple of six numbers, or None."""
    parsed = ParseHttpDate(data.decode("latin-1"))
    assert parsed is None or [type(number) for number in parsed] == [int] * 6
    if parsed and 1 <= parsed[2] <= 31:
        assert ParseHttpDate(HttpDate((*parsed, 0, 0))) == parsed or parsed[0] > 9999


def cookies(data):
    """RFC 6265 section 4.1: a Set-Cookie value has nothing in it that would end it."""
    name, _, value = data.decode("latin-1").partition("=")
    text = expecting(ValueError, FormatCookie, name, value, None, value, None, False, False, None)
    assert text is None or not set("\r\n\0") & set(text) and text.count(";") <= 1


def content_types(data):
    """RFC 7578 section 4.1: the boundary in a Content-Type."""
    expecting(HttpError, ParseContentType, "multipart/form-data" + data.decode("latin-1"))


def pages(data):
    """A page with Python in it: compiled, or refused with a line; never run."""
    expecting((PageError, MemoryError, RecursionError), CompilePage, io.BytesIO(data), (), str)


PROPERTIES = {
    f.__name__: f for f in (head, chunked, multipart, frames, paths, queries, dates, cookies, content_types, pages)
}


def cut(data):
    """How the first byte says that the rest is cut: all pieces of one size, or of sizes that vary; and the rest."""
    if not data:
        return 1, b""
    if data[0] < 40:
        return data[0] + 1, data[1:]
    return odd_sizes(data[0]), data[1:]


def odd_sizes(seed):
    """Sizes of pieces, without an end: bytes here and there, or much at once, so that a cut can be anywhere."""
    numbers = random.Random(seed)
    while True:
        yield numbers.choice((1, 1, 2, 3, numbers.randint(1, 20), numbers.randint(1, 200)))


def expecting(error, function, *arguments):
    """What `function` returns; None if it raises the error that it may raise."""
    try:
        return function(*arguments)
    except error:
        return None


def taken(function, data, step):
    """What a feeding function of the syntax makes of bytes: a status, or what they say."""
    try:
        result = function(data, step)
    except HttpError as error:
        return error.Status
    if function is feed.feed_head and result:
        return result[1], feed.said(result[0])
    return result


def parts(data, step, boundary="XX"):
    """What the parts of a content are, or the status that it is refused with."""
    collector = multipart_feed.Collector(boundary)
    return multipart_feed.feed(collector, data, step) or collector.parts
