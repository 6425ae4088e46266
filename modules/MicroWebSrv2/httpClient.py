"""The XAsyncTCPClient of an HTTP connection: what handlers see of it, and what it becomes after an upgrade.

Imported by the first handler that asks for it.
"""

from .libs.interpreter import AddNow
from .libs.XAsyncSockets import XAsyncTCPClient

AddNow(XAsyncTCPClient)


class HttpClient(XAsyncTCPClient):
    """Stands for an HttpConnection until it takes the socket over for another protocol."""

    def __init__(self, asyncSocketsPool, connection):
        super().__init__(asyncSocketsPool, connection.GetSocketObj(), connection._rawAddress, connection._server)
        self._connection = connection
        self._stream = connection._stream
        self._tls = connection.IsSecure()
        connection.OnClosed = self._OnConnectionClosed

    @property
    def WebServer(self):
        """MicroWebSrv2: the server that has accepted the connection."""
        return self._connection.WebServer

    def GetWorker(self):
        connection = self._connection
        return self._worker or connection.GetWorker()

    def SetExpiry(self, seconds):
        if self._worker:
            super().SetExpiry(seconds)
        elif self._connection.GetWorker():
            self._connection.SetExpiry(seconds)

    def Notify(self, mask, wanted):
        if self._worker:  # until then the connection decides what is polled
            super().Notify(mask, wanted)

    def CloseFor(self, reason):
        if self._connection.GetWorker():
            return self._connection.CloseFor(reason)
        return super().CloseFor(reason)

    def _OnConnectionClosed(self, connection, reason):
        self._sock = self._stream = None
        if self._io:
            self._io.Release()
        if self.OnClosed:
            self.OnClosed(self, reason)

    def TakeOver(self, worker, mask, rest):
        """Becomes the socket's owner; `rest` (bytes) came behind the request and is read first."""
        self._connection.OnClosed = None
        self._worker = worker
        self._mask = mask
        self._IO().Unread(rest)
