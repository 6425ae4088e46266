"""Feeds the rows to the package's syntax, on any runtime. What is called `check_…` returns what is wrong, or None.

tests/feeding.py runs it. It is the only place of the suite that knows how the syntax is called.
"""

import rows

from MicroWebSrv2.libs.httpChunked import ChunkedDecoder
from MicroWebSrv2.libs.httpDate import HttpDate, ParseHttpDate
from MicroWebSrv2.libs.httpStatus import HasBody, IsFieldValue, Reason
from MicroWebSrv2.libs.httpSyntax import (
    SEEN_CLOSE,
    SEEN_KEEP_ALIVE,
    HttpError,
    RequestHead,
)
from MicroWebSrv2.libs.httpSyntaxMore import CheckPartialHead
from MicroWebSrv2.libs.urlUtils import UrlUtils

MAX_HEAD = 8192
BEHIND = b"GET /behind HTTP/1.1\r\nHost: behind\r\n\r\n"
WAYS = ("whole", "byte by byte", "with a request behind", "behind a request")


def size_of(step):
    """The size of the next piece: `step` is one for all, or an iterator of sizes."""
    return step if isinstance(step, int) else next(step)


def feed_head(data, step, start=0):
    """Feeds a head that begins at data[start], in pieces of `step` bytes. Returns (head, its end), None for too few.

    The buffer is as large as the largest head, as a connection's is. Raises HttpError.
    """
    size = start + MAX_HEAD
    buffer = bytearray(size)
    have = start
    scanned = start
    buffer[:start] = data[:start]
    while have < len(data) and have < size:
        count = min(size_of(step), len(data) - have, size - have)
        buffer[have : have + count] = data[have : have + count]
        have += count
        end = buffer.find(b"\r\n\r\n", max(start, scanned - 3), have)
        if end >= 0:
            head = RequestHead()
            head.Parse(buffer, memoryview(buffer), start, end + 4)
            return head, end + 4
        CheckPartialHead(buffer, start, have, MAX_HEAD)
        scanned = have
    return None


def said(head):
    """What a head says, in the words of the rows."""
    seen = head._seen
    at = head.FindField(b"x")
    host = head.FindField(b"host")
    keep = bool(head._minor or seen & SEEN_KEEP_ALIVE) and not seen & SEEN_CLOSE
    return {
        "method": head._method,
        "target": head._target if isinstance(head._target, str) else head._target.decode(),
        "minor": head._minor,
        "length": head._length,
        "keep": keep,
        "host": head._authority or (head.FieldValue(host) if host >= 0 else ""),
        "value": head.FieldValue(at) if at >= 0 else None,
    }


def arrange(data, way):
    """Returns (bytes, step, start) for one of WAYS to feed a head."""
    if way == "byte by byte":
        return data, 1, 0
    if way == "with a request behind":
        return data + BEHIND, 16384, 0
    if way == "behind a request":
        return BEHIND + data, 16384, len(BEHIND)
    return data, 16384, 0


def check_head(row, way):
    """Feeds a row of GOOD_HEADS or BAD_HEADS in one of WAYS."""
    expected = row[3]
    data, step, start = arrange(row[2], way)
    try:
        result = feed_head(data, step, start)
    except HttpError as error:
        return _refused(error, expected)
    if result is None:
        return "more bytes are waited for"
    head, end = result
    got = said(head)
    if isinstance(expected, int):
        return f"expected {expected}, taken as {got}"
    if end != start + len(row[2]):
        return f"the head ends at {end}"
    for name in expected:
        if got[name] != expected[name]:
            return f"expected {name} {expected[name]!r}, got {got[name]!r}"
    return None


def feed_chunked(data, step):
    """Feeds chunked bytes, in pieces of `step`, from a buffer of 512. Returns (content, what is behind it)."""
    decoder = ChunkedDecoder()
    buffer = bytearray(512)
    content = b""
    at = have = fed = 0
    while not decoder.Done and (fed < len(data)):
        buffer[: have - at] = buffer[at:have]
        have -= at
        count = min(size_of(step), len(data) - fed, len(buffer) - have)
        buffer[have : have + count] = data[fed : fed + count]
        have += count
        fed += count
        at, end = decoder.Decode(buffer, 0, have, 0)
        content += bytes(buffer[:end])
    if not decoder.Done:
        return None
    return content, bytes(buffer[at:have]) + data[fed:]


