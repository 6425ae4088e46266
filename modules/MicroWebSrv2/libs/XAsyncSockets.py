"""Asynchronous sockets in a pool: the pool, TCP servers and connections.

A pool has one worker a thread (`xAsyncWorker.py`). Every listening socket
waits in all workers, and whoever accepts a connection keeps it. What is not needed to
serve (outgoing connections, lines and blocks, datagrams, TLS) lives in files
of its own, imported when first asked for.
"""

from .checks import CheckCount
from .interpreter import Accept, AddLater, Listen, LocalPort, TraceText, const
from .xAsyncWorker import PolledSocket, Worker, XClosedReason  # noqa: F401 (part of this layer)
from .xBuffers import *  # noqa: F403 (part of this layer)

_IN = const(1)  # poll's mask

_ACCEPT_BURST = const(16)  # connections a turn, so that the requests of others are not kept waiting


class XAsyncSocketsPoolException(Exception):
    """A pool that cannot do what was asked in its present state."""


class XAsyncSocketException(Exception):
    """A socket that cannot do what was asked."""


class XAsyncTCPServerException(XAsyncSocketException):
    """A TCP server that could not be made."""


class XAsyncTCPClientException(XAsyncSocketException):
    """A TCP connection that could not be made, or is in the wrong state."""


class XAsyncUDPDatagramException(XAsyncSocketException):
    """A UDP socket that could not be made, or is in the wrong state."""


class XAsyncSocketsPool:
    """The event loop: sockets wait in it, and their callbacks are called from it."""

    def __init__(self):
        self._workers = [Worker()]
        self._servers = []
        self._stopping = False

    @property
    def WaitEventsProcessing(self):
        """bool: the loop runs, in this thread or others."""
        return any(worker.Running for worker in self._workers)

    @property
    def Workers(self):
        """list: the workers, one a thread."""
        return self._workers

    def AddAsyncSocket(self, asyncSocket):
        """Takes a socket into the pool; it waits for reading. Returns False if it was there."""
        if asyncSocket.GetWorker():
            return False
        worker = self._workers[0]
        if len(self._workers) > 1 or worker.IsElsewhere():
            self._AddAmongThreads(asyncSocket)
        else:
            asyncSocket.Attach(worker)
        if isinstance(asyncSocket, XAsyncTCPServer):
            self._servers.append(asyncSocket)
        return True

    def AddTimer(self, periodMs, onTimer):
        """Calls `onTimer()` from the loop every `periodMs` milliseconds (int > 0)."""
        CheckCount("periodMs", periodMs)
        if not callable(onTimer):
            raise ValueError('"onTimer" must be callable')
        self._workers[0].AddTimer(periodMs, onTimer)

    def Process(self, timeoutMs=0):
        """Steps the loop by hand: waits at most `timeoutMs`, handles what is ready.

        Returns the number of events handled. Not to be mixed with AsyncWaitEvents.
        """
        if self.WaitEventsProcessing:
            raise XAsyncSocketsPoolException("the pool is served already")
        return self._workers[0].Process(timeoutMs)

    def AsyncWaitEvents(self, threadsCount=0, stackSize=0):
        """Serves: with 0 in the calling thread, until StopWaitEvents; otherwise in that many new threads.

        `stackSize` is in bytes for each thread; 0 is the runtime's default.
        Raises XAsyncSocketsPoolException when the pool is served already or
        the runtime has no threads.
        """
        if self.WaitEventsProcessing:
            raise XAsyncSocketsPoolException("the pool is served already")
        CheckCount("threadsCount", threadsCount, 0)
        self._stopping = False
        if not threadsCount:
            self._workers[0].Running = True
            self._Serve(self._workers[0])
            return
        self._StartThreads(threadsCount, stackSize)

    def _Serve(self, worker):
        try:
            while not self._stopping:
                try:
                    self._TakeTurns(worker)
                except MemoryError:  # what was under way is lost, the loop is not
                    pass
        finally:
            worker.Leave()
            worker.Running = False

    def _TakeTurns(self, worker):
        """Serves until something is raised: the net is outside of the turns, see `Step`."""
        try:
            while not self._stopping:
                worker.Step(-1)
        except Exception as ex:
            worker.OnFault(ex)


class XAsyncSocket(PolledSocket):
    """A socket in a pool."""

    State = None  # the user's own object

    @property
    def SocketID(self):
        """int: a number no other open socket has."""
        return id(self._sock)

    @property
    def ExpireTimeSec(self):
        """int or None: the seconds left until it is closed for want of progress."""
        if not self.ExpireAt or not self._worker:
            return None
        return (self.ExpireAt - self._worker.Now) // 1000

    @ExpireTimeSec.setter
    def ExpireTimeSec(self, value):
        if self.GetWorker():  # not closed meanwhile
            self.SetExpiry(value)


