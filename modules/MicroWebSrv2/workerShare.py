"""What the connections of one server share in one worker: buffers, and the writer of heads.

A worker is one thread's, so nothing here needs a lock.
"""

from time import gmtime

from .libs.httpDate import HttpDate
from .libs.httpHeadWriter import HeadWriter
from .libs.interpreter import const
from .libs.XAsyncSockets import XBufferSlots

_HEAD_ROOM = const(512)  # bytes: a file as long as a slot goes out in one send with its head
_CLOCK_IS_SET = const(2025)  # a year before it: the clock was never set


class WorkerShare:
    """`Take` and `Release` lend the slots; `Head` is the HeadWriter, its date up to date."""

    def __init__(self, worker, slotsCount, slotsSize, keepAlloc):
        self.Worker = worker
        self._slots = XBufferSlots(slotsCount, slotsSize, keepAlloc)
        self._free = self._slots.Free
        self._keepAlloc = keepAlloc
        self._head = HeadWriter(slotsSize + _HEAD_ROOM)
        self._second = -1  # of the worker's clock, when the date was looked at
        self.Files = {}  # encoded path (bytes) -> what staticFiles.py knows of the file
        self._waiting = []  # connections that want a slot
        self._waking = False  # they will be told soon

    def Take(self, connection):
        """Returns an XBufferSlot; None when all are taken: `connection.OnSlot` is called when one is free."""
        if self._free:
            return self._free.pop()
        self._PurgeSlow()
        if self._free:
            return self._free.pop()
        if connection not in self._waiting:
            self._waiting.append(connection)
        return None

    def Release(self, slot):
        """Takes an XBufferSlot back."""
        if self._keepAlloc:
            self._free.append(slot)
        else:
            slot.Available = True
        if self._waiting and not self._waking:
            self._waking = True
            self.Worker.Post(self._WakeWaiting)

    def _WakeWaiting(self):
        self._waking = False
        while self._waiting and self._free:  # one that has gone meanwhile takes none: the next may have it
            self._waiting.pop(0).OnSlot()

    def _PurgeSlow(self):
        """Refuses the request that has been coming in for the longest, so that its buffer serves another."""
        slowest = None
        for asyncSocket in self.Worker.Sockets.values():
            if asyncSocket.IsSlow() and (slowest is None or asyncSocket.ExpireAt < slowest.ExpireAt):
                slowest = asyncSocket
        if slowest:
            slowest.OnExpired()

    def Head(self):
        """Returns the HeadWriter for the answer that is made now."""
        second = self.Worker.Now // 1000
        if second != self._second:
            self._second = second
            now = gmtime()
            date = "\r\nDate: %s" % HttpDate(now) if now[0] >= _CLOCK_IS_SET else ""
            self._head.SetDate(date.encode())
        return self._head
