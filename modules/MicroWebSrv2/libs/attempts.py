"""Slows down who guesses passwords: failures counted by client, in a table that does not grow.

Imported by the first 401 to a request that carries credentials.
"""

from .interpreter import NewLock, TicksDiff, TicksMs, const

_MOST_CLIENTS = const(16)
_FIRST_WAIT_MS = const(1000)  # then doubled by each failure
_LONGEST_WAIT_MS = const(60000)
_KEPT_MS = const(600000)  # a client without failures for so long is forgotten


def OnUnauthorized(web, address):
    """Counts a 401 to a client that has shown credentials; returns the seconds that it has to wait already, or 0."""
    if not web.Attempts:
        web.Attempts = Attempts(web.MaxAuthFailures)
    waitSec = web.Attempts.WaitSec(address)
    if not waitSec:
        web.Attempts.Fail(address)
        web.Log("%s: wrong credentials" % address, web.WARNING)
    return waitSec


class Attempts:
    """Who has failed, how often, and how long each has to wait.

    `freeFailures` (int): failures in a row that cost no wait. A client is its address without the port (str). While
    as many clients as the table has must wait, so must all others: many addresses are no way around it.
    """

    def __init__(self, freeFailures):
        self._free = freeFailures
        self._clients = {}  # address -> (failures, ticks of the last one, ms to wait from there)
        self._lock = NewLock() if NewLock else None  # MicroPython's dictionaries are not guarded against two threads

    def WaitSec(self, address):
        """Returns how many seconds (int) the client has to wait before it may try again; 0: it may."""
        return (self._Locked(self._WaitMs, address) + 999) // 1000

    def Fail(self, address):
        """The client has shown wrong credentials."""
        self._Locked(self._Fail, address)

    def Forget(self, address):
        """The client has shown the right ones."""
        self._Locked(self._Forget, address)

    def _Locked(self, work, address):
        if not self._lock:
            return work(address)
        with self._lock:
            return work(address)

    def _WaitMs(self, address):
        now = TicksMs()
        self._DropOld(now)
        entry = self._clients.get(address)
        if entry:
            return _Left(entry, now)
        if len(self._clients) < _MOST_CLIENTS:
            return 0
        return min([_Left(entry, now) for entry in self._clients.values()])

    def _Fail(self, address):
        now = TicksMs()
        self._DropOld(now)
        if address not in self._clients:
            self._MakeRoom(now)
        failures = self._clients.get(address, (0,))[0] + 1
        wait = 0
        if failures >= self._free:
            wait = min(_FIRST_WAIT_MS << min(failures - self._free, 16), _LONGEST_WAIT_MS)
        self._clients[address] = (failures, now, wait)

    def _Forget(self, address):
        self._clients.pop(address, None)

    def _DropOld(self, now):
        for address in list(self._clients):
            age = TicksDiff(now, self._clients[address][1])
            if not 0 <= age < _KEPT_MS:  # below 0: so old that the ticks have begun anew
                self._clients.pop(address)

    def _MakeRoom(self, now):
        """Forgets the client whose failure is the longest ago, of those that need not wait or else of all."""
        if len(self._clients) < _MOST_CLIENTS:
            return
        oldest = None
        for address in self._clients:
            entry = self._clients[address]
            key = (_Left(entry, now) > 0, -TicksDiff(now, entry[1]))
            if oldest is None or key < oldest[0]:
                oldest = (key, address)
        self._clients.pop(oldest[1])


def _Left(entry, now):
    return max(0, entry[2] - TicksDiff(now, entry[1]))
