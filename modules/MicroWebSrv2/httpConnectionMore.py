"""What most HTTP connections never come to: a request's content, an answer that goes out in parts, refusals, TLS.

Imported by the first connection that does (MicroPython), or with HttpConnection (CPython). The states are those of
`httpConnection.py`, whose table says how they follow one another.
"""

from .exchange import Exchange
from .libs.httpSyntax import SEEN_EXPECT, HttpError
from .libs.httpSyntaxMore import CheckPartialHead, KeepHead
from .libs.interpreter import (
    CollectGarbage,
    Handshake,
    LimitUnsent,
    PeerAddress,
    PollKey,
    ShutdownWrite,
    Write,
    const,
)
from .libs.XAsyncSockets import PurgeIdle
from .libs.xAsyncWorker import TICK_MS, Guarded, XClosedReason

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

_MAX_HEAD = const(8192)  # bytes of a request's head, or the slot's size where that is more
_MIN_ROOM = const(256)  # bytes that a content is read into at a time, at the least
_MIN_RATE = const(256)  # bytes a second: a content that comes slower is cut off
_MAX_DISCARD = const(65536)  # bytes of an unread content that are worth more than a new connection
_TLS_READS = const(16)  # a turn, so that one fast client does not keep the others waiting
_MEMORY_MS = const(50)  # between two looks whether there is memory for TLS
_ANSWER_SEC = const(60)  # how long a handler may take that reads the content itself, from its end on
_PATIENCE_MS = const(500)  # with a client that lets a buffer wait, when others want one
_LINGER_SEC = const(2)  # how long a client may go on sending after the last answer
_HANDLER_MS = const(2500)  # patience with a handler that answers later, beyond that with a client


