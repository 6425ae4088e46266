"""Buffers that are allocated once and lent out, and a queue."""


class XFiFoException(Exception):
    """An empty queue was asked for an object."""


class XBufferSlot:
    """A buffer that is lent out: `Buffer` is its bytearray, `Size` its length in bytes."""

    def __init__(self, size, keepAlloc=True):
        _CheckCount("size", size)
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

    def __init__(self, slotsCount, slotsSize, keepAlloc=True):
        _CheckCount("slotsCount", slotsCount)
        _CheckCount("slotsSize", slotsSize)
        self._size = slotsSize
        self._slots = [XBufferSlot(slotsSize, keepAlloc) for _ in range(slotsCount)]

    def GetAvailableSlot(self):
        """Returns a free XBufferSlot, taken until its `Available` is set; None when all are taken."""
        for slot in self._slots:
            if slot._available:
                slot._available = False
                return slot
        return None

    @property
    def Slots(self):
        """list of every XBufferSlot."""
        return self._slots

    @property
    def SlotsCount(self):
        """int: how many there are."""
        return len(self._slots)

    @property
    def SlotsSize(self):
        """int: bytes of each."""
        return self._size


def _CheckCount(name, value):
    if not isinstance(value, int) or value <= 0:
        raise ValueError('"%s" must be a positive integer, got %r' % (name, value))


class XFiFo:
    """A queue: first in, first out."""

    def __init__(self):
        self.Clear()

    def Put(self, obj):
        """Appends an object."""
        node = [obj, None]
        if self._last:
            self._last[1] = node
        else:
            self._first = node
        self._last = node

    def Get(self):
        """Takes the oldest object out. Raises XFiFoException when there is none."""
        node = self._first
        if not node:
            raise XFiFoException("the queue is empty")
        self._first = node[1]
        if not self._first:
            self._last = None
        return node[0]

    def Clear(self):
        """Forgets every object."""
        self._first = None
        self._last = None

    @property
    def Empty(self):
        """bool: nothing waits."""
        return self._first is None
