"""What few programs ask a pool for: its sockets, by themselves or one by one; its end; threads.

Imported by the first that asks (MicroPython), or with XAsyncSocketsPool (CPython).
"""

from .interpreter import DefaultStackSize, SleepMs, StartThread, const
from .XAsyncSockets import XAsyncSocketsPoolException, XAsyncTCPServer
from .xAsyncWorker import Worker

_IN = const(1)  # poll's masks
_OUT = const(4)

_STOP_MS = const(5000)  # how long StopWaitEvents waits for the workers
_STEP_MS = const(20)  # how often it looks


class XAsyncSocketsPoolMore:
    """The rest of XAsyncSocketsPool, which these become methods of."""

    def _AddAmongThreads(self, asyncSocket):
        """Puts a socket under a worker where there are several, or under one that runs in another thread."""
        worker = self._workers[0]
        for other in self._workers[1:]:
            if other.InThread():  # a callback's new socket stays in its thread
                worker = other
        if worker.IsElsewhere():
            _AttachLater(asyncSocket, worker)
        else:
            asyncSocket.Attach(worker)
        if isinstance(asyncSocket, XAsyncTCPServer):
            for other in self._workers:
                if other is not worker:
                    asyncSocket.AttachAlso(other)

    def RemoveAsyncSocket(self, asyncSocket):
        """Takes a socket out of the pool, still open. Returns False if it was not there."""
        worker = asyncSocket.GetWorker()
        if not worker:
            return False
        if asyncSocket in self._servers:
            self._servers.remove(asyncSocket)
            for other in self._workers:
                if other is not worker:
                    asyncSocket.DetachFrom(other)
        asyncSocket.Detach()
        return True

    def RemoveTimer(self, onTimer):
        """Ends the calls of `onTimer`."""
        self._workers[0].RemoveTimer(onTimer)

    def GetAllAsyncSockets(self):
        """Returns the list of the sockets in the pool."""
        found = []
        for worker in self._workers:
            for polled in list(worker.Sockets.values()):
                asyncSocket = polled.AsAsyncSocket()
                if asyncSocket not in found:
                    found.append(asyncSocket)
        return found

    def GetAsyncSocketByID(self, id):
        """Returns the socket whose `SocketID` is `id`, or None."""
        for asyncSocket in self.GetAllAsyncSockets():
            if asyncSocket.SocketID == id:
                return asyncSocket
        return None

    def NotifyNextReadyForReading(self, asyncSocket, notify):
        """Says whether a socket wants to know that it can be read."""
        asyncSocket.Notify(_IN, notify)

    def NotifyNextReadyForWriting(self, asyncSocket, notify):
        """Says whether a socket wants to know that it can be written."""
        asyncSocket.Notify(_OUT, notify)

    def _StartThreads(self, threadsCount, stackSize):
        for _ in range(len(self._workers), threadsCount):
            worker = Worker()
            for server in self._servers:
                server.AttachAlso(worker)
            self._workers.append(worker)
        if threadsCount > 1:
            for server in self._servers:
                if server.OnWorkers:
                    server.OnWorkers(self._workers)
        for worker in self._workers[:threadsCount]:
            self._StartThread(worker, stackSize)

    def _StartThread(self, worker, stackSize):
        worker.Running = True
        try:
            StartThread(self._Serve, (worker,), stackSize or DefaultStackSize)
        except Exception as ex:
            worker.Running = False
            self._stopping = True
            raise XAsyncSocketsPoolException("no thread could be started: %s" % ex)

    def StopWaitEvents(self):
        """Ends AsyncWaitEvents. From a thread that does not serve it returns when the workers have stopped."""
        self._stopping = True
        for worker in self._workers:
            if worker.Running and worker.InThread():
                return
        for worker in self._workers:
            worker.Post(_Nothing)
        patience = _STOP_MS // _STEP_MS  # a handler that blocks must not block this thread for ever
        while self.WaitEventsProcessing and patience:
            SleepMs(_STEP_MS)
            patience -= 1


def _AttachLater(asyncSocket, worker):
    """Puts a socket under a worker that runs in another thread: a poller is its thread's own."""

    def attach():
        if asyncSocket.GetWorker():  # not closed meanwhile
            asyncSocket.Attach(worker)

    asyncSocket._worker = worker
    worker.Post(attach)


def _Nothing():
    pass
