"""Feeds deflate_rows.py to the package, on any runtime; see ws_feed.py, which does so with what is not compressed."""

import random

import deflate_rows as rows
from ws_feed import BEHIND, MAX_LENGTH, STEPS, WAYS, Recorder, feed_through, same

from MicroWebSrv2.libs.wsDeflate import InflatingReader
from MicroWebSrv2.libs.wsFrames import Utf8

NOISE = 2000  # messages
LARGEST_PIECE = 16384  # bytes that come out at once, whatever went in


class Limited(Recorder):
    """A sink that says how much it takes."""

    MaxLength = MAX_LENGTH


def feed(data, step):
    """The events of a client's bytes on a connection that has agreed on compression."""
    sink = Limited()
    sink.reader = InflatingReader(sink, MAX_LENGTH, 15)
    events = feed_through(sink, data, step)
    if sink.largest > LARGEST_PIECE:
        raise AssertionError(f"a piece of {sink.largest} bytes")
    if sink.message is not None and len(sink.message) > MAX_LENGTH:
        raise AssertionError(f"{len(sink.message)} bytes came out")
    return events


def check_good(row, way):
    data, expected = row[2], row[3]
    if way == "with a message behind":
        data, expected = data + BEHIND, expected + [("binary", b"behind")]
    return same(feed(data, STEPS.get(way, 1024)), expected)


def check_bad(row, way):
    """After the violation only a Close frame is looked at."""
    events = feed(row[2] + rows.packed(rows.HELLO) + rows.frame(8, b"\x03\xe8"), STEPS.get(way, 1024))
    return same(events, [("violation", row[3]), ("close", b"\x03\xe8")])


def is_text(data):
    check = Utf8()
    return check.Feed(data, 0, len(data)) and check.IsWhole()


def noise(count):
    """Yields (name, what is wrong or None) of messages that are noise: a message comes of it, or a close code."""
    for seed in range(count):
        random.seed(seed)
        size = random.getrandbits(8)
        data = bytes([random.getrandbits(8) for _ in range(size)])
        if size:
            data = bytes([data[0] & 0xF8 | random.choice((0, 2, 4))]) + data[1:]  # begin with each kind of block
        events = feed(rows.packed(data), 1024)
        good = len(events) == 1 and (
            events[0][0] == "text" and is_text(events[0][1]) or events[0] in (("violation", 1007), ("violation", 1009))
        )
        yield f"noise {seed}", None if good else f"got {str(events)[:200]}"


def frames():
    """Yields (name, what is wrong or None) of the frames in every way."""
    for way in WAYS:
        for row in rows.GOOD:
            yield f"{row[0]} ({row[1]}), {way}", check_good(row, way)
        for row in rows.BAD:
            yield f"{row[0]} ({row[1]}), {way}", check_bad(row, way)


def everything():
    """Yields (name, what is wrong or None) of all that there is to feed."""
    yield from frames()
    yield from noise(NOISE)
