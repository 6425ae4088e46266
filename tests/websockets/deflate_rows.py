"""Rows of frames with permessage-deflate, as ws_rows.py has those without; sections are RFC 7692's."""

from ws_rows import LONG, PI, frame

RSV1 = 0x40
FLUSHED = b"\x00\x00\xff\xff"  # what a sender leaves off at the end of a message, and nowhere else
HELLO = b"\xf2\x48\xcd\xc9\xc9\x07\x00"
TWO_BLOCKS = b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"
LAST_BLOCK = b"\xf3\x48\xcd\xc9\xc9\x07\x00"


def stored(data):
    """DEFLATE blocks without compression, as RFC 7692 section 7.2.3.3 has them."""
    blocks = b""
    for start in range(0, len(data), 50000):
        piece = data[start : start + 50000]
        size = len(piece)
        blocks += b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + piece
    return blocks + b"\x00"


def packed(payload, fin=True, opcode=1):
    return frame(opcode, payload, fin, RSV1)


# Zeros in a block of fixed codes: a literal, then copies of 258 bytes from one byte back.
def zeros(count):
    """`count` zeros, compressed as far as it goes: 1 + 258 * n of them."""
    bits = "0" + "10" + "00110000"  # not the last, fixed codes (lowest bit first), the literal 0
    bits += ("11000101" + "00000") * ((count - 1) // 258)
    bits += "0000000"
    bits += "000"  # an empty block without compression, whose length the receiver adds
    bits += "0" * (-len(bits) % 8)
    return bytes([int("".join(reversed(bits[i : i + 8])), 2) for i in range(0, len(bits), 8)])


GOOD = [
    ("one block", "7.2.3.1", packed(HELLO), [("text", b"Hello")]),
    ("two fragments", "7.2.3.1", packed(HELLO[:3], False) + frame(0, HELLO[3:]), [("text", b"Hello")]),
    ("not compressed", "6", frame(1, b"Hello"), [("text", b"Hello")]),
    (
        "blocks that are stored",
        "7.2.3.3",
        packed(b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"),
        [("text", b"Hello")],
    ),
    ("a last block", "7.2.3.4", packed(LAST_BLOCK + b"\x00"), [("text", b"Hello")]),
    ("a last block with nothing behind", "7.2.3.4", packed(LAST_BLOCK), [("text", b"Hello")]),
    ("a last block, then an empty frame", "7.2.3.4", packed(LAST_BLOCK, False) + frame(0), [("text", b"Hello")]),
    ("two last blocks", "7.2.3.4", packed(LAST_BLOCK * 2 + b"\x00"), [("text", b"HelloHello")]),
    ("a last block, then another", "7.2.3.4", packed(LAST_BLOCK + HELLO), [("text", b"HelloHello")]),
    ("two blocks", "7.2.3.5", packed(TWO_BLOCKS), [("text", b"Hello")]),
    ("an empty message", "7.2.3.6", packed(b"\x00"), [("text", b"")]),
    ("an empty binary", "7.2.3.6", packed(b"\x00", opcode=2), [("binary", b"")]),
    (
        "control frames between fragments",
        "6.1",
        packed(HELLO[:1], False) + frame(9, b"p") + frame(0, HELLO[1:], False) + frame(10) + frame(0),
        [("ping", b"p"), ("pong", b""), ("text", b"Hello")],
    ),
    (
        "each its own",
        "6.1",
        packed(HELLO) + frame(1, b"plain") + packed(stored(b"\xff"), opcode=2) + packed(HELLO),
        [("text", b"Hello"), ("text", b"plain"), ("binary", b"\xff"), ("text", b"Hello")],
    ),
    ("longer than what it holds", "7.2.3.3", packed(stored(LONG), opcode=2), [("binary", LONG)]),
    ("two chunks and no more", "7.2.2", packed(stored(LONG[:32768]), opcode=2), [("binary", LONG[:32768])]),
    ("one byte more", "7.2.2", packed(stored(LONG[:32769]), opcode=2), [("binary", LONG[:32769])]),
    ("a character cut by blocks", "7.2.2", packed(stored(PI[:1]) + FLUSHED + stored(PI[1:])), [("text", PI)]),
    ("zeros, packed", "7.2.2", packed(zeros(1 + 258 * 300), opcode=2), [("binary", bytes(1 + 258 * 300))]),
    ("the most that is taken, stored", "7.2.2", packed(stored(bytes(100000)), opcode=2), [("binary", bytes(100000))]),
]

BAD = [
    ("RSV1 of a continuation", "6.1", packed(HELLO[:3], False) + frame(0, HELLO[3:], rsv=RSV1), 1002),
    ("RSV1 of a ping", "6.1", frame(9, b"", rsv=RSV1), 1002),
    ("RSV2", "5.2 of RFC 6455", frame(1, b"", rsv=0x20), 1002),
    ("RSV1 and RSV3", "5.2 of RFC 6455", frame(1, HELLO, rsv=0x50), 1002),
    ("a text in a text", "5.4 of RFC 6455", packed(HELLO, False) + packed(HELLO), 1002),
    ("no block", "7.2.2", packed(b"\x06\x00"), 1007),
    ("nothing at all", "7.2.3.6", packed(b""), 1007),
    ("a length that is none", "7.2.2", packed(b"\x00\x05\x00\xfa\xfe\x48"), 1007),
    ("cut short", "7.2.2", packed(b"\x00\xff\x7f\x00\x80\x48"), 1007),
    ("no text", "8.1 of RFC 6455", packed(stored(b"\xed\xa0\x80")), 1007),
    ("a text cut inside a character", "8.1 of RFC 6455", packed(stored(PI[:1])), 1007),
    ("one byte too many", "8", packed(stored(bytes(100001)), opcode=2), 1009),
    ("zeros without end", "8", packed(zeros(1 + 258 * 20000), opcode=2), 1009),
    ("too long in fragments", "8", packed(zeros(77401) + FLUSHED, False, 2) + frame(0, zeros(77401)), 1009),
    ("far too long to be anything", "8", packed(bytes(112566), opcode=2), 1009),
]
