"""What buffers in sets, and queues, are asked for.

Imported by the first that is asked (MicroPython), or with XBufferSlots and XFiFo (CPython).
"""

from .xBuffers import XFiFoException


class XBufferSlotsMore:
    """The rest of XBufferSlots, which these become methods and properties of."""

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


class XFiFoMore:
    """The rest of XFiFo, which these become methods and properties of."""

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
        self._first = self._last = None  # [object, next node]

    @property
    def Empty(self):
        """bool: nothing waits."""
        return self._first is None
