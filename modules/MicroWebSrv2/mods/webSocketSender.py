"""The way out of a WebSocket: frames that go at once, or wait in a bounded queue until the client takes them."""

from ..libs.interpreter import NewLock, Write, const
from ..libs.xAsyncWorker import TICK_MS, PolledSocket, XClosedReason

_OUT = const(4)  # poll's mask
_BURST = const(16)  # writes a turn, so that one fast client does not keep the others waiting

# What other threads want to send is counted before the worker has it; one lock serves all, nobody holds it for long.
_lock = NewLock() if NewLock else None


class Backlog:
    """Frames (bytes-like) in their order, the first of them sent in part."""

    def __init__(self, frame, sent):
        self._frames = [frame]
        self._sent = sent  # bytes of the first frame
        self._pong = None
        self.Length = len(frame) - sent  # bytes that wait, without the Pong

    def Add(self, frame):
        """Appends a frame."""
        self._frames.append(frame)
        self.Length += len(frame)

    def SetPong(self, frame):
        """Takes the answer to a Ping, to be sent next; the last of several is enough (RFC 6455 section 5.5.3)."""
        self._pong = frame

    def DropWaiting(self):
        """Forgets all but the first frame: a part of it is sent, or held by TLS."""
        self._frames = self._frames[:1]
        self.Length = len(self._frames[0]) - self._sent
        self._pong = None

    def Send(self, stream):
        """Writes as much as the client takes; returns how many bytes that were. Raises OSError."""
        taken = 0
        for _ in range(_BURST):
            count = self._SendFirst(stream)
            taken += count
            if self._sent or not count or not self._frames:
                break
        return taken

    def _SendFirst(self, stream):
        frame = self._frames[0]
        count = Write(stream, memoryview(frame)[self._sent :]) or 0
        self._sent += count
        self.Length -= count
        if self._sent == len(frame):
            self._sent = 0
            self._frames.pop(0)
            self._InsertPong()
        return count

    def _InsertPong(self):
        if self._pong:
            self._frames.insert(0, self._pong)
            self.Length += len(self._pong)
            self._pong = None


class WebSocketSender(PolledSocket):
    """The sending half of a WebSocketConnection."""

    # What most connections never have; the instance holds what differs.
    AwaitsSlot = False  # the WorkerShare will call OnSlot
    _backlog = None
    _foreign = 0  # bytes that other threads have asked to be sent, not taken by the worker yet
    _refused = False  # a frame was, while such bytes waited
    _sendBy = 0  # when some progress in sending is due, in ms of the worker's clock; 0: nothing waits

    def IsSending(self):
        return self._backlog is not None

    def Send(self, frame):
        """Sends a frame of a message, now or when the client takes it. May be called in any thread.

        Returns False when too much waits already, or the WebSocket is closed.
        """
        worker = self._worker
        if not self.IsOpen():
            return False
        if self._foreign or worker.IsElsewhere():  # what others have asked for goes first: a piece may follow
            return self._SendFromElsewhere(worker, frame)
        if self._backlog:
            return not self._IsFull(len(frame)) and self._Put(frame)
        return self._Write(frame)

    def _IsFull(self, size):
        """Says whether a frame must not join those that wait; one alone always may."""
        backlog = self._backlog  # read once: it is the worker's, who may end it meanwhile
        waiting = self._foreign + (backlog.Length if backlog else 0)
        return waiting > 0 and waiting + size > self.MaxQueue

    def _SendFromElsewhere(self, worker, frame):
        size = len(frame)
        with _lock:
            if self._IsFull(size):
                self._refused = True
                return False
            self._foreign += size
        try:
            worker.Post(lambda: self._SendForeign(frame), self)
        except MemoryError:  # it is nobody's frame now
            with _lock:
                self._foreign -= size
            raise
        return True

    def _SendForeign(self, frame):
        with _lock:
            self._foreign -= len(frame)
        if self.IsOpen() and self._Put(frame) and self._refused and not self._foreign and not self._backlog:
            self._TellReady()

    def _Put(self, frame):
        """Sends a frame, or lets it wait. Returns False when the connection is lost."""
        if not self._backlog:
            return self._Write(frame)
        self._backlog.Add(frame)
        return True

    def _Pong(self, frame):
        if self._backlog:
            self._backlog.SetPong(frame)
        else:
            self._Write(frame)

    def _Write(self, frame):
        count = _TryWrite(self._stream, frame)
        if count < 0:
            self._Lose()
            return False
        if count < len(frame):
            self._LetWait(frame, count)
        return True

    def _LetWait(self, frame, sent):
        self._backlog = Backlog(frame, sent)
        self._AwaitSending()
        self.Notify(_OUT, True)

    def _AwaitSending(self):
        self._sendBy = self._worker.Now + self.WebServer.RequestsTimeoutSec * 1000 + TICK_MS
        self._Arm()

    def OnReadyForWriting(self):
        if not self._backlog:
            self.Notify(_OUT, False)
            return
        try:
            count = self._backlog.Send(self._stream)
        except OSError:
            count = -1
        if count < 0:
            self.CloseFor(XClosedReason.Error)
        elif not self._backlog.Length:
            self._OnAllSent()
        elif count:
            self._AwaitSending()

    def _OnAllSent(self):
        self._backlog = None
        self._sendBy = 0
        self._Arm()
        self.Notify(_OUT, False)
        if self.IsOpen():
            self._TellReady()
        else:
            self._OnCloseSent()

    def _TellReady(self):
        self._refused = False
        webSocket = self.WebSocket
        if webSocket._onReadyToSend:
            webSocket._onReadyToSend(webSocket)


def _TryWrite(stream, frame):
    """Writes as much as the client takes; returns how many bytes that were, -1 where the connection is lost."""
    try:
        return Write(stream, frame) or 0
    except OSError:
        return -1
