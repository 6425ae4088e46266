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
frames of at most 11 words (see `RequestHead`).
"""

from .exchange import Exchange
from .libs.httpSyntax import SEEN_CLOSE, SEEN_EXPECT, CheckPartialHead, ContentError, HttpError
from .libs.interpreter import (
    Handshake,
    PeerAddress,
    PollKey,
    ReadInto,
    SendsFile,
    ShutdownWrite,
    TraceText,
    Write,
    const,
)
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

_MAX_HEAD = const(8192)  # bytes of a request's head, or the slot's size where that is more
_MIN_ROOM = const(256)  # bytes that a content is read into at a time, at the least
_MIN_RATE = const(256)  # bytes a second: a content that comes slower is cut off
_MAX_DISCARD = const(65536)  # bytes of an unread content that are worth more than a new connection
_PATIENCE_MS = const(500)  # with a client that lets a buffer wait, when others want one ...
_HANDLER_MS = const(2500)  # ... and that much more with a handler that answers later
_TLS_READS = const(16)  # a turn, so that one fast client does not keep the others waiting
_LINGER_SEC = const(2)  # how long a client may go on sending after the last answer


class HttpConnection(PolledSocket):
    """A client's connection, and the one exchange that it is at."""

    # What most connections never have; the instance holds what differs.
    _tls = False
    _reader = None  # ContentReader: the content that still comes
    _sender = None  # ContentSender: the answer that is still going out
    _client = None  # XAsyncTCPClient: what handlers see of the connection
    _successor = None  # what has the socket after an upgrade; None: the XAsyncTCPClient
    _sendsOn = False  # the client is expected to send on after a refusal
    _expecting = False  # a deferred answer is to come
    _waitsSince = 0  # ms of the worker's clock: since then the client, or the handler, takes its time
    ContentInSlot = False  # the request's content lies there, and a handler may keep a view of it

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
        self._busy = False  # requests are being handled: what is finished meanwhile is gone on with there

    def Attach(self, worker):
        self.Share = self.WebServer.ShareOf(worker)
        super().Attach(worker)
        self.SetExpiry(self.WebServer.RequestsTimeoutSec)

    def Secure(self, sslContext):
        """Begins TLS; the handshake has the deadline of a request."""
        from .libs.xAsyncTLS import Wrap, XAsyncTCPClientException

        key = PollKey(self._sock)
        try:
            self._stream, self._sock = Wrap(self._sock, sslContext, True, None)
            self._tls = True
            self._state = _HANDSHAKE
        except XAsyncTCPClientException as ex:  # the client has gone already
            self._Note("TLS handshake", ex)
            self._worker.Sockets.pop(key, None)  # CPython has closed the socket: it has no key any more
            self.CloseFor(XClosedReason.Error)

    def CliAddr(self):
        """Returns (ip, port) of the client."""
        return PeerAddress(self._rawAddress)

    def IsSecure(self):
        """Says whether the connection is secured by TLS."""
        return self._tls

    def AsAsyncSocket(self):
        """Returns the XAsyncTCPClient that stands for the connection."""
        if not self._client:
            from .httpClient import HttpClient

            self._client = HttpClient(self._pool, self)
        return self._client

    def HandOverTo(self, successor):
        """Lets `successor.TakeOver(worker, mask, rest)` have the socket after 101, not the XAsyncTCPClient."""
        self._successor = successor

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
        if self._state == _SENDING or self._expecting:
            return self._HoldsSlot() and self._worker.Now - self._waitsSince >= _PATIENCE_MS
        return self._slot is not None and self.IsReceiving()

    def _HoldsSlot(self):
        sender = self._sender
        return self._slot is not None or sender is not None and sender.Slot is not None

    def IsSending(self):
        return self._state == _SENDING

    def IsReceiving(self):
        """Says whether a request is coming in that has not come whole yet."""
        return self._state == _HEAD or self._state == _BODY

    def IsElsewhere(self):
        """Says whether the connection is served by another thread than the calling one."""
        return self._worker is not None and self._worker.IsElsewhere()

    def Post(self, callback):
        """Calls `callback()` in the thread that serves the connection."""
        if self._worker:
            self._worker.Post(callback, self)

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

    def _ReadTLS(self):
        """Reads until TLS has no more: no poll would tell of the bytes that it keeps.

        A read that leaves room has had them all; another would cost an exception on CPython.
        """
        for _ in range(_TLS_READS):
            if self._state > _HEAD or not self._worker or not (self._slot or self._TakeSlot()) or not self._Fill():
                return
            isFull = self._have == len(self._buf)
            self._Advance()
            if not isFull:
                return
        self._worker.Post(self._ReadOn, self)

    def _ReadOn(self):
        if self._worker and self._state <= _HEAD:
            self.OnReadyForReading()

    def _OnMoreToRead(self):
        state = self._state
        if state == _BODY:
            self._Run(self._reader.OnReadable)
        elif state == _DISCARD:
            self._GoOn()
        elif state == _LINGER:
            self._ReadAway()
        elif state == _HANDSHAKE:
            self._ShakeHands()
        else:  # the next request waits in the kernel until this one is answered
            self.Notify(_IN, False)

    def OnReadyForWriting(self):
        if self._sender:
            self._Run(self._Send)
        else:
            self.Notify(_OUT, False)

    def OnExpired(self):
        exchange = self.Exchange
        if self.IsReceiving():
            self.Refuse(HttpError(408, "too slow"))
        elif self._state == _IDLE and self.Share.IsWaiting(self):  # its request has come, and was never read
            self.Refuse(HttpError(503, "no buffer"))
        elif self._state == _HANDLING and exchange and not exchange.Answered:
            self.WebServer.Log("no answer to %s came in time" % exchange.Request.Path, self.WebServer.WARNING)
            exchange.Response.ReturnServiceUnavailable()
        else:
            self.CloseFor(XClosedReason.Timeout)

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

    def _Note(self, text, error):
        self.WebServer.Log("%s:%s %s: %s" % (self.CliAddr() + (text, error)), self.WebServer.DEBUG)

    def _ShakeHands(self):
        try:
            if not Handshake(self._stream):
                return
        except OSError as ex:
            self._Note("TLS handshake", ex)
            self.CloseFor(XClosedReason.Error)
            return
        self._state = _IDLE
        self.OnReadyForReading()

    # --- receiving ---

    def _TakeSlot(self):
        slot = self.Share.Take(self)
        if not slot:  # OnSlot is called when there is one
            self.Notify(_IN, False)
            return False
        self._slot = slot
        self._buf = slot._buffer or slot.Buffer  # a property costs MicroPython a call
        self._view = slot._view or slot.View
        return True

    def OnSlot(self):
        """Called when a slot may be free after there was none."""
        if self._sender:
            self._Run(self._Send)
        elif self._worker:
            self.Notify(_IN, True)
            self.OnReadyForReading()

    def _ReleaseSlot(self):
        slot = self._slot
        if slot:
            if self.ContentInSlot:  # only then: a new attribute takes memory, which may be what closes the connection
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

    def _Run(self, step):
        """Takes a step of the request or its answer, then goes on with what follows it."""
        self._busy = True
        step()
        self._busy = False
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

    def _SeekHeadEnd(self, buf):
        """Skips empty lines, then returns the head's end; 0 if it has not come yet. Raises HttpError."""
        pos = self._pos
        have = self._have
        while pos + 1 < have and buf[pos] == 13 and buf[pos + 1] == 10:  # RFC 9112 section 2.2
            pos += 2
        self._pos = pos
        if pos == have:
            self._scanned = pos
            return 0
        end = buf.find(b"\r\n\r\n", pos, have)
        if end < 0:
            self._AwaitHead(buf, pos, have)
        return end + 4 if end >= 0 else 0

    def _AwaitHead(self, buf, pos, have):
        """A head that has not come whole: it is checked as far as it goes, and given room."""
        if self._state == _IDLE:  # one deadline for the whole head
            self._state = _HEAD
            self.SetExpiry(self.WebServer.RequestsTimeoutSec)
        CheckPartialHead(buf, pos, have, max(len(buf), _MAX_HEAD))
        self._scanned = max(pos, have - 3)
        if have == len(buf):
            if pos:
                self._MoveDown(0)
            else:
                self._buf = bytearray(_MAX_HEAD)
                self._buf[:have] = buf
                self._view = memoryview(self._buf)

    def _MoveDown(self, to):
        """Moves the bytes not parsed yet to the offset `to`, so that there is room behind them."""
        size = self._have - self._pos
        self._buf[to : to + size] = self._buf[self._pos : self._have]
        self._pos = self._scanned = to
        self._have = to + size

    # --- the request's content ---

    def BeginContent(self, reader):
        """Lets a ContentReader take the content, and asks for it where the client waits to be asked."""
        self._reader = reader
        self._state = _BODY
        exchange = self.Exchange
        if exchange._seen & SEEN_EXPECT and exchange._minor and self._pos == self._have:
            Write(self._stream, b"HTTP/1.1 100 Continue\r\n\r\n")
        exchange._seen &= ~SEEN_EXPECT
        self._worker.LookAtClock()
        reader.Begin(self._worker.Now)

    def FillContent(self):
        """Reads behind the head, which stays where it is. Returns as `_Fill`."""
        if not self._slot and not self._TakeSlot():
            return 0
        self._MakeRoom()
        return self._Fill()

    def _MakeRoom(self):
        exchange = self.Exchange
        end = exchange._end if exchange._buf is self._buf else 0  # the head may have been copied away
        if self._pos > end:
            self._MoveDown(end)
        if len(self._buf) - self._have < _MIN_ROOM:
            buf = bytearray(len(self._buf) + 4 * _MIN_ROOM)
            buf[: self._have] = self._view[: self._have]
            view = memoryview(buf)
            if exchange._buf is self._buf:
                exchange._buf = buf
                exchange._view = view
            self._buf = buf
            self._view = view

    def ContentDeadline(self, began, received):
        """Sets the content's deadline: a time to begin with, and more for what has come."""
        grace = self.WebServer.RequestsTimeoutSec * 1000 + TICK_MS
        self.ExpireAt = began + grace + received * 1000 // _MIN_RATE

    def RunContent(self, stream):
        """Lets a ContentStream be read on, outside of an event."""
        if self._reader is stream and self._state == _BODY:
            self._Run(stream.OnReadable)

    def EndContent(self):
        """Called by the reader when the content has come whole: the handler's turn."""
        self._unread = False
        if self._state == _BODY:
            self._reader = None
            self._state = _HANDLING
            self.ExpireAt = 0

    # --- answering ---

    def CloseAfterwards(self):
        """The answer under way is the last one: its end cannot be told otherwise."""
        self._closing = True

    def NeedsNoField(self):
        """Says whether the answer can go without a Connection field."""
        return self.Exchange._minor and not self._closing and not self._unread

    def PutPersistence(self, head):
        """Writes the Connection field of the answer, if it needs one (RFC 9112 section 9.3)."""
        if self._unread and self._CostsMoreToSkip():
            self._closing = True
        if self._closing:
            head.Put(b"\r\nConnection: close")
        elif not self.Exchange._minor:
            head.Put(b"\r\nConnection: keep-alive")

    def _CostsMoreToSkip(self):
        """Says whether a new connection costs less than skipping a content that nobody reads."""
        exchange = self.Exchange
        return exchange._seen & SEEN_EXPECT or not 0 <= exchange._length <= _MAX_DISCARD

    def Defer(self, timeoutSec):
        """The answer comes later: the slot is given back, the deadline is the handler's."""
        self._GiveUpSlot()
        if not self._expecting:
            self._expecting = True
            self._worker.Expecting += 1
            self._waitsSince = self._worker.Now + _HANDLER_MS
        if self._state == _HANDLING:
            self.SetExpiry(timeoutSec)

    def _GiveUpSlot(self):
        """Gives the slot back while the client, or the handler, takes its time; the head is kept aside."""
        exchange = self.Exchange
        if self._slot and self._pos == self._have and not self._reader and not self.ContentInSlot:
            if exchange._buf is self._buf:
                exchange.KeepHead()
            self._ReleaseSlot()

    def _EndDeferral(self):
        if self._expecting:
            self._expecting = False
            self._worker.Expecting -= 1

    def Refuse(self, error):
        """Answers a request that cannot be served as the HttpError says, and closes."""
        self._Note("refused", error)
        if not self.Exchange:
            self.Exchange = Exchange(self)
        exchange = self.Exchange
        if self._state <= _HEAD:  # what the exchange holds is the one before
            exchange.ClearHead()
            self._unread = False
        self._closing = True
        self._sendsOn = error.Status in (413, 414, 431, 503)
        self._state = _HANDLING
        reader = self._reader
        self._reader = None
        if exchange.Answered:
            self.CloseFor(XClosedReason.Error)
        else:
            exchange.Response.ReturnRefusal(error.Status)
        if reader:
            reader.OnLost()

    def Transmit(self, code, head):
        """Sends the answer: the HeadWriter's bytes, then the exchange's Body, if it has one."""
        if self._stream is None:  # the client has gone
            self._DropBody()
            return
        if self._expecting:
            self._EndDeferral()
        if self.Exchange.Body is not None and SendsFile(self._stream, self.Exchange.Body):
            self._BeginSendingFile(code, head)
            return
        count = self._WriteHead(head)
        if count == head.Length and self.Exchange.Body is None:
            self._OnAnswerSent(code)
        elif count >= 0:
            self._BeginSending(code, bytes(head.View[count : head.Length]))

    def _BeginSendingFile(self, code, head):
        """Lets the kernel send a file: mostly all of it is out at once."""
        from .httpFileSender import FileSender

        exchange = self.Exchange
        self._sender = FileSender(self._stream, code, head.View[: head.Length], exchange.Body, exchange.BodyLength)
        exchange.Body = None
        self._SendOn()

    def _WriteHead(self, head):
        """Returns how many bytes the client took; -1 when the connection is lost."""
        try:
            return Write(self._stream, head.View[: head.Length]) or 0
        except OSError:
            self._DropBody()
            self.CloseFor(XClosedReason.Error)
            return -1

    def Write(self, data):
        """Writes as much of `data` as the client takes; returns the count or None. Raises OSError."""
        return Write(self._stream, data)

    def _DropBody(self):
        body = self.Exchange.Body
        self.Exchange.Body = None
        if hasattr(body, "close"):
            body.close()

    def _BeginSending(self, code, rest):
        from .httpSender import ContentSender

        exchange = self.Exchange
        chunked = exchange.BodyLength < 0 and exchange._minor == 1
        self._sender = ContentSender(self, code, memoryview(rest), exchange.Body, exchange.BodyLength, chunked)
        exchange.Body = None
        self._SendOn()

    def _SendOn(self):
        self._state = _SENDING
        self._waitsSince = self._worker.Now
        self._Send()

    def _Send(self):
        """Sends on, as far as the client takes it."""
        sender = self._sender
        try:
            done = sender.Step()
        except OSError as ex:
            self._Note("lost while sending", ex)
            self.CloseFor(XClosedReason.Error)
            return
        if done:
            self._sender = None
            self.Notify(_OUT, False)
            sender.Close()
            self._OnAnswerSent(sender.Code)
        elif self._worker:
            self._GiveUpSlot()
            self.SetExpiry(self.WebServer.RequestsTimeoutSec)  # for this stretch without progress
            if not self._slot:  # one that is kept for what came behind the request is kept since the answer began
                self._waitsSince = self._worker.Now
            self.Notify(_IN, False)
            self.Notify(_OUT, sender.WantsWriting)

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
            self._worker.Post(self._GoOn, self)

    def _OnSpecialSent(self, code):
        if code == 101:
            self._HandOver()
        elif self._closing:
            self._Linger()
        else:
            self._Discard()

    def _GoOn(self):
        """Takes up the next request after an answer that was not sent in one go."""
        if self._state == _DISCARD and self._worker:
            self._SkipContent()
        if self._state != _IDLE or not self._worker:
            return
        self.Notify(_IN, True)
        if self._slot:
            self._Advance()
        if self._tls:
            self._ReadTLS()
        if self._state == _IDLE and self._worker and self._pos == self._have:
            self._ReleaseSlot()

    # --- endings ---

    def _HandOver(self):
        """After 101 the socket is the successor's; what came behind the request goes with it."""
        successor = self._successor or self.AsAsyncSocket()
        self.Exchange.KeepHead()
        rest = bytes(self._view[self._pos : self._have]) if self._slot else b""
        self._ReleaseSlot()
        successor.TakeOver(self._worker, self._mask, rest)
        self._worker = self._sock = self._stream = None

    def _Discard(self):
        """Skips what nobody has read of the content, then takes up the next request."""
        self._state = _DISCARD
        if not self._reader:
            from .httpContent import ContentReader

            self._reader = ContentReader(self, self.Exchange._length)
            self._reader.Begin(self._worker.Now)
        self.Notify(_IN, True)

    def _SkipContent(self):
        try:
            done = self._reader.Skip()
        except HttpError:
            self.CloseFor(XClosedReason.Error)
            return
        if done and self._worker:
            self._reader = None
            self._unread = False
            self._state = _IDLE
            self.SetExpiry(self.WebServer.RequestsTimeoutSec)
        elif self._pos == self._have:  # the rest may take its time: it needs no buffer meanwhile
            self._ReleaseSlot()

    def _Linger(self):
        """Closes; but later while the client still sends, or the answer would be lost to it (RFC 9112 section 9.6)."""
        self._state = _LINGER
        self._ReleaseSlot()
        if not self._unread and not self._sendsOn:
            self.Close()
            return
        if not self._tls:
            ShutdownWrite(self._sock)
        self.SetExpiry(_LINGER_SEC)
        self.Notify(_IN, True)

    def _ReadAway(self):
        """LINGER: what comes goes nowhere."""
        if self._slot or self._TakeSlot():
            self._have = 0
            self._Fill()
            self._ReleaseSlot()

    def _Release(self):
        self._EndDeferral()
        self._ReleaseSlot()
        sender = self._sender
        reader = self._reader
        stream = self._stream
        self._stream = None
        self._state = _LINGER
        if sender:
            self._sender = None
            sender.Close()
        if self._tls and stream:
            from .libs.xAsyncTLS import Finish

            Finish(stream)
        if reader:
            self._reader = None
            reader.OnLost()

    def _Leave(self):
        self.Detach()
