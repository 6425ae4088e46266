"""The event loop of one thread, and the sockets that wait in it.

Each worker has its own poller and its own sockets, so that a socket needs
no lock: what another thread wants of it is posted to the worker.
"""

from .interpreter import (
    FAULT_RESERVE,
    AbortOnClose,
    HasWakeUp,
    NewLock,
    Poller,
    PollKey,
    ThreadIdent,
    TicksDiff,
    TicksMs,
    TraceText,
    const,
)

_IN = const(1)  # poll's masks
_OUT = const(4)
_BROKEN = const(24)  # error or hung up

TICK_MS = const(500)  # deadlines are looked at this often
_POSTED_MS = const(20)  # how soon a call from another thread is seen where nothing can wake a poll ...
_TALK_MS = const(5000)  # ... while one is expected, or for this long after the last


class XClosedReason:
    """Why a socket was closed, as `OnClosed` is told."""

    Error = const(0)
    ClosedByHost = const(1)
    ClosedByPeer = const(2)
    Timeout = const(3)


class Worker:
    """One thread's share of a pool: a poller, its sockets, their deadlines, its timers."""

    def __init__(self):
        self.Poller = Poller()
        self.Sockets = {}  # poll key -> PolledSocket
        self.Now = 0  # ms since the worker was made, as of the last look at the clock
        self._count = 0  # sockets that this turn has handled
        self._current = None  # the one that it handles now
        self.Turn = 0  # number of the loop's turn; what was looked at in this one need not be looked at again
        self._ticks = TicksMs()
        self._nextTick = TICK_MS
        self._late = []  # sockets that are overdue
        self.Resting = []  # servers whose next connections it leaves waiting up to the next tick
        self._timers = []  # [due ms, period ms, callback]
        self._posted = []  # calls from other threads
        self._lock = NewLock() if NewLock else None  # of that list: not every MicroPython guards lists itself
        self._talkUntil = 0  # more of them are likely until then
        self.Expecting = 0  # how many answers may come from other threads
        self.Running = False  # AsyncWaitEvents serves it
        self.Reserve = bytearray(FAULT_RESERVE)  # given up where memory has failed: to say so, and to close, takes some
        self._ident = None
        self._wake = None
        if HasWakeUp:
            from .wakeUp import WakeUp

            self._wake = WakeUp(self.Poller)

    def InThread(self):
        """Says whether the calling thread is the one that runs this worker."""
        return self._ident == ThreadIdent()

    def IsElsewhere(self):
        """Says whether another thread than the calling one runs this worker: then it must be asked by `Post`."""
        return self.Running and self._ident != ThreadIdent()

    def Post(self, callback, polled=None):
        """Calls `callback()` in the worker's thread, soon. May be called in any thread.

        What it raises is told to the PolledSocket it belongs to, or printed.
        """
        if self._lock:
            with self._lock:
                self._posted.append((callback, polled))
        else:
            self._posted.append((callback, polled))
        self._talkUntil = self.Now + _TALK_MS
        if self._wake:
            self._wake.Wake()

    def Process(self, timeoutMs):
        """Waits at most `timeoutMs` (-1: until something happens), handles what is ready.

        Returns the number of sockets, timers and posted calls handled.
        """
        current = self._current  # of the turn whose callback steps the loop by hand
        count = self._count
        try:
            return self.Step(timeoutMs)
        except Exception as ex:
            return self.OnFault(ex)
        finally:
            self._current = current
            self._count = count

    def Step(self, timeoutMs):
        """Does the same, without the last net: what it raises is to be given to `OnFault`.

        So its frames are small enough for MicroPython's C stack. One from the heap, freed at each turn,
        has every allocation after it look through all garbage: with one client a third of the time.
        """
        self._ident = ThreadIdent()
        self.Turn = self.Turn + 1 & 0x3FFFFFFF  # what a small int holds on a board
        self._count = 0
        self._HandleReady(self.Poller.Wait(self._WaitMs(timeoutMs)))
        return self._count + self._HandleDue()

    def _HandleReady(self, ready):
        for key, events in ready:
            self._current = self.Sockets.get(key)
            if self._current is not None:
                self._count += 1
                if events == _IN:
                    self._current.OnReadyForReading()
                else:
                    self._current.OnEvents(events)
            elif self._wake:
                self._wake.Drain()
        self._current = None

    def OnFault(self, error):
        """The last net: the socket that has raised `error` is lost alone, the others go on.

        Returns as `Process`. Raises the error where it is no socket's.
        """
        current = self._current
        if current is None:
            raise error
        self._current = None
        _TellFault(current, error)
        return self._count + self._HandleDue()

    def _HandleDue(self):
        """Does what is not a socket's; returns how many timers and posted calls that were."""
        count = 0
        self.LookAtClock()
        if self.Reserve is None:
            self._KeepReserve()
        if self.Now >= self._nextTick:
            self._Tick()
        if self._posted:
            count += self._CallPosted()
        if self._timers:
            count += self._CallTimers()
        return count

    def _KeepReserve(self):
        try:
            self.Reserve = bytearray(FAULT_RESERVE)
        except MemoryError:  # still: the next turn may find some
            pass

    def _WaitMs(self, timeoutMs):
        wait = self._nextTick - self.Now
        for timer in self._timers:
            if timer[0] - self.Now < wait:
                wait = timer[0] - self.Now
        if 0 <= timeoutMs < wait:
            wait = timeoutMs
        if wait > _POSTED_MS and not self._wake and (self.Expecting or self._talkUntil > self.Now):
            wait = _POSTED_MS
        if self._posted or wait < 0:
            return 0
        return wait

    def LookAtClock(self):
        """Brings `Now` up to date."""
        ticks = TicksMs()
        passed = TicksDiff(ticks, self._ticks)
        if passed > 0:
            self.Now += passed
            self._ticks = ticks

    def _Tick(self):
        """Closes what is overdue, lets rest what is idle. Deadlines are ticks apart: one look a tick is enough."""
        self._nextTick = self.Now + TICK_MS
        if self.Resting:
            Guarded(self._ResumeResting, None)
        try:
            self._FindLate()
        finally:  # without memory for all of them, those that are found give some back
            while self._late:
                asyncSocket = self._late.pop()
                Guarded(asyncSocket.OnExpired, asyncSocket)

    def _ResumeResting(self):
        while self.Resting:
            self.Resting.pop().Resume(self)

    def _FindLate(self):
        """Takes no memory for the first few: without any left, the late ones are those that hold it."""
        now = self.Now
        for key in self.Sockets:
            asyncSocket = self.Sockets[key]
            if asyncSocket.ExpireAt and asyncSocket.ExpireAt <= now:
                self._late.append(asyncSocket)
            elif asyncSocket.IsIdle():
                asyncSocket.Rest(now)

    def _CallPosted(self):
        count = len(self._posted)
        for _ in range(count):
            callback, polled = self._TakePosted()
            Guarded(callback, polled)
        return count

    def _TakePosted(self):
        if not self._lock:
            return self._posted.pop(0)
        with self._lock:
            return self._posted.pop(0)

    def _CallTimers(self):
        count = 0
        for timer in list(self._timers):
            if timer[0] <= self.Now and timer in self._timers:
                timer[0] = self.Now + timer[1]
                count += 1
                Guarded(timer[2], None)
        return count

    def AddTimer(self, periodMs, onTimer):
        """Calls `onTimer()` every `periodMs`."""
        self.LookAtClock()
        self._timers.append([self.Now + periodMs, periodMs, onTimer])

    def RemoveTimer(self, onTimer):
        """Forgets the timers that call `onTimer`."""
        self._timers = [timer for timer in self._timers if timer[2] != onTimer]

    def Leave(self):
        """Says that no thread runs this worker any more."""
        self._ident = None


