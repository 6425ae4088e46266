"""Feeds the rows to the package's frames, on any runtime. What is called `check_…` returns what is wrong, or None.

tests/feeding.py runs it.
"""

import hashlib
from binascii import hexlify

import ws_rows as rows

from MicroWebSrv2.libs.sha1 import Sha1
from MicroWebSrv2.libs.wsFrames import ClosePayload, FrameReader, MakeFrame, ParseClose, Unmask, Utf8, WsError
from MicroWebSrv2.libs.wsHandshake import AcceptKey, HasToken, IsKey

WAYS = ("whole", "byte by byte", "in sevens", "with a message behind")
STEPS = {"byte by byte": 1, "in sevens": 7}
BEHIND = rows.frame(2, b"behind")
KINDS = {8: "close", 9: "ping", 10: "pong"}
BUF_SIZE = 1024
MAX_LENGTH = 100000


class Recorder:
    """A sink that keeps what it is told."""

    def __init__(self):
        self.events = []
        self.reader = None
        self.message = None
        self.largest = 0

    def OnPiece(self, view, isLast):
        self.message = bytearray() if self.message is None else self.message
        self.message.extend(view)
        self.largest = max(self.largest, len(view))
        if isLast:
            self.events.append(("text" if self.reader.IsText else "binary", bytes(self.message)))
            self.message = None

    def OnControl(self, opcode, payload):
        self.events.append((KINDS[opcode], payload))

    def OnViolation(self, code, why):
        self.events.append(("violation", code))


def feed(data, step):
    """The events of a client's bytes; `step`: the size of the pieces in which they come, or an iterator of sizes."""
    sink = Recorder()
    sink.reader = FrameReader(sink, MAX_LENGTH)
    return feed_through(sink, data, step)


def feed_through(sink, data, step):
    """The events of bytes that are received `step` at a time, through a buffer as a connection's."""
    reader = sink.reader
    buf = bytearray(BUF_SIZE)
    view = memoryview(buf)
    have = pos = 0
    while pos < len(data):
        size = step if isinstance(step, int) else next(step)
        count = min(size, BUF_SIZE - have, len(data) - pos)
        buf[have : have + count] = data[pos : pos + count]
        pos += count
        have += count
        taken = reader.Feed(view, have)
        rest = bytes(view[taken:have])
        have -= taken
        buf[:have] = rest
        if have > 140:
            raise AssertionError(f"{have} bytes were left")
    return sink.events


def check_good(row, way):
    """Feeds a row of GOOD in one of WAYS."""
    data, expected = row[2], row[3]
    if way == "with a message behind" and expected[-1][0] != "close":
        data = data + BEHIND
        expected = expected + [("binary", b"behind")]
    return same(feed(data, STEPS.get(way, BUF_SIZE)), expected)


def check_bad(row, way):
    """Feeds a row of BAD in one of WAYS: after the violation only a Close frame is looked at, and it is found."""
    events = feed(row[2] + BEHIND + rows.frame(8, b"\x03\xe8"), STEPS.get(way, BUF_SIZE))
    if row[2][:3] == b"\x82\xff\x80":  # nobody can tell where that frame ends
        events.append(("close", b"\x03\xe8"))
    events = [event for event in events if event[0] != "text"]
    close = b"" if row[0] == "a close in pieces" else b"\x03\xe8"
    return same(events, [("violation", row[3]), ("close", close)])


def check_announced(row):
    """Feeds a row of ANNOUNCED."""
    return same(feed(row[2], 1), [("violation", row[3])])


def same(got, expected):
    return None if got == expected else f"expected {str(expected)[:200]}, got {str(got)[:200]}"


def utf8_fault(data, step):
    """How many bytes were fed when the checker refused them; None if it took them all, -1 if their end is none."""
    check = Utf8()
    for start in range(0, len(data), step):
        end = min(start + step, len(data))
        if not check.Feed(data, start, end):
            return end
    return None if check.IsWhole() else -1


def parsed_close(payload):
    try:
        return ParseClose(payload)
    except WsError as error:
        return error.Code


def unmasked(size, phase):
    buf = bytearray(b"ab") + bytearray(rows.LONG[:size]) + bytearray(b"cd")
    Unmask(memoryview(buf), 2, 2 + size, rows.KEY, phase)
    return bytes(buf)


def values():
    """Yields (name, what is wrong or None) of every row that is no stream of frames."""
    for data in rows.UTF8_GOOD:
        for step in (1, 2, 1000):
            yield f"UTF-8 {data[:20]!r} by {step}", same(utf8_fault(data, step), None)
        if data and data[-1] >= 0x80:
            yield f"UTF-8 {data[:20]!r} cut", same(utf8_fault(data[:-1], 1), -1)
    for data in rows.UTF8_BAD:
        for step in (1, 1000):
            yield f"not UTF-8 {data[:20]!r} by {step}", same(utf8_fault(data, step), len(data))
    for payload, expected in rows.CLOSES:
        yield f"close {payload!r}", same(parsed_close(payload), expected)
    for opcode, payload, fin, expected in rows.FRAMES:
        yield f"frame {expected[:12]!r}", same(bytes(MakeFrame(opcode, payload, fin)), expected)
    for size in (0, 1, 3, 4, 5, 31, 32, 33, 255, 256, 257, 300, 1000):
        for phase in range(4):
            expected = bytes([rows.LONG[i] ^ rows.KEY[(i + phase) % 4] for i in range(size)])
            yield f"unmask {size} from {phase}", same(unmasked(size, phase), b"ab" + expected + b"cd")
    yield "close payload", same(ClosePayload(1000, "x"), b"\x03\xe8x")
    yield "close payload of none", same(ClosePayload(1005), b"")
    yield "long close reason", same(ClosePayload(1000, "x" + "\u20ac" * 50), b"\x03\xe8x" + "\u20ac".encode() * 40)
    yield from handshakes()


def handshakes():
    """Yields (name, what is wrong or None) of the opening handshake's rows."""
    for data, digest in rows.SHA1:
        yield f"SHA-1 {data!r}", same(hexlify(Sha1(data)).decode(), digest)
    for size in rows.SHA1_SIZES:
        data = rows.LONG[:size]
        yield f"SHA-1 of {size} bytes", same(Sha1(data), hashlib.sha1(data).digest())
    yield "accept key", same(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    for key in rows.GOOD_KEYS:
        yield f"key {key}", same(IsKey(key), True)
    for key in rows.BAD_KEYS:
        yield f"bad key {key}", same(IsKey(key), False)
    for value, expected in (("websocket", True), ("h2c, WebSocket", True), ("websockets", False), ("", False)):
        yield f"token in {value!r}", same(HasToken(value, "websocket"), expected)


def everything():
    """Yields (name, what is wrong or None) of every row in every way."""
    for way in WAYS:
        for row in rows.GOOD:
            yield f"{row[0]} ({row[1]}), {way}", check_good(row, way)
        for row in rows.BAD:
            yield f"{row[0]} ({row[1]}), {way}", check_bad(row, way)
    for row in rows.ANNOUNCED:
        yield f"{row[0]} ({row[1]})", check_announced(row)
    yield from values()
