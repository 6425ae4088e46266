"""SHA-1 (FIPS 180-4) in Python, for boards whose `hashlib` lacks it. Not for secrets: SHA-1 is broken as a seal."""

from .interpreter import const

_MASK = const(0xFFFFFFFF)


def Sha1(data):
    """Returns the 20 bytes of the SHA-1 digest of `data` (bytes-like)."""
    state = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
    size = len(data)
    zeros = (55 - size) % 64
    padded = bytes(data) + b"\x80" + bytes(zeros) + (size * 8).to_bytes(8, "big")  # section 5.1.1
    for start in range(0, len(padded), 64):
        state = _Block(state, _Schedule(padded, start))
    digest = b""
    for word in state:
        digest += word.to_bytes(4, "big")
    return digest


def _Schedule(data, start):
    """Returns the 80 words of a block's message schedule (section 6.1.2, step 1)."""
    words = [int.from_bytes(data[i : i + 4], "big") for i in range(start, start + 64, 4)]
    for t in range(16, 80):
        words.append(_Rotate(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1))
    return words


def _Block(state, words):
    """Returns the state after one block (section 6.1.2, steps 2 to 4)."""
    a, b, c, d, e = state
    for t in range(80):
        if t < 20:
            mixed = (b & c | ~b & d) + 0x5A827999
        elif t < 40:
            mixed = (b ^ c ^ d) + 0x6ED9EBA1
        elif t < 60:
            mixed = (b & c | b & d | c & d) + 0x8F1BBCDC
        else:
            mixed = (b ^ c ^ d) + 0xCA62C1D6
        mixed = (_Rotate(a, 5) + (mixed & _MASK) + e + words[t]) & _MASK
        e = d
        d = c
        c = _Rotate(b, 30)
        b = a
        a = mixed
    new = (a, b, c, d, e)
    return tuple([(state[i] + new[i]) & _MASK for i in range(5)])


def _Rotate(word, count):
    return (word << count | word >> 32 - count) & _MASK
