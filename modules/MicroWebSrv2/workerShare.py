"""What the connections of one server share in one worker: buffers, and the writer of heads.

A worker is one thread's, so nothing here needs a lock.
"""

from time import gmtime

from .libs.httpHeadWriter import HeadWriter
from .libs.interpreter import AddLater, const
from .libs.xBuffers import XBufferSlot

_HEAD_ROOM = const(512)  # bytes: a file as long as a slot goes out in one send with its head
_CLOCK_IS_SET = const(2025)  # a year before it: the clock was never set


class WorkerShare:
    """`Take` and `Release` lend the slots; `Head` is the HeadWriter, its date up to date."""

    def __init__(self, worker, slotsCount, slotsSize, keepAlloc):
        self.Worker = worker
        self._keepAlloc = keepAlloc
        self._slotsCount = slotsCount
        self._free = None  # XBufferSlot: the first of a chain, which to lengthen takes no memory
        for _ in range(slotsCount):
            slot = XBufferSlot(slotsSize, keepAlloc)
            slot.Next = self._free
            self._free = slot
        self._head = HeadWriter(slotsSize + _HEAD_ROOM)
        self._second = -1  # of the worker's clock, when the date was looked at
        self.Files = {}  # encoded path (bytes) -> what staticFiles.py knows of the file
        self._waiting = []  # connections that want a slot: those with a request ...
        self._sending = []  # ... and those in the middle of an answer
        self._sendingNext = False
        self._waking = False  # they will be told soon
        self._slow = []  # connections that let a slot wait, the slowest last
        self._lookAgain = 0  # ms of the worker's clock
        self._watching = False  # at every tick it is seen whether somebody has become slow
        self.Scratch = None  # XBufferSlot of SCRATCH_SIZE, while no WebSocket reads into it

    def Take(self, connection):
        """Returns an XBufferSlot; None when all are taken: `connection.OnSlot` is called when one is free."""
        slot = self._free
        if slot is None:
            self._PurgeSlow()
            slot = self._free
            if slot is None:
                self.Await(connection)
                return None
        self._free = slot.Next
        return slot

    def Release(self, slot):
        """Takes an XBufferSlot back. Raises nothing: it may be given back because there is no memory."""
        if not self._keepAlloc:
            slot.Available = True
        slot.Next = self._free
        self._free = slot
        if self._waiting or self._sending:
            self._Wake()

    def Head(self):
        """Returns the HeadWriter for the answer that is made now."""
        second = self.Worker.Now // 1000
        if second != self._second:
            self._second = second
            self._head.SetDate(_DateLine(gmtime()))
        return self._head


def _DateLine(now):
    """Returns the Date line (bytes) of answers; none while the clock was never set (RFC 9110 section 6.6.1)."""
    if now[0] < _CLOCK_IS_SET:
        return b""
    try:
        from .libs.httpDate import HttpDate

        return ("\r\nDate: %s" % HttpDate(now)).encode()
    except MemoryError:  # the answer is worth more than its date
        return b""


AddLater(WorkerShare, "workerShareMore")
