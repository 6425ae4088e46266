"""The MicroPython side of DEFLATE without a wrapper (RFC 1951), message by message, as RFC 7692 section 7.2 uses it.

`deflate.DeflateIO` draws its input as it needs it, and cannot wait for more of it: a message is gathered first.
The boards' builds have no compressor, and the one that others have searches the whole window at each byte: what is
sent from here is not compressed, which section 6.1 leaves to the sender.
"""

import gc
from io import BytesIO

from deflate import RAW, DeflateIO
from micropython import const

PREFERRED_BITS = const(12)  # of the window, where the client leaves it to us: 4 KB are allocated for each message

_TAIL = b"\x00\x00\xff\xff"  # what a sender leaves off (section 7.2.1)
_END = b"\x01\x00\x00\xff\xff"  # an empty last block: the inflater stops there
_LARGE_HEAP = const(1048576)  # bytes: from this on a window of 32 KB is no question
_SMALL_BITS = const(10)  # 1 KB: what a board can spare

Deflate = None


def LargestWindowBits(allow):
    """Returns the bits of the largest window that this heap has room for; 0: none, unless `allow` is True."""
    if gc.mem_alloc() + gc.mem_free() >= _LARGE_HEAP:
        return 15
    return _SMALL_BITS if allow else 0


class Inflater:
    """Inflates one message: each `Put` of compressed bytes is followed by as many `Take`s as give whole chunks."""

    CHUNK = const(512)  # bytes
    GATHERS = True  # nothing comes out before the whole message is in

    def __init__(self, windowBits):
        self._bits = windowBits
        self._packed = BytesIO()
        self._size = 0  # of the message
        self._stream = None
        self._buf = None

    def Put(self, view, isLast):
        """Takes the next bytes of the message."""
        packed = self._packed
        packed.write(view)
        if isLast:
            self._size = packed.tell()
            packed.write(_TAIL)
            packed.write(_END)
            packed.seek(0)
            self._buf = bytearray(Inflater.CHUNK)
            self._stream = DeflateIO(packed, RAW, self._bits)

    def Take(self):
        """Returns the next bytes, `CHUNK` of them unless there are no more for now. Raises ValueError."""
        if not self._stream:
            return b""
        buf = self._buf
        have = self._Read(memoryview(buf))
        while have < len(buf) and self._packed.tell() < self._size:  # behind a last block another one may begin
            self._stream = DeflateIO(self._packed, RAW, self._bits)
            have += self._Read(memoryview(buf)[have:])
        return buf if have == len(buf) else memoryview(buf)[:have]

    def _Read(self, view):
        try:
            return self._stream.readinto(view)
        except (OSError, EOFError):
            raise ValueError("the message cannot be inflated")
