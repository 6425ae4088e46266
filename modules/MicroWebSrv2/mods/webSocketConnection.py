"""A WebSocket's connection: carries bytes between the socket, the frames (`libs/wsFrames.py`) and the application.

It takes the socket over from the HttpConnection. A buffer is borrowed while
bytes are read, so an idle WebSocket holds none; what stays between two
reads are a message's bytes so far, and at most a header or a control frame.

The states and their moves:

    OPEN      messages go both ways             -> CLOSING, LAST, LOST
    CLOSING   our Close frame is on its way     -> LAST, LOST
    LAST      both have said Close              -> (closed)
    LOST      a write has failed                -> (closed)

and any of them to closed. No properties here, see `PolledSocket`; the
application's view is `webSocket.py`, the way out `webSocketSender.py`.
"""

from ..libs.interpreter import SCRATCH_SIZE, LimitUnsent, ReadInto, TraceText, const
from ..libs.wsFrames import (
    CLOSE_GOING_AWAY,
    CLOSE_INTERNAL_ERROR,
    OP_CLOSE,
    OP_PING,
    OP_PONG,
    ClosePayload,
    FrameReader,
    MakeFrame,
    ParseClose,
    WsError,
)
from ..libs.xAsyncWorker import TICK_MS, XClosedReason
from ..libs.xBuffers import XBufferSlot
from .webSocket import WebSocket
from .webSocketSender import WebSocketSender

_OPEN = const(0)
_CLOSING = const(1)
_LAST = const(2)
_LOST = const(3)

_LOST_BY = (OSError, ValueError)  # ValueError: MicroPython does not trust the client's certificate

_IN = const(1)  # poll's mask

_TLS_READS = const(16)  # a turn, so that one fast client does not keep the others waiting
_CLOSE_SEC = const(2)  # how long the client may take to answer our Close frame
_MIN_RATE = const(256)  # bytes a second: a frame that comes slower is cut off
_FIRST_ALLOC = const(65536)  # bytes that are allocated for a message because they were announced
_MAX_QUEUE = const(262144)  # bytes that may wait to be sent, where the server's limits do not say less


