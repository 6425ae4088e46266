"""An HTTP connection: carries bytes between the socket, the syntax and the handlers.

It holds no knowledge of routes or files (`pipeline.py` does), nor of the
syntax (`libs/httpSyntax.py`). An idle connection holds no buffer; from the first byte
of a request until its answer is on its way it holds one slot.

The states and their moves:

    HANDSHAKE  TLS begins                     -> IDLE
    IDLE       between two requests           -> HEAD, HANDLING
    HEAD       a part of a head is there      -> HANDLING
    BODY       the content comes              -> HANDLING
    HANDLING   a handler has the request      -> BODY, SENDING, IDLE, DISCARD, LINGER, UPGRADED
    SENDING    a part of the answer is out    -> IDLE, DISCARD, LINGER, UPGRADED
    DISCARD    content that nobody has read   -> IDLE
    LINGER     the last answer is out         -> (closed)
    UPGRADED   the socket speaks something else

and any of them to closed.
"""

from .httpRequest import HttpRequest
from .libs.httpSyntax import SEEN_EXPECT, HeadEnd, HttpError, ParseRequestHead
from .libs.interpreter import Handshake, ReadInto, ShutdownWrite, TraceText, Write, const
from .libs.XAsyncSockets import XAsyncTCPClient, XClosedReason
from .pipeline import OnHead
from .webRoute import ROUTES

_IDLE = const(0)
_HEAD = const(1)
_BODY = const(2)
_HANDLING = const(3)
_SENDING = const(4)
_DISCARD = const(5)
_LINGER = const(6)
_UPGRADED = const(7)
_HANDSHAKE = const(8)

_IN = const(1)  # poll's masks
_OUT = const(4)

_MAX_HEAD = const(8192)  # bytes of a request's head, or the slot's size where that is more
_MIN_ROOM = const(256)  # bytes that a content is read into at a time, at the least
_MIN_RATE = const(256)  # bytes a second: a content that comes slower is cut off
_MAX_DISCARD = const(65536)  # bytes of an unread content that are worth more than a new connection
_LINGER_SEC = const(2)  # how long a client may go on sending after the last answer


