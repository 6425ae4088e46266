"""What few programs ask a server for: a pool of its own, TLS, other limits, its end.

Imported by the first that asks (MicroPython), or with MicroWebSrv2 (CPython).
"""

from .libs.checks import CheckCount, CheckText
from .libs.interpreter import AddNow, FileStat, SleepMs, const
from .libs.XAsyncSockets import XAsyncSocketsPool, XAsyncSocketsPoolException
from .microWebSrv2 import MicroWebSrv2Exception

_CLOSE_MS = const(5000)  # how long Stop waits for another thread to close the port
_STEP_MS = const(20)  # how often it looks


class MicroWebSrv2More:
    """The rest of MicroWebSrv2, which these become methods of."""

    def StartManaged(self, parllProcCount=1, procStackSize=0):
        """Begins to serve: with 0 in the calling thread until Stop, otherwise in that many new threads.

        `procStackSize` is the stack of each in bytes, 0 the runtime's default.
        Raises ValueError, MicroWebSrv2Exception.
        """
        CheckCount("parllProcCount", parllProcCount, 0)
        CheckCount("procStackSize", procStackSize, 0)
        self._CheckStopped()
        pool = XAsyncSocketsPool()
        try:
            self.StartInPool(pool)
            self._managed = True
            pool.AsyncWaitEvents(parllProcCount, procStackSize)
        except XAsyncSocketsPoolException as ex:
            self.Stop()
            raise MicroWebSrv2Exception(str(ex))

    def Stop(self):
        """Stops listening and closes every connection; a pool of its own ends.

        From a thread that does not serve it returns when the port is closed, unless a handler blocks for seconds.
        """
        pool = self._pool
        if not pool:
            return
        server = self._server
        managed = self._managed
        self._pool = self._server = None
        self._managed = False
        if managed:
            pool.StopWaitEvents()
        server.Close()
        for worker in pool.Workers:
            for polled in list(worker.Sockets.values()):
                if getattr(polled, "WebServer", None) is self:  # also what an HttpConnection has become
                    polled.Close()
        if not any(worker.InThread() for worker in pool.Workers):
            _AwaitClosed(server)
        self._shares = {}
        self.Log("stopped", self.INFO)

    def ResolvePhysicalPath(self, urlPath):
        """Returns the path of the file that a decoded URL path stands for, or None. Raises ValueError."""
        CheckText("urlPath", urlPath)
        from .filePaths import ResolvePath

        return ResolvePath(self, urlPath)[0]

    def EnableSSL(self, certFile, keyFile, caFile=None):
        """Serves https with a certificate and its key (PEM or DER); port 80 becomes 443.

        With `caFile` a client must show a certificate signed by it. Raises
        ValueError, MicroWebSrv2Exception.
        """
        CheckText("certFile", certFile)
        CheckText("keyFile", keyFile)
        if caFile is not None:
            CheckText("caFile", caFile)
        self._CheckStopped()
        for path in (certFile, keyFile, caFile):
            if path and not FileStat(path):
                raise MicroWebSrv2Exception('cannot find the file "%s"' % path)
        try:
            from .libs.interpreter import ServerTLS

            self._sslContext = ServerTLS(certFile, keyFile, caFile)
        except (OSError, ValueError, ImportError) as ex:
            raise MicroWebSrv2Exception("cannot use the certificate or its key: %s" % ex)
        if self._bindAddress[1] == 80:
            self._bindAddress = (self._bindAddress[0], 443)

    def DisableSSL(self):
        """Serves http; port 443 becomes 80. Raises MicroWebSrv2Exception while running."""
        self._CheckStopped()
        self._sslContext = None
        if self._bindAddress[1] == 443:
            self._bindAddress = (self._bindAddress[0], 80)

    def SetLightConfig(self):
        """Sets the limits for a small computer."""
        self._Configure(64, 128, 1024, 512 * 1024)

    def SetLargeConfig(self):
        """Sets the limits for a large server."""
        self._Configure(512, 2 * 1024, 16 * 1024, 8 * 1024 * 1024)

    def PrepareForThreads(self, workers):
        """Makes what several threads would stumble over if each made it when it needs it.

        MicroPython's imports and dictionaries are not guarded against two threads at once.
        """
        from . import (  # noqa: F401
            escaping,
            fileConditions,
            httpClient,
            httpContent,
            httpSender,
            mimeTypes,
            otherMethods,
            partsReader,
            routePaths,
            staticFiles,
        )
        from .httpConnection import HttpConnection
        from .httpRequest import HttpRequest
        from .httpResponse import HttpResponse
        from .libs import (  # noqa: F401
            attempts,
            cookies,
            credentials,
            httpChunked,
            httpDate,
            httpStatusMore,
            httpSyntaxMore,
            urlUtilsMore,
            xAsyncTLS,
        )
        from .libs.interpreter import PeerAddress  # noqa: F401 (and what else comes with it)
        from .libs.XAsyncSockets import XAsyncSocketsPool, XAsyncTCPClient
        from .workerShare import WorkerShare

        for later in (HttpConnection, HttpRequest, HttpResponse, WorkerShare, XAsyncSocketsPool, XAsyncTCPClient):
            AddNow(later)
        for worker in workers:
            self.ShareOf(worker)


def _AwaitClosed(server):
    """Waits while another thread, which serves, closes a listening socket."""
    patience = _CLOSE_MS // _STEP_MS
    while server.GetSocketObj() is not None and patience:
        SleepMs(_STEP_MS)
        patience -= 1