class HttpConnectionMore:
    """The rest of HttpConnection, which these become methods of."""

    def Secure(self, sslContext):
        """Begins TLS, as soon as there is memory for it; the handshake has the deadline of a request."""
        from .libs.xAsyncTLS import TLSMemoryError, Wrap, XAsyncTCPClientException

        key = PollKey(self._sock)
        try:
            self._stream, self._sock = Wrap(self._sock, sslContext, True, None)
            self._tls = True
            self._state = _HANDSHAKE
            self.SetExpiry(self.WebServer.RequestsTimeoutSec)
        except TLSMemoryError:
            self._SecureLater(sslContext)
        except XAsyncTCPClientException as ex:  # the client has gone already
            self._Note("TLS handshake", ex)
            self._worker.Sockets.pop(key, None)  # CPython has closed the socket: it has no key any more
            self.CloseFor(XClosedReason.Error)

    def _SecureLater(self, sslContext):
        """Tries again a little later; until then it is no idle connection, which could be asked to give way itself.

        It waits until its client gives up: others have their deadlines, or give way.
        """
        worker = self._worker

        def again():
            if self._worker:
                self.Notify(_IN, True)
                self.Secure(sslContext)

        def onTimer():
            worker.RemoveTimer(onTimer)
            Guarded(again, self)

        self._state = _LINGER
        self.ExpireAt = 0
        self.Notify(_IN, False)
        PurgeIdle(worker)
        worker.AddTimer(_MEMORY_MS, onTimer)

    def IsSecure(self):
        """Says whether the connection is secured by TLS."""
        return self._tls

    def CliAddr(self):
        """Returns (ip, port) of the client."""
        return PeerAddress(self._rawAddress)

    # --- where buffers are few, or the time is up: one that holds a buffer meanwhile, or waits, has been here ---

    def _HoldsUp(self):
        """Says what IsSlow does, of a connection that is not idle."""
        if self._state == _SENDING or self._expecting:
            if self._HoldsOthers():
                return True
            return self._HoldsSlot() and self._worker.Now - self._waitsSince >= _PATIENCE_MS
        return self._slot is not None and self.IsReceiving()

    def _HoldsOthers(self):
        """Says whether nothing but requests behind the one that is being answered lies in the slot."""
        if self._state != _SENDING or self._slot is None or self._unread or self.ContentInSlot:
            return False
        return self._pos < self._have

    def _HoldsSlot(self):
        sender = self._sender
        return self._slot is not None or sender is not None and sender.Slot is not None

    def _Yield(self):
        """Gives the slot to those who want it."""
        if self._HoldsOthers():  # those are not answered (RFC 9112 section 9.3.2); the client asks again
            self._pos = self._have
            self._closing = self._sendsOn = True
            self._GiveUpSlot()
        else:
            self.OnExpired()

    def OnSlot(self):
        """Called when a slot may be free after there was none."""
        if self._sender:
            self._Run(self._Send)
        elif self._worker:
            self.Notify(_IN, True)
            self.OnReadyForReading()

    def _OnOverdue(self):
        """The deadline of a request, of its answer, or of a wait for a buffer has passed."""
        exchange = self.Exchange
        if self.IsReceiving():
            self.Refuse(HttpError(408, "too slow"))
        elif self._state == _IDLE:  # its request has come, and was never read
            self.Refuse(HttpError(503, "no buffer"))
        elif self._state == _HANDLING and exchange and not exchange.Answered:
            self.WebServer.Log("no answer to %s came in time" % exchange.Name(), self.WebServer.WARNING)
            self._closing = True  # what comes too late must not be taken for the answer to another request
            exchange.Response.ReturnServiceUnavailable()
        else:
            self.CloseFor(XClosedReason.Timeout)

    def HandOverTo(self, successor):
        """Lets `successor` have the socket after 101, not the XAsyncTCPClient: its `TakeOver(worker, mask, rest)`."""
        self._successor = successor

    def Post(self, callback):
        """Calls `callback()` in the thread that serves the connection."""
        if self._worker:
            self._worker.Post(callback, self)

    def _ReadTLS(self):
        """Reads until TLS has no more: no poll would tell of the bytes that it keeps.

        A read that leaves room has had them all; another would cost an exception on CPython.
        """
        for _ in range(_TLS_READS):
            if self._state == _IDLE and self._pos == self._have:  # a buffer that is full of what was answered
                self._pos = self._have = self._scanned = 0
            if self._state > _HEAD or not self._worker or not (self._slot or self._TakeSlot()) or not self._Fill():
                return
            isFull = self._have == len(self._buf)
            self._Advance()
            if not isFull:
                return
        self.Post(self._ReadOn)

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

    def _Run(self, step):
        """Takes a step of the request or its answer, then goes on with what follows it."""
        self._busy = True
        step()
        self._busy = False
        self._GoOn()

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

    def TakeContent(self, length):
        """Returns the content (memoryview) that has come with the head: it is used where it lies."""
        at = self._pos
        self._pos = self._scanned = at + length
        self._unread = False
        self.ContentInSlot = True
        return self._view[at : at + length]

    def BeginContent(self, reader):
        """Lets a ContentReader take the content, and asks for it where the client waits to be asked."""
        self._reader = reader
        self._state = _BODY
        exchange = self.Exchange
        if exchange._seen & SEEN_EXPECT and exchange._minor and self._pos == self._have:
            try:
                Write(self._stream, b"HTTP/1.1 100 Continue\r\n\r\n")
            except OSError:  # the client has gone: the next read will tell
                pass
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
            self.SetExpiry(self._answerSec if self._expecting else _ANSWER_SEC)

    def _CostsMoreToSkip(self):
        """Says whether a new connection costs less than skipping a content that nobody reads."""
        exchange = self.Exchange
        return exchange._seen & SEEN_EXPECT or not 0 <= exchange._length <= _MAX_DISCARD

    def Defer(self, timeoutSec):
        """The answer comes later: the slot is given back, the deadline is the handler's."""
        self._GiveUpSlot()
        self._answerSec = timeoutSec
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
                KeepHead(exchange)
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
            _ClearHead(exchange)
            self._unread = False
        self._closing = True
        self._sendsOn = error.Status != 408  # who is too slow has had its time
        self._state = _HANDLING
        reader = self._reader
        self._reader = None
        if exchange.Answered:
            self.CloseFor(XClosedReason.Error)
        else:
            exchange.Response.ReturnRefusal(error.Status)
        if reader:
            reader.OnLost()

    def _BeginSendingFile(self, code, head):
        """Lets the kernel send a file: mostly all of it is out at once."""
        from .httpFileSender import FileSender

        exchange = self.Exchange
        self._sender = FileSender(self._stream, code, head.View[: head.Length], exchange.Body, exchange.BodyLength)
        exchange.Body = None
        self._SendOn()

    def Write(self, data):
        """Writes as much of `data` as the client takes; returns the count or None. Raises OSError."""
        return Write(self._stream, data)

    def _BeginSending(self, code, rest):
        if LimitUnsent:
            LimitUnsent(self._sock)
        self._sender = _ContentSender(self, code, rest)
        self._SendOn()

    def _SendOn(self):
        self._state = _SENDING
        self._waitsSince = self._worker.Now
        self._Send()

    def _Send(self):
        """Sends on, as far as the client takes it."""
        sender = self._sender
        done = self._Step()
        if done:
            self._sender = None
            self.Notify(_OUT, False)
            sender.Close()
            self._OnAnswerSent(sender.Code)
        elif self._worker:
            self._GiveUpSlot()
            if sender.Moved:  # a new stretch without progress begins
                sender.Moved = False
                self.SetExpiry(self.WebServer.RequestsTimeoutSec)
                if not self._slot:  # one that is kept for what came behind the request is kept since the answer began
                    self._waitsSince = self._worker.Now
            self.Notify(_IN, False)
            self.Notify(_OUT, sender.WantsWriting)

    def _Step(self):
        """Lets the sender go on; returns True when all is sent."""
        try:
            return self._sender.Step()
        except OSError:
            self._Note("lost", "while sending")
            self.CloseFor(XClosedReason.Error)
            return False

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

    def _HandOver(self):
        """After 101 the socket is the successor's; what came behind the request goes with it."""
        successor = self._successor or self.AsAsyncSocket()
        KeepHead(self.Exchange)
        rest = bytes(self._view[self._pos : self._have]) if self._slot else b""
        self._ReleaseSlot()
        self._worker.Sockets[PollKey(self._sock)] = successor
        successor.TakeOver(self._worker, self._mask, rest)
        self._worker = self._sock = self._stream = None

    def CloseAfterwards(self):
        """The answer under way is the last one: its end cannot be told otherwise."""
        self._closing = True

    def _CloseLater(self):
        """LINGER: the client may go on sending for a while."""
        if not self._tls:
            ShutdownWrite(self._sock)
        self.SetExpiry(_LINGER_SEC)
        self.Notify(_IN, True)

    def _ReleaseMore(self, stream):
        """Gives back what a content, an answer under way, and TLS hold."""
        sender = self._sender
        reader = self._reader
        self._sender = self._reader = None
        if sender:
            sender.Close()
        if self._tls and stream:
            from .libs.xAsyncTLS import Finish

            Finish(stream)
        if reader:
            reader.OnLost()

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

    def _ReadAway(self):
        """LINGER: what comes goes nowhere."""
        if self._slot or self._TakeSlot():
            self._have = 0
            self._Fill()
            self._ReleaseSlot()


def _ClearHead(exchange):
    """Makes it the exchange of a request whose head could not be read."""
    exchange.Custom = True
    exchange.Clear()
    exchange._method = ""
    exchange._minor = 1
    exchange._seen = exchange._length = 0
    exchange._target = exchange.Path = b"/"
    exchange.Methods = exchange.Route = exchange.Args = exchange._kept = None


def _ContentSender(connection, code, rest):
    """httpSender.ContentSender, which takes its place when it is first called for."""
    global _ContentSender
    CollectGarbage()
    from .httpSender import ContentSender as _ContentSender

    return _ContentSender(connection, code, rest)
