"""Buffers that are allocated once and lent out, and a queue.

A web server takes single buffers; the rest of the others is in `xBuffersMore.py`.
"""

from .checks import CheckCount
from .interpreter import AddLater


class XFiFoException(Exception):
    """An empty queue was asked for an object."""


class XBufferSlot:
    """A buffer that is lent out: `Buffer` is its bytearray, `Size` its length in bytes."""

    def __init__(self, size, keepAlloc=True):
        CheckCount("size", size)
        self._size = size
        self._keep = keepAlloc
        self._available = True
        self.Next = None  # XBufferSlot: the next in a chain, for whoever keeps the free ones in one
        self._buffer = bytearray(size) if keepAlloc else None
        self._view = memoryview(self._buffer) if keepAlloc else None

    @property
    def Available(self):
        """bool: nobody uses the buffer. Setting True gives it back."""
        return self._available

    @Available.setter
    def Available(self, value):
        if not self._keep:
            self._buffer = self._view = None
        self._available = bool(value)

    @property
    def Size(self):
        """int: bytes."""
        return self._size

    @property
    def Buffer(self):
        """bytearray of `Size` bytes."""
        if self._buffer is None:
            self._buffer = bytearray(self._size)
        return self._buffer

    @property
    def View(self):
        """memoryview of the whole buffer."""
        if self._view is None:
            self._view = memoryview(self.Buffer)
        return self._view


class XBufferSlots:
    """A fixed number of equal buffers, allocated once (with `keepAlloc`), lent and given back."""

    _ = property()  # without one MicroPython lets the class have none later, once it has a subclass

    def __init__(self, slotsCount, slotsSize, keepAlloc=True):
        CheckCount("slotsCount", slotsCount)
        CheckCount("slotsSize", slotsSize)
        self._size = slotsSize
        self._slots = [XBufferSlot(slotsSize, keepAlloc) for _ in range(slotsCount)]


class XFiFo:
    """A queue: first in, first out."""

    _ = property()  # as above

    def __init__(self):
        self.Clear()


AddLater(XBufferSlots, "libs.xBuffersMore")
AddLater(XFiFo, "libs.xBuffersMore")
