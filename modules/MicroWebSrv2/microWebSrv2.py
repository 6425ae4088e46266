"""The web server: its configuration, its start and stop, what all its connections share."""

from .httpConnection import HttpConnection
from .libs.checks import CheckCount, CheckText
from .libs.interpreter import AddLater, const
from .libs.XAsyncSockets import XAsyncSocketsPool, XAsyncTCPServer, XAsyncTCPServerException
from .libs.xAsyncWorker import TICK_MS
from .workerShare import WorkerShare


class MicroWebSrv2Exception(Exception):
    """The server cannot do what was asked in its present state."""


class MicroWebSrv2:
    """A web server. Configure it, then start it in a pool of its own or in one that others share."""

    DEBUG = const(0)
    INFO = const(1)
    WARNING = const(2)
    ERROR = const(3)

    Exception = MicroWebSrv2Exception
    AuthRealm = "MicroWebSrv2"

    DefaultPages = ["index.html", "index.htm", "default.html", "default.htm"]

    MimeTypes = {}  # what AddMimeType has added to those of mimeTypes.py

    Modules = []  # the loaded modules, in the order of loading

    # --- static methods ---

    @staticmethod
    def LoadModule(modName):
        """Loads the module `mods/<modName>.py` for all servers; returns the instance of its class.

        A module that the package has not got is looked for where Python looks
        for all modules. Loading it again returns the same instance. Raises
        ValueError for a bad name, MicroWebSrv2Exception when there is no such
        module or it is broken.
        """
        CheckText("modName", modName)
        from .moduleLoader import Load

        return Load(modName)

    @staticmethod
    def HTMLEscape(s):
        """Returns the text with &, <, >, " and ' escaped for HTML. Raises ValueError if it is none."""
        from .escaping import HTMLEscape

        return HTMLEscape(s)

    @staticmethod
    def AddDefaultPage(filename):
        """Adds a page that stands for its directory, after those there are. Raises ValueError."""
        CheckText("filename", filename)
        if filename not in MicroWebSrv2.DefaultPages:
            MicroWebSrv2.DefaultPages.append(filename)

    @staticmethod
    def AddMimeType(ext, mimeType):
        """Lets files with the extension `ext` (".tar") be served, as `mimeType`. Raises ValueError."""
        from .mimeTypes import Add

        Add(MicroWebSrv2.MimeTypes, ext, mimeType)

    @staticmethod
    def GetMimeTypeFromFilename(filename):
        """Returns the MIME type (str) of a filename by its extension, or None. Raises ValueError."""
        CheckText("filename", filename)
        from .mimeTypes import TypeOf

        return TypeOf(filename, MicroWebSrv2.MimeTypes)

    # --- life ---

    # What servers are like unless something is set; instances hold what differs. To set an attribute of an instance
    # takes MicroPython twenty times as long, where its class has properties.
    _bindAddress = ("0.0.0.0", 80)
    _rootPath = "www"
    _sslContext = None
    _notFoundURL = None
    _corsAllowAll = False
    _onLogging = None
    _maxAuthFailures = 10
    Attempts = None  # libs/attempts.py's, once a client has shown wrong credentials
    _pool = None  # XAsyncSocketsPool, while running
    _managed = False  # the pool is our own
    _server = None  # XAsyncTCPServer, while running

    def __init__(self):
        self._requestsTimeoutSec = 10
        self.IdleMs = self._requestsTimeoutSec * 1000 + TICK_MS  # how long a connection may be silent
        self.AllowOrigins = False
        self.Modules = MicroWebSrv2.Modules  # the same list: each request asks for it
        self._shares = {}  # worker -> WorkerShare
        self.SetNormalConfig()

    def StartInPool(self, asyncSocketsPool):
        """Begins to listen, in a pool that others run. Raises ValueError, MicroWebSrv2Exception."""
        if not isinstance(asyncSocketsPool, XAsyncSocketsPool):
            raise ValueError('"asyncSocketsPool" must be an XAsyncSocketsPool, got %r' % (asyncSocketsPool,))
        self._CheckStopped()
        try:
            server = XAsyncTCPServer.Create(asyncSocketsPool, self._bindAddress, self._connQueueCapacity)
        except XAsyncTCPServerException as ex:
            raise MicroWebSrv2Exception(str(ex))
        server.State = self
        server.ClientClass = HttpConnection
        server.OnClientAccepted = self._OnClientAccepted
        server.OnWorkers = self._OnWorkers
        self._pool = asyncSocketsPool
        self._server = server
        try:
            self.ShareOf(asyncSocketsPool.Workers[0])
            if len(asyncSocketsPool.Workers) > 1:
                self._OnWorkers(asyncSocketsPool.Workers)
        except MemoryError:
            self.Stop()
            raise MicroWebSrv2Exception(
                "no memory for %d buffers of %d bytes" % (self._bufferSlotsCount, self._bufferSlotSize)
            )
        self.Log("listening on %s:%s" % server.SrvAddr + (" (TLS)" if self._sslContext else ""), self.INFO)

    def Log(self, msg, msgType):
        """Hands a message to OnLogging, or prints it with its time and level."""
        if self._onLogging:
            self._onLogging(self, str(msg), msgType)
            return
        from time import localtime

        level = ("DEBUG", "INFO", "WARNING", "ERROR")[msgType]
        print("%04d-%02d-%02d %02d:%02d:%02d MWS2 %s %s" % (tuple(localtime()[:6]) + (level, msg)))

    def SetEmbeddedConfig(self):
        """Sets the limits for a device."""
        self._Configure(8, 16, 1024, 16 * 1024)

    def SetNormalConfig(self):
        """Sets the limits for a usual server; they are the default."""
        self._Configure(256, 512, 4 * 1024, 2 * 1024 * 1024)

    def _Configure(self, connQueueCapacity, bufferSlotsCount, bufferSlotSize, maxRequestContentLength):
        self._CheckStopped()
        self._connQueueCapacity = connQueueCapacity
        self._bufferSlotsCount = bufferSlotsCount
        self._bufferSlotSize = bufferSlotSize
        self._keepAllocBufferSlots = True
        self._maxRequestContentLength = maxRequestContentLength

    def _CheckStopped(self):
        if self._pool:
            raise MicroWebSrv2Exception("this cannot be done while the server is running")

    # --- what connections use ---

    def _OnClientAccepted(self, server, connection):
        if not self._pool:  # stopped by another thread a moment ago
            connection.Close()
        elif self._sslContext:
            connection.Secure(self._sslContext)

    def _OnWorkers(self, workers):
        self.PrepareForThreads(workers)  # not that method itself: a device brings it in when it is asked for

    def ShareOf(self, worker):
        """Returns the WorkerShare of a worker's connections; a further thread gets its part of the buffers."""
        share = self._shares.get(worker)
        if not share:
            count = self._bufferSlotsCount // (len(self._pool.Workers) if self._pool else 1)
            share = WorkerShare(worker, max(count, 2), self._bufferSlotSize, self._keepAllocBufferSlots)
            self._shares[worker] = share
        return share

    # --- properties ---

    @property
    def IsRunning(self):
        """bool: the server listens, and its pool is served."""
        return self._pool is not None and (not self._managed or self._pool.WaitEventsProcessing)

    @property
    def ConnQueueCapacity(self):
        """int: connections that may wait to be accepted."""
        return self._connQueueCapacity

    @ConnQueueCapacity.setter
    def ConnQueueCapacity(self, value):
        self._connQueueCapacity = self._Count("ConnQueueCapacity", value)

    @property
    def BufferSlotsCount(self):
        """int: number of buffers; one serves a request under way, two while a file is sent."""
        return self._bufferSlotsCount

    @BufferSlotsCount.setter
    def BufferSlotsCount(self, value):
        self._bufferSlotsCount = self._Count("BufferSlotsCount", value)

    @property
    def BufferSlotSize(self):
        """int: bytes of a buffer."""
        return self._bufferSlotSize

    @BufferSlotSize.setter
    def BufferSlotSize(self, value):
        self._bufferSlotSize = self._Count("BufferSlotSize", value)

    @property
    def KeepAllocBufferSlots(self):
        """bool: the buffers are allocated once, at the start."""
        return self._keepAllocBufferSlots

    @KeepAllocBufferSlots.setter
    def KeepAllocBufferSlots(self, value):
        self._keepAllocBufferSlots = self._Flag("KeepAllocBufferSlots", value, True)

    @property
    def MaxRequestContentLength(self):
        """int: bytes of the longest content that is taken into memory."""
        return self._maxRequestContentLength

    @MaxRequestContentLength.setter
    def MaxRequestContentLength(self, value):
        self._maxRequestContentLength = self._Count("MaxRequestContentLength", value)

    @property
    def MaxAuthFailures(self):
        """int or None: wrong credentials that a client may show in a row; None: as many as it likes.

        From then on it has to wait before it may try again, one second first, twice as long after each failure, a
        minute at the most: until then it gets 429 with `Retry-After`. Behind a proxy all clients are one: None there.
        """
        return self._maxAuthFailures

    @MaxAuthFailures.setter
    def MaxAuthFailures(self, value):
        self._maxAuthFailures = None if value is None else self._Count("MaxAuthFailures", value)

    @property
    def BindAddress(self):
        """tuple: (ip, port) to listen on; port 0 lets the system choose one, which stands here once it runs."""
        return self._server.SrvAddr if self._server else self._bindAddress

    @BindAddress.setter
    def BindAddress(self, value):
        good = isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and value[0]
        if not good or not isinstance(value[1], int) or not 0 <= value[1] <= 65535:
            raise ValueError('"BindAddress" must be a tuple of (str_ip_addr, int_port), got %r' % (value,))
        self._CheckStopped()
        self._bindAddress = value

    @property
    def IsSSLEnabled(self):
        """bool: the server speaks https."""
        return self._sslContext is not None

    @property
    def RootPath(self):
        """str: the folder of the web files."""
        return self._rootPath

    @RootPath.setter
    def RootPath(self, value):
        CheckText("RootPath", value)
        self._CheckStopped()
        self._rootPath = value[:-1] if len(value) > 1 and value[-1] == "/" else value

    @property
    def RequestsTimeoutSec(self):
        """int: seconds a request may take to come in, and a connection may be silent."""
        return self._requestsTimeoutSec

    @RequestsTimeoutSec.setter
    def RequestsTimeoutSec(self, value):
        self._requestsTimeoutSec = self._Count("RequestsTimeoutSec", value)
        self.IdleMs = value * 1000 + TICK_MS

    @property
    def NotFoundURL(self):
        """str or None: where requests are redirected that nothing answers."""
        return self._notFoundURL

    @NotFoundURL.setter
    def NotFoundURL(self, value):
        if value is not None:
            CheckText("NotFoundURL", value)
        self._CheckStopped()
        self._notFoundURL = value

    @property
    def AllowAllOrigins(self):
        """bool: pages of any origin may read the answers (CORS)."""
        return self.AllowOrigins

    @AllowAllOrigins.setter
    def AllowAllOrigins(self, value):
        self.AllowOrigins = self._Flag("AllowAllOrigins", value)

    @property
    def CORSAllowAll(self):
        """bool: every CORS pre-flight request is granted."""
        return self._corsAllowAll

    @CORSAllowAll.setter
    def CORSAllowAll(self, value):
        self._corsAllowAll = self._Flag("CORSAllowAll", value)

    @property
    def OnLogging(self):
        """callable or None: `f(microWebSrv2, msg, msgType)` takes the log's messages."""
        return self._onLogging

    @OnLogging.setter
    def OnLogging(self, value):
        if value is not None and not callable(value):
            raise ValueError('"OnLogging" must be a function or None, got %r' % (value,))
        self._onLogging = value

    def _Count(self, name, value):
        CheckCount(name, value)
        self._CheckStopped()
        return value

    def _Flag(self, name, value, whenStopped=False):
        if not isinstance(value, bool):
            raise ValueError('"%s" must be a boolean, got %r' % (name, value))
        if whenStopped:
            self._CheckStopped()
        return value


AddLater(MicroWebSrv2, "microWebSrv2More")
