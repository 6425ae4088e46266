"""An HTTP connection: carries bytes between the socket, the syntax and the handlers.

It holds no knowledge of routes or files (`pipeline.py` does), nor of the
syntax (`libs/httpSyntax.py`). An idle connection holds no buffer; from the first byte
of a request until its answer is on its way it holds one slot.

The states and their moves:

    HANDSHAKE  TLS begins                     -> IDLE
    IDLE       between two requests           -> HEAD, HANDLING
    HEAD       a part of a head is there      -> HANDLING
    BODY       the content comes              -> HANDLING
    HANDLING   a handler has the request      -> BODY, SENDING, IDLE, DISCARD, LINGER
    SENDING    a part of the answer is out    -> IDLE, DISCARD, LINGER
    DISCARD    content that nobody has read   -> IDLE
    LINGER     the last answer is out         -> (closed)

and any of them to closed; HANDLING and SENDING also to the socket's being
handed over to another protocol. The methods on the way of every request have
frames of at most 11 words (see `RequestHead`). What most connections never
come to (BODY, SENDING, DISCARD, HANDSHAKE) is in `httpConnectionMore.py`.
"""

from .exchange import Exchange
from .libs.httpSyntax import SEEN_CLOSE, ContentError, HttpError
from .libs.interpreter import AddLater, ReadInto, SendsFile, TraceText, Write, const
from .libs.xAsyncWorker import TICK_MS, PolledSocket, XClosedReason
from .pipeline import OnFailure, OnHead

_IDLE = const(0)
_HEAD = const(1)
_BODY = const(2)
_HANDLING = const(3)
_SENDING = const(4)
_DISCARD = const(5)
_LINGER = const(6)
_HANDSHAKE = const(7)

_IN = const(1)  # poll's masks
_OUT = const(4)

_LOST = (OSError, ValueError)  # ValueError: MicroPython does not trust the client's certificate

_PATIENCE_MS = const(500)  # with a client that lets a buffer wait, when others want one