class XAsyncTCPServer(XAsyncSocket):
    """A listening TCP socket."""

    STAYS = True
    OnClientAccepted = None  # f(xAsyncTCPServer, xAsyncTCPClient)
    OnWorkers = None  # f(workers): called before several threads begin to serve

    @staticmethod
    def Create(asyncSocketsPool, srvAddr, srvBacklog=256, bufSlots=None):
        """Returns a server that listens on `srvAddr` = (ip, port), in the pool.

        `srvBacklog` is the queue of connections not accepted yet, `bufSlots`
        the XBufferSlots its connections may use. Raises XAsyncTCPServerException.
        """
        try:
            sock = Listen(srvAddr, srvBacklog)
        except OSError as ex:
            raise XAsyncTCPServerException("cannot listen on %s:%s (%s)" % (srvAddr[0], srvAddr[1], ex))
        server = XAsyncTCPServer(asyncSocketsPool, sock)
        server.SrvAddr = (srvAddr[0], LocalPort(sock, srvAddr[1]))
        server._slots = bufSlots
        server.ClientClass = XAsyncTCPClient
        asyncSocketsPool.AddAsyncSocket(server)
        return server

    def OnReadyForReading(self):
        worker = self._CurrentWorker()
        worker.LookAtClock()  # it may have been waiting for long, and how long a connection is silent counts
        for _ in range(_ACCEPT_BURST):
            if not self._AcceptOne(worker):
                return

    def _AcceptOne(self, worker):
        """Takes a connection in; False when no other is to be tried now."""
        try:
            accepted = Accept(self._sock)
        except (OSError, MemoryError):
            return self._OnAcceptFails(worker)
        if accepted is None:
            return False
        client = None
        try:
            client = self.ClientClass(self._pool, accepted[0], accepted[1], self)
            client.Attach(worker)
            if self.OnClientAccepted:
                self.OnClientAccepted(self, client)
            else:
                client.Close()
        except Exception as ex:  # this connection's matter alone: the server goes on
            if client and client.GetWorker():
                client.OnFault(ex)
            else:
                accepted[0].close()
                return self._OnAcceptFails(worker)
        return True

    def OnFault(self, error):
        """Called with what nobody has caught: a listening socket stays."""
        print(TraceText(error))

    def _CurrentWorker(self):
        return self._worker if len(self._pool.Workers) == 1 else self._WorkerOfThread()

    def _OnAcceptFails(self, worker):
        """No socket or no memory is left (EMFILE, ENFILE, ENOMEM, …). Returns True when another connection gave way.

        Otherwise the queue waits for the next tick. The listening socket stays
        readable meanwhile and would spin, so this worker does not poll it.
        """
        worker.Reserve = None  # it may be memory that is left no more
        if PurgeIdle(worker):
            return True
        try:
            self._Rest(worker)
        except MemoryError:  # nobody would wake it: it goes on being polled, and asks the next connection to go
            pass
        return False

    def _Rest(self, worker):
        """Lets a worker take no connections up to its next tick."""
        if self not in worker.Resting:
            worker.Resting.append(self)
            worker.Poller.Modify(self._sock, 0)

    def Resume(self, worker):
        """Lets a worker take connections again."""
        if self._worker:  # not closed meanwhile
            worker.Poller.Modify(self._sock, _IN)


def PurgeIdle(worker):
    """Closes the connection of this worker that has been silent for the longest. Returns False if none is."""
    oldest = None
    for asyncSocket in worker.Sockets.values():
        if asyncSocket.IsIdle() and (oldest is None or asyncSocket.ExpireAt < oldest.ExpireAt):
            oldest = asyncSocket
    if oldest:
        oldest.Close()
    return oldest is not None


class XAsyncTCPClient(XAsyncSocket):
    """One end of a TCP connection: accepted by a server, or made by `Create`."""

    OnConnected = None  # f(xAsyncTCPClient)
    OnFailsToConnect = None  # f(xAsyncTCPClient)
    SrvAddr = None  # (ip, port) for a connection made by Create
    _stream = None  # what is read and written: the socket, or TLS on it
    _io = None  # lines and blocks, once they are used
    _tls = False
    _serverName = None  # str: what a server's certificate is checked against

    @staticmethod
    def Create(asyncSocketsPool, srvAddr, connectTimeout=5, recvBufLen=4096, sendBufLen=4096, connectAsync=True):
        """Connects to `srvAddr` = (host, port); returns the client at once, `OnConnected` tells the rest.

        Lengths are in bytes, `connectTimeout` in seconds; with `connectAsync`
        False it returns when the connection stands. Raises XAsyncTCPClientException.
        """
        from .xAsyncConnect import Connect

        return Connect(asyncSocketsPool, srvAddr, connectTimeout, recvBufLen, sendBufLen, connectAsync)

    def __init__(self, asyncSocketsPool, sock, rawAddress, server):
        super().__init__(asyncSocketsPool, sock)
        self._stream = sock
        self._rawAddress = rawAddress
        self._server = server
        self._Begin()


class XAsyncUDPDatagram(XAsyncSocket):
    """A UDP socket; `Create` makes one."""

    OnDataRecv = None  # f(xAsyncUDPDatagram, remoteAddr, datagram)
    OnFailsToSend = None  # f(xAsyncUDPDatagram, datagram, remoteAddr)

    @staticmethod
    def Create(asyncSocketsPool, localAddr=None, recvBufLen=4096, broadcast=False):
        """Returns a UDP socket in the pool, bound to `localAddr` = (ip, port) if given.

        `recvBufLen` is the longest datagram in bytes. Raises XAsyncUDPDatagramException.
        """
        from .xAsyncUDP import CreateDatagram

        return CreateDatagram(asyncSocketsPool, localAddr, recvBufLen, broadcast)


AddLater(XAsyncSocketsPool, "libs.xAsyncPool")
AddLater(XAsyncTCPServer, "libs.xAsyncTCPServer")
AddLater(XAsyncTCPClient, "libs.xAsyncTCPClient")