def _TellFault(asyncSocket, error):
    """Tells a socket of what was raised in serving it; whatever comes of that, the loop goes on."""
    worker = asyncSocket.GetWorker()
    if worker and isinstance(error, MemoryError):
        worker.Reserve = None
    try:
        asyncSocket.OnFault(error)
    except Exception:  # no memory or stack was left to tell of it: the socket has been closed, or is now
        if worker:
            worker.Reserve = None
        if asyncSocket.GetWorker() and not asyncSocket.STAYS:
            asyncSocket.CloseFor(XClosedReason.Error)


def Guarded(callback, asyncSocket):
    """Calls `callback()`; what it raises is told to the PolledSocket it belongs to, or printed."""
    try:
        callback()
    except Exception as ex:
        if asyncSocket:
            _TellFault(asyncSocket, ex)
        else:
            print(TraceText(ex))


class PolledSocket:
    """A socket under a worker's poller. Deadlines are in ms of the worker's clock; 0 is none.

    No property here or in a class below it: MicroPython searches the whole
    family at each assignment to an attribute of an instance that may have one.
    """

    STAYS = False  # no fault closes it
    OnClosed = None  # f(asyncSocket, closedReason)
    ExpireAt = 0
    _pool = None
    _worker = None
    _sock = None
    _mask = 0

    def __init__(self, asyncSocketsPool, sock):
        self._pool = asyncSocketsPool
        self._sock = sock

    def GetAsyncSocketsPool(self):
        """Returns the pool."""
        return self._pool

    def GetSocketObj(self):
        """Returns the runtime's socket."""
        return self._sock

    def GetWorker(self):
        """Returns the worker whose sockets it is one of, or None."""
        return self._worker

    def AsAsyncSocket(self):
        """Returns the XAsyncSocket that stands for it in the pool's lists."""
        return self

    def SetExpiry(self, seconds):
        """Closes the socket (XClosedReason.Timeout) unless told otherwise in `seconds`; None or 0: never."""
        if not self._worker.Running:  # it may be long since somebody looked at the clock
            self._worker.LookAtClock()
        # The clock of a running worker may be a tick old, and a deadline must not come early.
        self.ExpireAt = self._worker.Now + seconds * 1000 + TICK_MS if seconds else 0

    def Attach(self, worker):
        """Puts the socket under the poller of a worker."""
        self._worker = worker
        worker.Sockets[PollKey(self._sock)] = self
        self._mask = _IN
        worker.Poller.Register(self._sock, _IN)

    def Detach(self):
        """Takes the socket out of its worker."""
        worker = self._worker
        self._worker = None
        worker.Poller.Unregister(self._sock)
        worker.Sockets.pop(PollKey(self._sock), None)

    def Notify(self, mask, wanted):
        """Waits, or no longer waits, for the events of `mask`."""
        mask = self._mask | mask if wanted else self._mask & ~mask
        if mask != self._mask:
            self._mask = mask
            self._worker.Poller.Modify(self._sock, mask)

    def IsIdle(self):
        """Says whether nothing would be lost if the socket were closed now."""
        return False

    def Rest(self, now):
        """Called at each tick of an idle socket: it may give up what it does without."""

    def IsSlow(self):
        """Says whether the socket lets a buffer wait for its peer."""
        return False

    def IsSending(self):
        """Says whether something is on its way that the peer has not taken whole."""
        return False

    def OnReadyForReading(self):
        """Called when the socket can be read."""

    def OnReadyForWriting(self):
        """Called when the socket can be written."""

    def OnEvents(self, events):
        """Called for events other than "readable" alone."""
        if events & _IN:
            self.OnReadyForReading()
        if events & _OUT and self._worker:
            self.OnReadyForWriting()
        elif events & _BROKEN and not events & _IN and self._worker:
            self.CloseFor(XClosedReason.ClosedByPeer)

    def OnExpired(self):
        """Called when the deadline has passed."""
        self.CloseFor(XClosedReason.Timeout)

    def GiveWay(self):
        """Called when IsSlow and others want its buffer."""
        self.OnExpired()

    def OnFault(self, error):
        """Called with an exception that nobody has caught: this socket is closed."""
        print(TraceText(error))
        self.CloseFor(XClosedReason.Error)

    def Close(self):
        """Closes the socket. Returns False if it was closed."""
        return self.CloseFor(XClosedReason.ClosedByHost)

    def CloseFor(self, reason):
        """Closes the socket for one of XClosedReason. Returns False if it was closed."""
        worker = self._worker
        if self._sock is None:
            return False
        if worker:
            if worker.IsElsewhere():
                self._CloseThere(worker, reason)
                return True
            if reason == XClosedReason.Timeout and AbortOnClose and self.IsSending():  # to somebody who takes nothing
                AbortOnClose(self._sock)
            self._Release()
            self._Leave()
        else:
            self._Release()
        sock = self._sock
        if sock is None:  # a callback has closed it meanwhile
            return True
        self._sock = None
        try:
            sock.close()
        except OSError:  # a connection that broke before
            pass
        if self.OnClosed:
            self.OnClosed(self, reason)
        return True

    def _CloseThere(self, worker, reason):
        # Not in CloseFor: what a lambda shares is allocated at each call, and to close must take no memory.
        worker.Post(lambda: self.CloseFor(reason))

    def _Leave(self):
        """Leaves the pool for good."""
        self._pool.RemoveAsyncSocket(self)

    def _Release(self):
        """Gives back what the socket holds, while it is still in its worker."""