class HttpConnection(PolledSocket):
    """A client's connection, and the one exchange that it is at."""

    # What most connections never have; the instance holds what differs.
    _reader = None  # ContentReader: the content that still comes
    _sender = None  # ContentSender: the answer that is still going out
    _client = None  # XAsyncTCPClient: what handlers see of the connection
    _successor = None  # what has the socket after an upgrade; None: the XAsyncTCPClient
    _sendsOn = False  # the client is expected to send on after a refusal
    AwaitsSlot = False  # the WorkerShare will call OnSlot
    _waitsSince = 0  # ms of the worker's clock: since then the client, or the handler, takes its time

    def __init__(self, asyncSocketsPool, sock, rawAddress, server):
        super().__init__(asyncSocketsPool, sock)
        self.WebServer = server.State
        self.Share = None  # WorkerShare
        self.Exchange = None
        self._stream = sock  # what is read and written: the socket, or TLS on it
        self._server = server
        self._rawAddress = rawAddress
        self._state = _IDLE
        self._slot = None  # XBufferSlot: lent while bytes of a request are here
        self._buf = None  # the slot's bytearray, or a larger one for a large head
        self._view = None  # its memoryview
        self._pos = 0  # where the next bytes to be parsed begin
        self._have = 0  # where the received bytes end
        self._scanned = 0  # up to here the head's end was looked for
        self._closing = False  # the answer under way is the last one
        self._unread = False  # the request has a content that has not come whole
        self._tls = False
        self._expecting = False  # a deferred answer is to come
        self.ContentInSlot = False  # the request's content lies there, and a handler may keep a view of it
        self._busy = False  # requests are being handled: what is finished meanwhile is gone on with there

    def Attach(self, worker):
        self.Share = self.WebServer.ShareOf(worker)
        super().Attach(worker)
        self.SetExpiry(self.WebServer.RequestsTimeoutSec)

    def AsAsyncSocket(self):
        """Returns the XAsyncTCPClient that stands for the connection."""
        if not self._client:
            from .httpClient import HttpClient

            self._client = HttpClient(self._pool, self)
        return self._client

    def IsIdle(self):
        if self._state != _IDLE and self._state != _HANDSHAKE:
            return False
        # Not one whose request may be on its way, or lies in the kernel already.
        return self.ExpireAt <= self._worker.Now + self.WebServer.IdleMs - _PATIENCE_MS

    def Rest(self, now):
        # Half of the memory of a connection is its exchange's; one that is silent for a tick makes another.
        if self.ExpireAt - now < self.WebServer.IdleMs - TICK_MS:
            self.Exchange = None

    def IsSlow(self):
        return self._state != _IDLE and self._HoldsUp()

    def GiveWay(self):
        self._Yield()

    def IsSending(self):
        return self._state == _SENDING

    def IsReceiving(self):
        """Says whether a request is coming in that has not come whole yet."""
        return self._state == _HEAD or self._state == _BODY

    # --- events ---

    def OnReadyForReading(self):
        if self._state > _HEAD:
            self._OnMoreToRead()
        elif self._slot or self._TakeSlot():
            if self._tls:
                self._ReadTLS()
            elif self._Fill():
                self._Advance()
            if self._state == _IDLE and self._pos == self._have:
                self._ReleaseSlot()

    def OnReadyForWriting(self):
        if self._sender:
            self._Run(self._Send)
        else:
            self.Notify(_OUT, False)

    def OnExpired(self):
        if self._state == _LINGER or self._state == _IDLE and not self.AwaitsSlot:
            self.CloseFor(XClosedReason.Timeout)
        else:
            self._OnOverdue()

    def OnFault(self, error):
        """What was raised while the connection was served is answered as well as that can be done."""
        self._busy = False
        try:
            if isinstance(error, HttpError) and not isinstance(error, ContentError):
                self.Refuse(error)
            elif self._state == _HANDLING or self._state == _BODY:
                OnFailure(self.Exchange, error)
            else:
                raise error
        except Exception as ex:
            try:
                self.WebServer.Log(TraceText(ex), self.WebServer.ERROR)
            finally:  # no memory or stack may be left to tell of it
                self.CloseFor(XClosedReason.Error)

    # --- receiving ---

    def _TakeSlot(self):
        slot = self.Share.Take(self)
        if slot is None:  # OnSlot is called when there is one
            self.Notify(_IN, False)
            return False
        self._slot = slot
        self._buf = slot._buffer or slot.Buffer  # a property costs MicroPython a call
        self._view = slot._view or slot.View
        return True

    def _ReleaseSlot(self):
        slot = self._slot
        if slot is not None:
            self.ContentInSlot = False
            self._slot = self._buf = self._view = None
            self._pos = self._have = self._scanned = 0
            self.Share.Release(slot)

    def _Fill(self):
        """Reads behind the bytes at hand. Returns the count; 0 when there is nothing, or the end has come."""
        try:
            count = ReadInto(self._stream, self._view[self._have :] if self._have else self._buf)
        except _LOST:
            self.CloseFor(XClosedReason.Error)
            return 0
        if count:
            self._have += count
            return count
        if count is not None:
            self._OnEndOfStream()
        return 0

    def _OnEndOfStream(self):
        if self.IsReceiving():
            self.Refuse(HttpError(400, "the request ends in the middle"))
        if self._worker:
            self.CloseFor(XClosedReason.ClosedByPeer)

    def _Advance(self):
        """Handles the requests that lie whole in the buffer, as far as they can be answered at once.

        What is raised meanwhile comes to `OnFault`, by the worker: a `try` here would double the frame.
        """
        self._busy = True
        while self._pos < self._have and self._state <= _HEAD and self._NextHead():
            OnHead(self, self.Exchange)
        self._busy = False
        if self._state == _DISCARD:
            self._GoOn()

    def _NextHead(self):
        """Parses the next head into the exchange; False if more bytes are needed."""
        buf = self._buf
        end = buf.find(b"\r\n\r\n", self._scanned, self._have)
        if end < 0 or buf[self._pos] == 13:
            end = self._SeekHeadEnd(buf) - 4
            if end < 0:
                return False
        exchange = self.Exchange
        if exchange is None:
            exchange = self.Exchange = Exchange(self)
        else:
            exchange.Clear()
        exchange.Parse(buf, self._view, self._pos, end + 4)
        self._state = _HANDLING
        self._pos = self._scanned = end + 4
        self._unread = exchange._length != 0
        self._closing = (exchange._seen & SEEN_CLOSE or not exchange._minor) and not exchange.IsKeepAlive()
        return True

    # --- answering ---

    def TakesKept(self):
        """Says whether the answer can be one that was kept: a GET's, in which nothing is of this one request."""
        exchange = self.Exchange
        if exchange.Custom or self._closing or self._unread or not exchange._minor:
            return False
        return exchange._method == "GET" and not self.WebServer.AllowOrigins

    def PutPersistence(self, head):
        """Writes the Connection field of the answer, if it needs one (RFC 9112 section 9.3)."""
        if self._unread and self._CostsMoreToSkip():
            self._closing = True
        if self._closing:
            head.Put(b"\r\nConnection: close")
        elif not self.Exchange._minor:
            head.Put(b"\r\nConnection: keep-alive")

    def Transmit(self, code, head):
        """Sends the answer: the HeadWriter's bytes, then the exchange's Body, if it has one."""
        if self._stream is None:  # the client has gone
            self.Exchange.DropBody()
            return
        if self._expecting:
            self._EndDeferral()
        if self.Exchange.Body is not None and SendsFile(self._stream, self.Exchange.Body):
            self._BeginSendingFile(code, head)
            return
        count = self._WriteNow(head.View[: head.Length])
        if count == head.Length and self.Exchange.Body is None:
            self._OnAnswerSent(code)
        elif count >= 0:
            self._BeginSending(code, bytes(head.View[count : head.Length]))

    def TransmitKept(self, code, data):
        """Sends an answer whose bytes are `data`, content and all."""
        self.Exchange.Answered = True
        if self._stream is None:  # the client has gone
            return
        count = self._WriteNow(data)
        if count == len(data):
            self._OnAnswerSent(code)
        elif count >= 0:
            self._BeginSending(code, bytes(data[count:]))

    def _WriteNow(self, data):
        """Returns how many bytes the client took; -1 when the connection is lost."""
        try:
            return Write(self._stream, data) or 0
        except OSError:
            self.Exchange.DropBody()
            self.CloseFor(XClosedReason.Error)
            return -1

    def _OnAnswerSent(self, code):
        if self._closing or self._unread or code == 101:
            self._OnSpecialSent(code)
        else:
            self._state = _IDLE
            self.ExpireAt = self._worker.Now + self.WebServer.IdleMs
        exchange = self.Exchange
        if exchange.Custom:
            exchange.Response.OnTransmitted()
        if not self._busy and self._worker:  # the caller may be in the middle of something
            if self._state == _IDLE and self._pos < self._have:  # what is at hand comes before what is to be read
                self.Notify(_IN, False)
            self._worker.Post(self._GoOn, self)

    def _OnSpecialSent(self, code):
        if code == 101:
            self._HandOver()
        elif self._closing:
            self._Linger()
        else:
            self._Discard()

    # --- endings ---

    def _Linger(self):
        """Closes; but later while the client still sends, or the answer would be lost to it (RFC 9112 section 9.6)."""
        self._state = _LINGER
        sendsOn = self._unread or self._sendsOn or self._pos < self._have
        self._ReleaseSlot()
        if sendsOn:
            self._CloseLater()
        else:
            self.Close()

    def _Release(self):
        if self._expecting:
            self._EndDeferral()
        self._ReleaseSlot()
        stream = self._stream
        self._stream = None
        self._state = _LINGER
        if self._sender or self._reader or self._tls:
            self._ReleaseMore(stream)

    def _Leave(self):
        self.Detach()


AddLater(HttpConnection, "httpConnectionMore")