def check_chunked(row, way):
    """Feeds a row of CHUNKED in one of the first three of WAYS."""
    expected = row[3]
    data, step, _ = arrange(row[2], way)
    rest = BEHIND if way == "with a request behind" else b""
    try:
        result = feed_chunked(data, step)
    except HttpError as error:
        return _refused(error, expected)
    if result is None:
        return "more bytes are waited for"
    if isinstance(expected, int):
        return f"expected {expected}, taken as {result[0]!r}"
    if result != (expected, rest):
        return f"expected {(expected, rest)!r}, got {result!r}"
    return None


def _refused(error, expected):
    return None if error.Status == expected else f"expected {expected}, refused with {error.Status}: {error}"


def _same(got, expected):
    return None if got == expected else f"expected {expected!r}, got {got!r}"


def _value_error(function, argument):
    try:
        return f"expected ValueError, got {function(argument)!r}"
    except ValueError:
        return None


def values():
    """Yields (name, what is wrong or None) of every row without bytes."""
    yield from field_values()
    yield from url_values()


def field_values():
    """Those of fields and statuses."""
    for moment, text in rows.DATES:
        yield "HttpDate " + text, _same(HttpDate(moment), text)
        yield "ParseHttpDate " + text, _same(ParseHttpDate(text), moment[:6])
    for moment, text in rows.OLD_DATES:
        yield "ParseHttpDate " + text, _same(ParseHttpDate(text), moment)
    for text in rows.NO_DATES:
        yield "ParseHttpDate " + text, _same(ParseHttpDate(text), None)
    for code in rows.REASONS:
        yield f"Reason {code}", _same(Reason(code), rows.REASONS[code])
    for code in (100, 101, 204, 304):
        yield f"HasBody {code}", _same(HasBody(code), False)
    for code in (200, 206, 404, 500):
        yield f"HasBody {code}", _same(HasBody(code), True)
    for text in ("a\rb", "a\nb", "a\0b", "\r\n"):
        yield f"IsFieldValue {text!r}", _same(IsFieldValue(text), False)
    yield "IsFieldValue", _same(IsFieldValue("a \t\u00e9"), True)


def url_values():
    """Those of paths and queries."""
    for path, plain in rows.DOT_SEGMENTS:
        yield "RemoveDotSegments " + path, _same(UrlUtils.RemoveDotSegments(path), plain)
    for text, quoted in rows.QUOTED:
        yield f"Quote {text!r}", _same(UrlUtils.Quote(text), quoted)
        yield "Unquote " + quoted, _same(UrlUtils.Unquote(quoted), text)
    for text in rows.BAD_QUOTED:
        yield "Unquote " + text, _value_error(UrlUtils.Unquote, text)
    for text in ("/a%00", "/a%5c", "/%e9"):
        yield "DecodePath " + text, _value_error(UrlUtils.DecodePath, text)
    for query, pairs in rows.QUERIES:
        yield "ParseQuery " + query, _same(UrlUtils.ParseQuery(query), pairs)
    yield "ParseQuery of 1000", _same(len(UrlUtils.ParseQuery("&".join(["a"] * 1000))), 1000)
    yield "ParseQuery of 1001", _value_error(UrlUtils.ParseQuery, "&".join(["a"] * 1001))
    yield "UnquotePlus", _same(UrlUtils.UnquotePlus("a+b%2B"), "a b+")


def everything():
    """Yields (name, what is wrong or None) of every row in every way."""
    for row in rows.GOOD_HEADS + rows.BAD_HEADS:
        for way in WAYS:
            yield f"{row[0]} ({row[1]}), {way}", check_head(row, way)
    for row in rows.CHUNKED:
        for way in WAYS[:3]:
            yield f"{row[0]} ({row[1]}), {way}", check_chunked(row, way)
    yield from values()
