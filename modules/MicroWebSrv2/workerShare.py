"""What the connections of one server share in one worker: buffers, and the writer of heads.

A worker is one thread's, so nothing here needs a lock.
"""

from time import gmtime

from .libs.httpHeadWriter import HeadWriter
from .libs.interpreter import const
from .libs.xAsyncWorker import TICK_MS, Guarded
from .libs.xBuffers import XBufferSlot

_HEAD_ROOM = const(512)  # bytes: a file as long as a slot goes out in one send with its head
_LOOK_MS = const(50)
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

    def Await(self, connection):
        """Calls `connection.OnSlot` when its turn has come and a slot is free."""
        if not connection.AwaitsSlot:
            (self._sending if connection.IsSending() else self._waiting).append(connection)
            connection.AwaitsSlot = True
        self._Watch()
        if self._free is not None:
            self._Wake()

    def _Watch(self):
        if not self._watching:
            self.Worker.AddTimer(TICK_MS, self._OnTick)
            self._watching = True

    def IsWanted(self):
        """Says whether connections wait for a slot."""
        return len(self._waiting) + len(self._sending) > 0

    def Release(self, slot):
        """Takes an XBufferSlot back. Raises nothing: it may be given back because there is no memory."""
        if not self._keepAlloc:
            slot.Available = True
        slot.Next = self._free
        self._free = slot
        if self._waiting or self._sending:
            self._Wake()

    def _Wake(self):
        if self._waking:
            return
        try:
            self.Worker.Post(self._WakeWaiting)
            self._waking = True
        except MemoryError:  # the next tick tells them
            pass

    def _WakeWaiting(self):
        self._waking = False
        # One that has gone meanwhile takes none: the next may have it.
        while self._free is not None and self.IsWanted():
            connection = self._Next()
            Guarded(connection.OnSlot, connection)

    def _Next(self):
        """Takes the next out of those who wait: by turns one with a request and one in the middle of an answer."""
        self._sendingNext = not self._sendingNext
        line = self._sending if self._sending and (self._sendingNext or not self._waiting) else self._waiting
        # The first to come is the first served, but of a crowd that cannot be served in time: the last.
        connection = line.pop(0 if len(line) <= self._slotsCount else -1)
        connection.AwaitsSlot = False
        return connection

    def _OnTick(self):
        self._WakeWaiting()
        for _ in range(len(self._waiting) + len(self._sending)):
            if not self._PurgeSlow():
                break
        if not self.IsWanted():
            self._slow.clear()  # they may have been closed since: nobody else would hold what was theirs
            self._watching = False
            self.Worker.RemoveTimer(self._OnTick)

    def _PurgeSlow(self):
        """Lets the connection go whose buffer has waited for it the longest; False when none has waited for long."""
        slow = self._slow
        if not slow:
            self._LookForSlow(slow)
        while slow:
            asyncSocket = slow.pop()
            if asyncSocket.GetWorker() and asyncSocket.IsSlow():
                # What it raises is not the matter of whoever wants the buffer.
                Guarded(asyncSocket.GiveWay, asyncSocket)
                return True
        return False

    def _LookForSlow(self, slow):
        """Looks through all connections, of which there may be thousands; where nothing was found not soon again."""
        if self.Worker.Now < self._lookAgain:
            return
        for asyncSocket in self.Worker.Sockets.values():
            if asyncSocket.IsSlow():
                self._Watch()
                slow.append(asyncSocket)
        slow.sort(key=_Deadline, reverse=True)
        if not slow:
            self._lookAgain = self.Worker.Now + _LOOK_MS

    def Head(self):
        """Returns the HeadWriter for the answer that is made now."""
        second = self.Worker.Now // 1000
        if second != self._second:
            self._second = second
            self._head.SetDate(_DateLine(gmtime()))
        return self._head


def _Deadline(asyncSocket):
    return asyncSocket.ExpireAt


def _DateLine(now):
    """Returns the Date line (bytes) of answers; none while the clock was never set (RFC 9110 section 6.6.1)."""
    if now[0] < _CLOCK_IS_SET:
        return b""
    try:
        from .libs.httpDate import HttpDate

        return ("\r\nDate: %s" % HttpDate(now)).encode()
    except MemoryError:  # the answer is worth more than its date
        return b""
