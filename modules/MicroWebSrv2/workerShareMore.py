"""What the connections of a worker do when all buffers are taken: they wait in line, and who is slow has to go.

Imported by the first that finds none (MicroPython), or with WorkerShare (CPython).
"""

from .libs.interpreter import const
from .libs.xAsyncWorker import TICK_MS, Guarded

_LOOK_MS = const(50)


class WorkerShareMore:
    """The rest of WorkerShare, which these become methods of."""

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


def _Deadline(asyncSocket):
    return asyncSocket.ExpireAt