class WebSocketConnection(WebSocketSender):
    """A client's socket after the handshake, and the messages under way on it."""

    # What most connections never have; the instance holds what differs.
    State = None  # the user's own object, as every socket of a pool has
    CloseCode = 0  # of the first Close frame, whosever it is; 0: none yet
    CloseReason = ""
    PiecesSent = 0  # opcode of the message that is being sent in pieces
    _message = None  # bytearray: the message so far
    _filled = 0  # bytes of it
    _rest = None  # bytes: a frame that has only begun
    _pinged = False

    def __init__(self, connection, request, protocol, agreement, onAccepted):
        super().__init__(connection.GetAsyncSocketsPool(), connection.GetSocketObj())
        web = connection.WebServer
        self.SocketID = id(self._sock)
        self.WebServer = web
        self.Share = connection.Share
        self.WaitMs = 60000  # how long the client may be silent
        self.MaxQueue = min(web.MaxRequestContentLength, _MAX_QUEUE)
        self.MaxLength = web.MaxRequestContentLength
        self.WebSocket = WebSocket(self, request, protocol)
        if agreement:
            self.Reader = agreement.NewReader(self, self.MaxLength)
            self.WebSocket.AgreeOn(agreement.Packer)
        else:
            self.Reader = FrameReader(self, self.MaxLength)
        self._stream = connection._stream
        if LimitUnsent:
            LimitUnsent(self._sock)
        self._tls = connection.IsSecure()
        self._onAccepted = onAccepted
        self._state = _OPEN
        self._frameBy = 0  # when the next frame is due, or a Ping

    def IsOpen(self):
        """Says whether messages can be sent."""
        return self._state == _OPEN and self._worker is not None

    def SetWait(self, seconds):
        """Sets how long the client may be silent."""
        self.WaitMs = seconds * 1000
        if self.IsOpen() and not self._worker.IsElsewhere():  # there: from the next frame on
            self._RenewFrameBy()

    def SetMaxLength(self, value):
        """Sets the bytes of the longest message; one that is taken in pieces may be of any length."""
        self.MaxLength = value
        self.Reader.MaxLength = None if self.WebSocket._onPiece else value

    def TakeOver(self, worker, mask, rest):
        """Becomes the socket's owner; `rest` (bytes) came behind the handshake and is read first."""
        self._worker = worker
        self._mask = mask
        self.Notify(_IN, False)  # `rest` comes first, and the loop may poll before it
        self._RenewFrameBy()
        worker.Post(lambda: self._Begin(rest), self)  # not from inside the HTTP connection's work

    def _Begin(self, rest):
        if not self._worker:
            return
        try:
            self._Accept()
            if rest and self._worker:
                self._Feed(memoryview(bytearray(rest)), len(rest))
        finally:  # whatever is raised for want of memory, the client's Close or its end is still to be read
            if self._worker:
                self.Notify(_IN, True)
        if self._worker and self._tls:  # no poll tells of bytes inside TLS
            self.OnReadyForReading()

    def _Accept(self):
        try:
            self._onAccepted(self.WebServer, self.WebSocket)
        except Exception as ex:
            self._OnCallbackError(ex)

    # --- receiving ---
    # On the way of each message no frame is larger than MicroPython's C stack takes, see `_UnmaskWide` in
    # libs/wsFrames.py. So what a callback raises is caught by the worker's loop, which calls OnFault.

    def OnReadyForReading(self):
        slot = self._TakeScratch() if SCRATCH_SIZE else self.Share.Take(self)
        if not slot:  # OnSlot is called when there is one
            self.Notify(_IN, False)
            return
        try:
            if self._tls:
                self._ReceiveInside(slot)
            else:
                self._Receive(slot)
        finally:
            self._Return(slot)

    def _TakeScratch(self):
        share = self.Share
        slot = share.Scratch or XBufferSlot(SCRATCH_SIZE)  # another, where a callback steps the loop by hand
        share.Scratch = None
        return slot

    def _Return(self, slot):
        if SCRATCH_SIZE:
            self.Share.Scratch = slot
        else:
            self.Share.Release(slot)

    def OnSlot(self):
        """Called when a slot may be free after there was none."""
        if self._worker:
            self.Notify(_IN, True)
            self.OnReadyForReading()

    def _ReadOn(self):
        if self._worker:
            self.OnReadyForReading()

    def _ReceiveInside(self, slot):
        """Receives what is inside TLS, of which no poll tells; what takes too long is left for the loop's next turn."""
        for _ in range(_TLS_READS):
            if not self._Receive(slot):
                return
        self._worker.Post(self._ReadOn, self)

    def _Receive(self, slot):
        """Reads into the slot and acts on it; False when there is no more, or an end."""
        view = slot.View
        have = 0
        if self._rest:
            have = len(self._rest)
            view[:have] = self._rest
        count = _TryRead(self._stream, view[have:] if have else view)
        if not count or count < 0:
            self._OnNothing(count)
            return False
        self._rest = None
        self._Feed(view, have + count)
        if self._worker and self._state == _OPEN:
            self._OnProgress(count)
        return self._worker is not None

    def _OnNothing(self, count):
        if count is not None:
            self.CloseFor(XClosedReason.Error if count else XClosedReason.ClosedByPeer)

    def _Feed(self, view, end):
        taken = self.Reader.Feed(view, end)
        if taken < end:
            self._rest = bytes(view[taken:end])

    def OnPiece(self, view, isLast):
        """The FrameReader has found the next bytes of a message."""
        webSocket = self.WebSocket
        if webSocket._onPiece:
            webSocket._onPiece(webSocket, view, self.Reader.IsText, isLast)
        elif isLast:
            self._GiveMessage(view)
        else:
            self._Gather(view)

    def _GiveMessage(self, last):
        """Gives the message whose last piece has come to the application."""
        webSocket = self.WebSocket
        message = self._Whole(last)
        if self.Reader.IsText:
            callback = webSocket._onText
            message = str(message, "utf-8")  # its bytes are free from now on: an answer may need that memory
        else:
            callback = webSocket._onBinary
            if message is last:  # in a buffer that will be read into
                message = memoryview(bytearray(last))
        if callback:
            callback(webSocket, message)

    def _Whole(self, last):
        """Returns the memoryview of a message, and forgets it: a single piece where it lies, or what was gathered."""
        if self._message is None:
            return last
        self._Gather(last)
        message = self._message
        self._message = None
        return memoryview(message)[: self._filled]

    def _Gather(self, view):
        """Appends to the message, which gets memory as it comes, up to what its frame has announced."""
        start = self._filled if self._message is not None else 0
        end = start + len(view)
        if self._message is None or end > len(self._message):
            self._Grow(start, end)
        self._message[start:end] = view
        self._filled = end

    def _Grow(self, filled, least):
        size = min(least + self.Reader.Expected(), max(2 * filled, _FIRST_ALLOC))
        larger = bytearray(max(least, size))
        if filled:
            larger[:filled] = memoryview(self._message)[:filled]
        self._message = larger

    def OnControl(self, opcode, payload):
        """The FrameReader has found a control frame."""
        if opcode == OP_CLOSE:
            self._OnCloseFrame(payload)
        elif opcode == OP_PING and self._state == _OPEN:
            self._Pong(MakeFrame(OP_PONG, payload))

    def OnViolation(self, code, why):
        """The FrameReader has found that the client broke a rule."""
        self.WebServer.Log("%s:%s WebSocket: %s" % (self.WebSocket.Request.UserAddress + (why,)), self.WebServer.DEBUG)
        self.BeginClose(code, why, True)

    def OnFault(self, error):
        """What was raised while the socket was served costs this connection."""
        canTell = self._state == _OPEN  # a Close frame that could not be made or sent is not tried again
        try:
            self._OnCallbackError(error)
        except Exception:  # no memory may be left to tell of it
            canTell = False
        if not canTell:
            self.CloseFor(XClosedReason.Error)

    def _OnCallbackError(self, error):
        self._message = None
        self.WebServer.Log("WebSocket: " + TraceText(error), self.WebServer.ERROR)
        self.BeginClose(CLOSE_INTERNAL_ERROR, "", True)

    # --- deadlines ---

    def _RenewFrameBy(self):
        worker = self._worker
        if not worker.Running:  # it may be long since somebody looked at the clock
            worker.LookAtClock()
        self._pinged = False
        self._frameBy = worker.Now + self.WaitMs // 2 + TICK_MS  # a running worker's clock may be a tick old
        self._Arm()

    def _OnProgress(self, count):
        """A whole frame gives the next one its full time; a part of one buys as much as it is long."""
        if not self.Reader.Left and not self._rest:
            self._RenewFrameBy()
        else:
            bought = self._frameBy + count * 1000 // _MIN_RATE
            self._frameBy = min(bought, self._worker.Now + self.WaitMs // 2 + TICK_MS)
            self._Arm()

    def _Arm(self):
        sendBy = self._sendBy
        frameBy = self._frameBy
        self.ExpireAt = sendBy if sendBy and (not frameBy or sendBy < frameBy) else frameBy

    def OnExpired(self):
        now = self._worker.Now
        if self._state != _OPEN or self._sendBy and self._sendBy <= now:
            self.CloseFor(XClosedReason.Timeout)
        elif self._pinged:
            self.BeginClose(CLOSE_INTERNAL_ERROR, "no frame came in time", True)
        else:  # half of the time is over: a client that lives answers
            self._pinged = True
            self._frameBy = now + self.WaitMs // 2
            self._Arm()
            self._Put(MakeFrame(OP_PING, b""))

    # --- the end: the closing handshake (RFC 6455 section 7), or a broken connection ---

    def BeginClose(self, code, reason, atOnce=False):
        """Sends a Close frame, behind what waits or `atOnce`, and awaits the client's; not a second time."""
        worker = self._worker
        if self._state != _OPEN or not worker:
            return
        if worker.IsElsewhere():
            worker.Post(lambda: self.BeginClose(code, reason, atOnce), self)
            return
        self.CloseCode = code
        self.CloseReason = reason
        self._state = _CLOSING
        self.Reader.Skip()
        self._SendClose(ClosePayload(code, reason), atOnce)

    def _OnCloseFrame(self, payload):
        if self._state == _OPEN:
            try:
                self.CloseCode, self.CloseReason = ParseClose(payload)
                payload = payload[:2]
            except WsError as ex:
                self.CloseCode, self.CloseReason = ex.Code, str(ex)
                payload = ClosePayload(ex.Code, str(ex))
            self._state = _LAST
            self._SendClose(payload, False)
        elif self._state == _CLOSING:
            self._state = _LAST
            if not self._backlog:
                self._OnCloseSent()

    def _SendClose(self, payload, atOnce):
        self._message = None
        self._frameBy = 0
        if atOnce and self._backlog:
            self._backlog.DropWaiting()
        self._Put(MakeFrame(OP_CLOSE, payload))
        if self._backlog:  # it has the time of what is sent, no more that of frames
            self._Arm()
        elif self._state != _LOST:
            self._OnCloseSent()

    def _OnCloseSent(self):
        if self._state == _LAST:  # the server closes first (section 7.1.1)
            self.CloseFor(XClosedReason.ClosedByPeer)
        else:
            self._frameBy = self._worker.Now + _CLOSE_SEC * 1000 + TICK_MS
            self._Arm()

    def _Lose(self):
        """A write has failed: closed soon, for the caller may be walking through a list that OnClosed changes."""
        self._state = _LOST
        self._worker.Post(lambda: self.CloseFor(XClosedReason.Error), self)

    def Close(self):
        """Closes the socket without waiting for anybody, as a server does that stops; says so if that is possible."""
        if self._state == _OPEN and self._worker and not self._worker.IsElsewhere():
            self.CloseCode = CLOSE_GOING_AWAY
            self._state = _CLOSING
            if not self._backlog:
                self._Write(MakeFrame(OP_CLOSE, ClosePayload(CLOSE_GOING_AWAY)))
        return self.CloseFor(XClosedReason.ClosedByHost)

    def _Release(self):
        stream = self._stream
        self._stream = None
        self._state = _LOST
        # Nothing new is set: an attribute more takes memory, which may be what closes the connection.
        if self._backlog:
            self._backlog = None
        if self._message is not None:
            self._message = None
        if self._rest:
            self._rest = None
        self.Reader.End()
        if self._tls and stream:
            from ..libs.xAsyncTLS import Finish

            Finish(stream)

    def _Leave(self):
        self.Detach()

    def OnClosed(self, polled, reason):
        """Called once, when the socket is closed."""
        webSocket = self.WebSocket
        if webSocket._onClosed:
            try:
                webSocket._onClosed(webSocket)
            except Exception as ex:
                self.WebServer.Log("WebSocket: " + TraceText(ex), self.WebServer.ERROR)


def _TryRead(stream, view):
    """Reads as ReadInto does, but for a connection that is lost: -1."""
    try:
        return ReadInto(stream, view)
    except _LOST_BY:
        return -1
