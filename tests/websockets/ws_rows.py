"""Rows of bytes for the WebSocket's frames: what a client sends, and what is to be made of it.

A row is (name, section of RFC 6455, bytes, events). An event is ("text" | "binary", bytes), ("ping" | "pong" | "close",
payload) or ("violation", close code).
"""

KEY = b"\x37\xfa\x21\x3d"


def frame(opcode, payload=b"", fin=True, rsv=0, key=KEY):
    """A client's frame as bytes, masked unless `key` is None."""
    first = bytes([opcode | rsv | (0x80 if fin else 0)])
    masked = 0x80 if key else 0
    size = len(payload)
    if size < 126:
        head = bytes([masked | size])
    elif size < 65536:
        head = bytes([masked | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([masked | 127]) + size.to_bytes(8, "big")
    if not key:
        return first + head + payload
    return first + head + key + bytes([payload[i] ^ key[i % 4] for i in range(size)])


def text(payload, fin=True):
    return frame(1, payload, fin)


LONG = bytes([i * 7 % 256 for i in range(70000)])
PI = "\u03c0".encode()

GOOD = [
    ("a masked text", "5.7", b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", [("text", b"Hello")]),
    ("an empty text", "5.2", text(b""), [("text", b"")]),
    ("an empty binary", "5.2", frame(2), [("binary", b"")]),
    ("a key of zeros", "5.3", frame(2, b"abc", key=bytes(4)), [("binary", b"abc")]),
    ("125 bytes", "5.2", frame(2, LONG[:125]), [("binary", LONG[:125])]),
    ("126 bytes", "5.2", frame(2, LONG[:126]), [("binary", LONG[:126])]),
    ("65535 bytes", "5.2", frame(2, LONG[:65535]), [("binary", LONG[:65535])]),
    ("70000 bytes", "5.2", frame(2, LONG), [("binary", LONG)]),
    ("a length longer than needed", "5.2", b"\x82\xff" + bytes(7) + b"\x01" + bytes(4) + b"x", [("binary", b"x")]),
    ("three fragments", "5.4", text(b"a", False) + frame(0, b"b", False) + frame(0, b"c"), [("text", b"abc")]),
    ("empty fragments", "5.4", frame(2, b"", False) + frame(0, b"", False) + frame(0), [("binary", b"")]),
    (
        "control frames between fragments",
        "5.5",
        text(b"a", False) + frame(9, b"p") + frame(0, b"b", False) + frame(10, b"q") + frame(0, b"c"),
        [("ping", b"p"), ("pong", b"q"), ("text", b"abc")],
    ),
    ("a character cut by fragments", "8.1", text(PI[:1], False) + frame(0, PI[1:]), [("text", PI)]),
    ("a ping of 125 bytes", "5.5", frame(9, LONG[:125]), [("ping", LONG[:125])]),
    ("an empty ping", "5.5", frame(9), [("ping", b"")]),
    ("two messages", "5", text(b"a") + frame(2, b"\xff"), [("text", b"a"), ("binary", b"\xff")]),
    ("a text behind a text", "5", text(PI) + text(PI), [("text", PI), ("text", PI)]),
    ("close", "5.5.1", frame(8, b"\x03\xe8bye"), [("close", b"\x03\xe8bye")]),
    ("nothing behind close", "5.5.1", frame(8) + text(b"a") + b"\xff\xff", [("close", b"")]),
    ("the most that is taken", "10.4", frame(2, bytes(100000)), [("binary", bytes(100000))]),
]

BAD = [
    ("not masked", "5.1", frame(1, b"a", key=None), 1002),
    ("not masked ping", "5.1", frame(9, b"a", key=None), 1002),
    ("RSV1", "5.2", frame(1, b"a", rsv=0x40), 1002),
    ("RSV2", "5.2", frame(1, b"a", rsv=0x20), 1002),
    ("RSV3 of a ping", "5.2", frame(9, b"a", rsv=0x10), 1002),
    ("RSV1 of a continuation", "5.2", text(b"a", False) + frame(0, b"a", rsv=0x40), 1002),
    ("opcode 3", "5.2", frame(3, b"a"), 1002),
    ("opcode 7", "5.2", frame(7), 1002),
    ("opcode 11", "5.2", frame(11, b"a"), 1002),
    ("opcode 15", "5.2", frame(15), 1002),
    ("a ping in pieces", "5.5", frame(9, b"a", False), 1002),
    ("a close in pieces", "5.5", frame(8, b"", False), 1002),
    ("a ping of 126 bytes", "5.5", frame(9, bytes(126)), 1002),
    ("a continuation of nothing", "5.4", frame(0, b"a"), 1002),
    ("a continuation behind the end", "5.4", text(b"a") + frame(0, b"a"), 1002),
    ("a text in a text", "5.4", text(b"a", False) + text(b"b"), 1002),
    ("a length with its highest bit", "5.2", b"\x82\xff\x80" + bytes(11), 1002),
    ("one byte too many", "10.4", frame(2, bytes(100001)), 1009),
    ("too long in fragments", "10.4", frame(2, bytes(60000), False) + frame(0, bytes(60000)), 1009),
    ("a text cut inside a character", "8.1", text(PI[:1]), 1007),
    ("the cut told at the last fragment", "8.1", text(PI[:1], False) + frame(0), 1007),
]

# Announced and not sent: refused all the same, so before anything is allocated for it.
ANNOUNCED = [
    ("a huge message", "10.4", b"\x82\xff\x00\x00\x00\x01" + bytes(4) + KEY, 1009),
    ("a ping of 65535 bytes", "5.5", b"\x89\xfe\xff\xff" + KEY, 1002),
    ("bad UTF-8 in front", "8.1", b"\x81\xfe\x10\x00" + bytes(4) + b"a\xff", 1007),
    ("a surrogate in front", "8.1", b"\x81\xfe\x10\x00" + bytes(4) + b"\xed\xa0", 1007),
]

UTF8_GOOD = [
    b"",
    b"plain",
    "k\u00f6sm\u00f6 \u20ac \U0001f600".encode(),
    b"\xc2\x80",
    b"\xdf\xbf",
    b"\xe0\xa0\x80",
    b"\xed\x9f\xbf",
    b"\xee\x80\x80",
    b"\xef\xbf\xbf",
    b"\xf0\x90\x80\x80",
    b"\xf4\x8f\xbf\xbf",
    b"x" * 255 + PI + b"x" * 600 + PI,
]
# Each is wrong at its last byte, and no earlier.
UTF8_BAD = [
    b"\x80",
    b"\xbf",
    b"\xc0",
    b"\xc1",
    b"\xc2\x7f",
    b"\xc2\xc0",
    b"\xe0\x9f",
    b"\xe1\x80\x20",
    b"\xed\xa0",
    b"\xf0\x8f",
    b"\xf1\x80\x80\xc0",
    b"\xf4\x90",
    b"\xf5",
    b"\xff",
    b"x" * 256 + PI + b"x" * 300 + b"\xfe",
]

# (payload of a Close frame, (code, reason) or the code it is refused with)
CLOSES = [
    (b"", (1005, "")),
    (b"\x03\xe8", (1000, "")),
    (b"\x0f\xa0gr\xc3\xbcn", (4000, "gr\u00fcn")),
    (b"\x03\xf3", (1011, "")),
    (b"\x13\x87", (4999, "")),
    (b"\x03", 1002),
    (b"\x00\x00", 1002),
    (b"\x03\xe7", 1002),
    (b"\x03\xec", 1002),
    (b"\x03\xed", 1002),
    (b"\x03\xee", 1002),
    (b"\x03\xf7", 1002),
    (b"\x0b\xb7", 1002),
    (b"\x13\x88", 1002),
    (b"\x03\xe8\xed\xa0\x80", 1007),
    (b"\x03\xe8\xc3", 1007),
]

# (opcode, payload, fin, what the server sends): the examples of section 5.7
FRAMES = [
    (1, b"Hello", True, b"\x81\x05Hello"),
    (1, b"Hel", False, b"\x01\x03Hel"),
    (0, b"lo", True, b"\x80\x02lo"),
    (10, b"Hello", True, b"\x8a\x05Hello"),
    (2, bytes(125), True, b"\x82\x7d" + bytes(125)),
    (2, bytes(126), True, b"\x82\x7e\x00\x7e" + bytes(126)),
    (2, bytes(256), True, b"\x82\x7e\x01\x00" + bytes(256)),
    (2, bytes(65535), True, b"\x82\x7e\xff\xff" + bytes(65535)),
    (2, bytes(65536), True, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00" + bytes(65536)),
]

# (bytes, SHA-1 in hex): FIPS 180-4's examples, and each length at which the padding changes
SHA1 = [
    (b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (b"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    (
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    ),
]
SHA1_SIZES = (1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000)

GOOD_KEYS = ["dGhlIHNhbXBsZSBub25jZQ==", "+/+/+/+/+/+/+/+/+/+/+w=="]
BAD_KEYS = [
    "",
    "dGhlIHNhbXBsZSBub25jZQ",
    "dGhlIHNhbXBsZSBub25jZQ=a",
    "dGhlIHNhbXBsZSBub25j ZQ=",
    "dGhlIHNhbXBsZSBub25jZ-==",
    "AAAA, dGhlIHNhbXBsZSBub25jZQ==",
]
