"""Outgoing TCP connections: imported by the first one."""

from .interpreter import ECONNREFUSED, ConnectError, ConnectTCP, Poller, const
from .XAsyncSockets import XAsyncTCPClient, XAsyncTCPClientException, XClosedReason

_IN = const(1)  # poll's masks
_OUT = const(4)
_BROKEN = const(24)

_CONNECTING = const(0)
_CONNECTED = const(1)
_FAILED = const(2)


def Connect(pool, srvAddr, connectTimeout, recvBufLen, sendBufLen, connectAsync):
    """Begins a connection to `srvAddr` = (host, port) and returns its client.

    A host name is looked up before it returns, which may take its time. With `connectAsync` the client's
    OnConnected or OnFailsToConnect tells the rest, from the loop; after OnFailsToConnect comes
    OnClosed (Error or Timeout), as after any other connection. Without it the calling
    thread waits, the loop need not run, and the client that is returned stands.
    Raises ValueError for a bad argument, XAsyncTCPClientException when it cannot begin or, waited for, does not stand.
    """
    _CheckAddress(srvAddr)
    for name, value in (("connectTimeout", connectTimeout), ("recvBufLen", recvBufLen), ("sendBufLen", sendBufLen)):
        if not isinstance(value, int) or value <= 0:
            raise ValueError('"%s" must be a positive integer, got %r' % (name, value))
    try:
        sock = ConnectTCP(srvAddr)
    except (OSError, ValueError) as ex:  # ValueError: no such name can be
        raise XAsyncTCPClientException("cannot connect to %s:%s (%s)" % (srvAddr[0], srvAddr[1], ex))
    if not connectAsync:
        _Await(sock, srvAddr, connectTimeout)
    client = OutgoingClient(pool, sock, srvAddr, recvBufLen, sendBufLen, not connectAsync)
    pool.AddAsyncSocket(client)
    if connectAsync:
        client.SetExpiry(connectTimeout)
    return client


def _CheckAddress(address):
    good = isinstance(address, tuple) and len(address) == 2 and isinstance(address[0], str) and address[0]
    if not good or not isinstance(address[1], int) or not 0 < address[1] <= 65535:
        raise ValueError('"srvAddr" must be a tuple of (str_host, int_port), got %r' % (address,))


def _Await(sock, srvAddr, connectTimeout):
    """Waits until the connection stands. Closes the socket and raises XAsyncTCPClientException if it does not."""
    poller = Poller()
    poller.Register(sock, _OUT)
    why = "no answer in %d s" % connectTimeout
    for _, events in poller.Wait(connectTimeout * 1000):
        error = ConnectError(sock)
        if not error and events & _BROKEN:  # MicroPython knows no more than that
            error = ECONNREFUSED
        why = "refused" if error == ECONNREFUSED else "error %d" % error if error else None
    poller.Unregister(sock)
    poller.Close()
    if why:
        sock.close()
        raise XAsyncTCPClientException("cannot connect to %s:%s (%s)" % (srvAddr[0], srvAddr[1], why))


class OutgoingClient(XAsyncTCPClient):
    """A connection that this side has begun."""

    def __init__(self, pool, sock, srvAddr, recvBufLen, sendBufLen, connected):
        super().__init__(pool, sock, None, None)
        self.SrvAddr = srvAddr
        self._serverName = srvAddr[0]
        self._recvBufLen = recvBufLen
        self._sendBufLen = sendBufLen
        self._progress = _CONNECTED if connected else _CONNECTING
        self._told = connected  # the callback was called, or nobody waits for one
        self._onConnected = self._onFailsToConnect = None
        self._home = None  # the worker, even when the socket has left it

    @property
    def CliAddr(self):
        """tuple: (host, port) of the peer, as it was asked for."""
        return self.SrvAddr

    @property
    def OnConnected(self):
        """callable or None: `f(xAsyncTCPClient)`, called once; at once from the loop if it came late."""
        return self._onConnected

    @OnConnected.setter
    def OnConnected(self, value):
        self._onConnected = value
        self._TellLater(_CONNECTED)

    @property
    def OnFailsToConnect(self):
        """callable or None: `f(xAsyncTCPClient)`, called once; at once from the loop if it came late."""
        return self._onFailsToConnect

    @OnFailsToConnect.setter
    def OnFailsToConnect(self, value):
        self._onFailsToConnect = value
        self._TellLater(_FAILED)

    def _TellLater(self, progress):
        # In another thread the loop may have been faster than the caller who sets the callbacks.
        if self._progress == progress and not self._told:
            self._home.Post(self._Tell)

    def _Tell(self):
        callback = self._onConnected if self._progress == _CONNECTED else self._onFailsToConnect
        if not callback or self._told:
            return
        self._told = True
        try:
            callback(self)
        except Exception as ex:  # it may have been posted: then nobody else would close this connection
            self.OnFault(ex)

    def Attach(self, worker):
        super().Attach(worker)
        self._home = worker
        if self._progress == _CONNECTING:
            self.Notify(_IN, False)
            self.Notify(_OUT, True)

    def OnEvents(self, events):
        if self._progress != _CONNECTING:
            super().OnEvents(events)
        elif events & _BROKEN or ConnectError(self._sock):
            self._Fail(XClosedReason.Error)
        else:
            self.ExpireAt = 0
            self._progress = _CONNECTED
            self.Notify(_OUT, False)
            self._Tell()

    def OnExpired(self):
        if self._progress == _CONNECTING:
            self._Fail(XClosedReason.Timeout)
        else:
            super().OnExpired()

    def _Fail(self, reason):
        self._progress = _FAILED
        self._Tell()
        self.CloseFor(reason)

    def StartSSLContext(self, sslContext, serverSide=False):
        self._CheckConnected()
        super().StartSSLContext(sslContext, serverSide)

    def _CheckConnected(self):
        if self._progress == _CONNECTING and self._sock:
            raise XAsyncTCPClientException("the connection does not stand yet: wait for OnConnected")

    def _IO(self):
        self._CheckConnected()
        if not self._io:
            from .xAsyncStream import StreamIO

            self._io = StreamIO(self, self._recvBufLen, self._sendBufLen)
        return self._io