class HttpConnection(XAsyncTCPClient):
    """A client's connection, and the one request that it is at."""

    def __init__(self, asyncSocketsPool, sock, rawAddress, server):
        super().__init__(asyncSocketsPool, sock, rawAddress, server)
        self.WebServer = server.State
        self._state = _IDLE
        self._slot = None  # XBufferSlot: lent while bytes of a request are here
        self._buf = None  # the slot's bytearray, or a larger one for a large head
        self._pos = 0  # where the next bytes to be parsed begin
        self._have = 0  # where the received bytes end
        self._scanned = 0  # up to here the head's end was looked for
        self._request = None
        self.ContentInSlot = False  # the request's content lies there, and a handler may keep a view of it
        self._closing = False  # the answer under way is the last one
        self._unread = False  # the request has a content that has not come whole
        self._sendsOn = False  # the client is expected to send on after a refusal
        self._reader = None  # ContentReader: the content that still comes
        self._sender = None  # ContentSender: the answer that is still going out
        self._expecting = False  # a deferred answer is to come
        self._busy = False  # Advance is at work: what is finished meanwhile is gone on with there

    def Attach(self, worker):
        super().Attach(worker)
        self.Share = self.WebServer.ShareOf(worker)
        self.SetExpiry(self.WebServer.RequestsTimeoutSec)

    def Secure(self, sslContext):
        """Begins TLS; the handshake has the deadline of a request."""
        self._state = _HANDSHAKE
        self.StartSSLContext(sslContext, True)

    def IsIdle(self):
        return self._state == _IDLE or self._state == _HANDSHAKE

    def IsSlow(self):
        """Says whether a request is coming in that has not come whole yet."""
        return self._state == _HEAD or self._state == _BODY

    # --- events ---

    def OnReadyForReading(self):
        state = self._state
        if state <= _HEAD:
            self._ReadHead()
        elif state == _BODY:
            self._Run(self._reader.OnReadable)
        elif state == _DISCARD:
            self._GoOn()
        elif state == _LINGER:
            self._ReadAway()
        elif state == _UPGRADED:
            super().OnReadyForReading()
        elif state == _HANDSHAKE:
            self._ShakeHands()
        else:  # the next request waits in the kernel until this one is answered
            self.Notify(_IN, False)

    def OnReadyForWriting(self):
        if self._sender:
            self._Run(self._Send)
        elif self._state == _UPGRADED:
            super().OnReadyForWriting()
        else:
            self.Notify(_OUT, False)

    def OnExpired(self):
        if self.IsSlow():
            self.Refuse(HttpError(408, "too slow"))
        elif self._state == _HANDLING:
            self.WebServer.Log("no answer to %s came in time" % self._request.Path, self.WebServer.WARNING)
            self._request.Response.ReturnServiceUnavailable()
        else:
            self.CloseFor(XClosedReason.Timeout)

    def OnFault(self, error):
        try:
            self.WebServer.Log(TraceText(error), self.WebServer.ERROR)
        finally:  # no memory or stack may be left to tell of it
            self.CloseFor(XClosedReason.Error)

    def _ShakeHands(self):
        try:
            if Handshake(self._stream):
                self._state = _IDLE
                self._ReadHead()
        except OSError as ex:
            self.WebServer.Log("TLS handshake with %s:%s: %s" % (self.CliAddr + (ex,)), self.WebServer.DEBUG)
            self.CloseFor(XClosedReason.Error)

    # --- receiving ---

    def _ReadHead(self):
        if not self._slot and not self._TakeSlot():
            return
        while self.Fill() and self._sock:
            self.Advance()
            # TLS keeps bytes that no poll will tell of: it is read until it has none.
            if not self._tls or self._state > _HEAD:
                break
        if self._state == _IDLE and self._pos == self._have:
            self.ReleaseSlot()

    def _TakeSlot(self):
        slot = self.Share.Take(self)
        if not slot:  # OnSlot is called when there is one
            self.Notify(_IN, False)
            return False
        self._slot = slot
        self._buf = slot.Buffer
        return True

    def OnSlot(self):
        """Called when a slot may be free after TakeSlot had none."""
        if self._sender:
            self._Run(self._Send)
        elif self._worker:
            self.Notify(_IN, True)
            self.OnReadyForReading()

    def ReleaseSlot(self):
        """Gives the buffer back."""
        slot = self._slot
        if slot:
            self.ContentInSlot = False
            self._slot = self._buf = None
            self._pos = self._have = self._scanned = 0
            self.Share.Release(slot)

    def Fill(self):
        """Reads behind the bytes at hand. Returns the count, or 0 when there is nothing or the end has come."""
        have = self._have
        try:
            if have:
                count = ReadInto(self._stream, memoryview(self._buf)[have:])
            else:
                count = ReadInto(self._stream, self._buf)
        except OSError:
            self.CloseFor(XClosedReason.Error)
            return 0
        if count:
            self._have = have + count
            return count
        if count is not None:
            self._OnEndOfStream()
        return 0

    def _OnEndOfStream(self):
        if self._state == _HEAD or self._state == _BODY:
            self._closing = True
            self.Refuse(HttpError(400, "the request ends in the middle"))
        if self._sock:
            self.CloseFor(XClosedReason.ClosedByPeer)

    def Advance(self):
        """Handles the requests that lie whole in the buffer, as far as they can be answered at once."""
        self._busy = True
        try:
            while self._state <= _HEAD and self._NextHead():
                OnHead(self.WebServer, self, self._request)
                if self._state == _DISCARD:  # what is to be skipped may be here already
                    self._SkipContent()
        except HttpError as ex:
            self.Refuse(ex)
        finally:
            self._busy = False

    def _Run(self, step):
        """Takes a step of the request or its answer, then goes on with what follows it."""
        self._busy = True
        try:
            step()
        except HttpError as ex:
            self.Refuse(ex)
        finally:
            self._busy = False
        self._GoOn()

    def _NextHead(self):
        """Parses the next head into the request; False if more bytes are needed."""
        buf = self._buf
        pos = self._pos
        have = self._have
        while pos < have and buf[pos] == 13:  # RFC 9112 section 2.2: empty lines before a request
            if pos + 1 < have and buf[pos + 1] != 10:
                break
            pos += 2
        if pos >= have:
            self._pos = self._scanned = pos if pos == have else have - 1
            return False
        self._pos = pos
        size = len(buf)
        end = HeadEnd(buf, pos, have, self._scanned, size if size > _MAX_HEAD else _MAX_HEAD)
        if not end:
            self._AwaitHead(buf, pos, have)
            return False
        request = self._request
        if request is None:
            request = self._request = HttpRequest(self)
        else:
            request.Reset()
        self._state = _HANDLING
        self._pos = self._scanned = end
        view = self._slot.View if buf is self._slot.Buffer else memoryview(buf)
        ParseRequestHead(request, buf, view, pos, end, ROUTES.Literal)
        self._closing = not request.IsKeepAlive
        self._unread = request._length != 0
        return True

    def _AwaitHead(self, buf, pos, have):
        if self._state == _IDLE:  # one deadline for the whole head
            self._state = _HEAD
            self.SetExpiry(self.WebServer.RequestsTimeoutSec)
        self._scanned = have
        if have == len(buf):
            if pos:
                self._MoveDown(0)
            else:
                self._buf = bytearray(_MAX_HEAD)
                self._buf[:have] = buf

    def _MoveDown(self, to):
        """Moves the bytes not parsed yet to the offset `to`, so that there is room behind them."""
        size = self._have - self._pos
        self._buf[to : to + size] = self._buf[self._pos : self._have]
        self._pos = self._scanned = to
        self._have = to + size

    def FillContent(self):
        """Reads behind the head, which stays where it is. Returns as `Fill`."""
        if not self._slot and not self._TakeSlot():
            return 0
        self._MakeRoom()
        return self.Fill()

    def _MakeRoom(self):
        request = self._request
        end = request._end if request._buf is self._buf else 0  # a deferred request has its own copy
        if self._pos > end:
            self._MoveDown(end)
        if len(self._buf) - self._have < _MIN_ROOM:
            buf = bytearray(len(self._buf) + 4 * _MIN_ROOM)
            buf[: self._have] = memoryview(self._buf)[: self._have]
            if request._buf is self._buf:
                request._buf = buf
            self._buf = buf

    # --- the request's content ---

    def BeginContent(self, reader):
        """Lets a ContentReader take the content, and asks for it where the client waits to be asked."""
        self._reader = reader
        self._state = _BODY
        self.SetExpiry(self.WebServer.RequestsTimeoutSec)
        if self._request._seen & SEEN_EXPECT and self._request._minor and self._pos == self._have:
            Write(self._stream, b"HTTP/1.1 100 Continue\r\n\r\n")
        self._request._seen &= ~SEEN_EXPECT
        reader.Begin(self._worker.Now)

    def ContentDeadline(self, began, received):
        """Sets the content's deadline: a time to begin with, and more for what has come."""
        self.ExpireAt = began + self.WebServer.RequestsTimeoutSec * 1000 + received * 1000 // _MIN_RATE

    def EndContent(self):
        """Called by the reader when the content has come whole: the handler's turn."""
        self._reader = None
        self._unread = False
        self._state = _HANDLING
        self.ExpireAt = 0

    def EndStream(self):
        """Called by a ContentStream that was read to its end."""
        if self._state == _BODY:
            self.EndContent()

    @property
    def Request(self):
        """HttpRequest or None: the request under way, or the last one."""
        return self._request

    # --- answering ---

    def CloseAfterwards(self):
        """The answer under way is the last one: its end, or the request's, cannot be told otherwise."""
        self._closing = True

    def PersistenceField(self):
        """Returns the Connection field of the answer, b"" if it needs none (RFC 9112 section 9.3)."""
        request = self._request
        if self._unread and not self._reader and self._CostsMoreToSkip(request):
            self._closing = True
        if self._closing:
            return b"Connection: close\r\n"
        return b"" if request._minor else b"Connection: keep-alive\r\n"

    def _CostsMoreToSkip(self, request):
        """Says whether a new connection costs less than skipping a content that nobody reads."""
        return request._seen & SEEN_EXPECT or not 0 <= request._length <= _MAX_DISCARD

    def Defer(self, timeoutSec):
        """The answer comes later: the slot is given back, the deadline is the handler's."""
        self._LetGoOfSlot()
        self._expecting = True
        self._worker.Expecting += 1
        self.SetExpiry(timeoutSec)

    def _LetGoOfSlot(self):
        """Gives the slot back while the request takes its time, unless the next one has begun in it."""
        if self._slot and self._pos == self._have and not self._reader and not self.ContentInSlot:
            request = self._request
            if request._buf is self._buf:
                request._buf = bytearray(memoryview(self._buf)[request._fields : request._end])
                request._end -= request._fields
                request._fields = 0
            self.ReleaseSlot()

    def _EndDeferral(self):
        if self._expecting:
            self._expecting = False
            self._worker.Expecting -= 1

    def Refuse(self, error):
        """Answers a request that cannot be served as the HttpError says, and closes."""
        self.WebServer.Log("%s:%s refused: %s" % (self.CliAddr + (error,)), self.WebServer.DEBUG)
        if not self._request:
            self._request = HttpRequest(self)
        request = self._request
        if self._state < _BODY:  # what the request object holds is the one before
            request.Reset()
            request._method = ""
            request._minor = 1
            request._length = 0
            self._unread = False
        self._closing = True
        self._sendsOn = error.Status in (413, 414, 431)
        self._state = _HANDLING
        reader = self._reader
        self._reader = None
        if request.Response.HeadersSent:
            self.CloseFor(XClosedReason.Error)
        else:
            request.Response.ReturnRefusal(error.Status)
        if reader:
            reader.OnLost()

    def Transmit(self, code, head, content, length, chunked):
        """Sends an answer: the head (memoryview), then a content: bytes-like, a stream, or None."""
        if not self._worker:  # the client has gone
            if hasattr(content, "close"):
                content.close()
            return
        self._EndDeferral()
        try:
            count = Write(self._stream, head)
        except OSError:
            self.CloseFor(XClosedReason.Error)
            return
        if count == len(head) and content is None:
            self._OnAnswerSent(code)
            return
        from .httpSender import ContentSender

        self._state = _SENDING
        rest = memoryview(bytes(head[count or 0 :]))  # the writer's buffer is the next answer's
        self._sender = ContentSender(self, code, rest, content, length, chunked)
        self._Send()

    def _Send(self):
        """Sends on, as far as the client takes it."""
        sender = self._sender
        try:
            done = sender.Step()
        except OSError as ex:
            self.WebServer.Log("%s:%s lost while sending: %s" % (self.CliAddr + (ex,)), self.WebServer.DEBUG)
            self.CloseFor(XClosedReason.Error)
            return
        if not done:
            self._LetGoOfSlot()
            self.SetExpiry(self.WebServer.RequestsTimeoutSec)  # for this stretch without progress
            self.Notify(_IN | _OUT, False)
            self.Notify(_OUT, sender.WantsWriting)
            return
        self._sender = None
        self.Notify(_OUT, False)
        sender.Close()
        self._OnAnswerSent(sender.Code)

    def _OnAnswerSent(self, code):
        if code == 101:
            self._Upgrade()
        elif self._closing:
            self._Linger()
        elif self._unread:
            self._Discard()
        else:
            self._state = _IDLE
            self.SetExpiry(self.WebServer.RequestsTimeoutSec)
        self._request.Response.OnTransmitted()
        if not self._busy and self._worker:  # the caller may be in the middle of something
            self._worker.Post(self._GoOn)

    def _GoOn(self):
        """Takes up the next request after an answer that was not sent in one go."""
        if self._state == _DISCARD and self._worker:
            self._SkipContent()
        if self._state != _IDLE or not self._worker:
            return
        self.Notify(_IN, True)
        if self._slot:
            self.Advance()
        if self._state == _IDLE and self._worker:
            if self._pos == self._have:
                self.ReleaseSlot()
            if self._tls:
                self._ReadHead()

    # --- endings ---

    def _Upgrade(self):
        self._state = _UPGRADED
        self.ExpireAt = 0
        rest = bytes(memoryview(self._buf)[self._pos : self._have]) if self._slot else b""
        request = self._request
        request._buf = bytearray(memoryview(request._buf)[request._fields : request._end])
        request._end -= request._fields
        request._fields = 0
        self.ReleaseSlot()
        if rest:
            self._IO().Unread(rest)

    def _Discard(self):
        """Skips what nobody has read of the content, then takes up the next request."""
        self._state = _DISCARD
        if not self._reader:
            from .httpContent import ContentReader

            self._reader = ContentReader(self, self._request._length)
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

    def _Linger(self):
        """Closes; but later while the client still sends, or the answer would be lost to it (RFC 9112 section 9.6)."""
        self._state = _LINGER
        self.ReleaseSlot()
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
            self.Fill()
            self.ReleaseSlot()

    def _Release(self):
        self._EndDeferral()
        self.ReleaseSlot()
        if self._sender:
            self._sender.Close()
            self._sender = None
        reader = self._reader
        self._reader = None
        super()._Release()
        if reader:
            reader.OnLost()
