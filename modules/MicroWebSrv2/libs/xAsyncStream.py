"""Lines and blocks on a TCP connection, in and out: imported by the first connection that asks for them.

One receive pends at a time, the sends stand in a queue. Callbacks are called
from the loop, one after the other and never from inside the method that asked
for them, so that an answer to an answer does not deepen the stack. The socket
is polled only for what somebody waits for, so where nobody receives, the
peer's end is not noticed: such a connection wants an ExpireTimeSec. A `data` given to a callback lies
in the connection's buffer: it is to be used, or copied, before the callback
returns.
"""

from .interpreter import ReadInto, const
from .xAsyncSender import CheckCallback, CheckSize, Sender
from .XAsyncSockets import XAsyncTCPClientException, XBufferSlot, XClosedReason

_IN = const(1)  # poll's mask

_NOTHING = const(0)  # what is to be received
_LINE = const(1)
_BLOCK = const(2)
_ANY = const(3)

_BUF_LEN = const(4096)  # bytes of a buffer, where nothing else is said
_BURST = const(16)  # reads a turn, so that one fast peer does not keep the others waiting
_RETRY_MS = const(50)  # how soon a connection that found no buffer looks again


class StreamIO:
    """What an XAsyncTCPClient receives and sends beyond the bare socket.

    With the `bufSlots` of its server a connection borrows a buffer while it
    has bytes that nobody took yet; otherwise it has its own from the first use on.
    """

    def __init__(self, client, recvBufLen=_BUF_LEN, sendBufLen=_BUF_LEN):
        self._client = client
        self._slots = client.BufSlots
        self._recvBufLen = self._slots.SlotsSize if self._slots else recvBufLen
        self._sender = Sender(client, sendBufLen)
        self._slot = None  # XBufferSlot: the received bytes at hand are [_start:_end] of it
        self._lent = False
        self._start = self._end = 0
        self._scanned = 0  # up to here no end of line was found
        self._wanted = _NOTHING
        self._size = 0
        self._large = None  # bytearray: a block larger than the buffer
        self._filled = 0
        self._encoding = None
        self._onRecv = self._onRecvArg = None
        self._timed = False  # the receive has a deadline of its own
        self._receiving = False  # _Deliver is at work
        self._retrying = None  # Worker: its timer looks for a buffer again

    # --- receiving ---

    def RecvLine(self, lineEncoding, onLineRecv, onLineRecvArg, timeoutSec):
        """Receives a line: `onLineRecv(client, line, arg)` gets it (str) without its LF or CR LF.

        A line longer than the buffer, or that is not text of this encoding, closes the
        connection (XClosedReason.Error); `timeoutSec` without a whole line does (Timeout).
        Returns False on a closed connection. Raises ValueError for a bad argument,
        XAsyncTCPClientException when a receive pends already.
        """
        _CheckEncoding(lineEncoding)
        self._CheckReceive(onLineRecv, timeoutSec)
        self._encoding = lineEncoding
        return self._Want(_LINE, onLineRecv, onLineRecvArg, timeoutSec)

    def RecvData(self, size, onDataRecv, onDataRecvArg, timeoutSec):
        """Receives `size` bytes, or with None what comes: `onDataRecv(client, data, arg)` gets a memoryview.

        A block larger than the buffer gets memory of its own. Returns and raises as RecvLine.
        """
        if size is not None:
            CheckSize("size", size)
        self._CheckReceive(onDataRecv, timeoutSec)
        self._size = size
        if size and size > self._recvBufLen and self._client.GetWorker():
            self._large = bytearray(size)
            self._filled = 0
        return self._Want(_BLOCK if size else _ANY, onDataRecv, onDataRecvArg, timeoutSec)

    def _CheckReceive(self, callback, timeoutSec):
        CheckCallback(callback)
        if timeoutSec is not None and not timeoutSec > 0:
            raise ValueError('"timeoutSec" must be positive or None, got %r' % (timeoutSec,))
        if self._wanted:
            raise XAsyncTCPClientException("a receive is pending on this connection already")

    def _Want(self, wanted, callback, arg, timeoutSec):
        client = self._client
        worker = client.GetWorker()
        if not worker:
            return False
        self._onRecv = callback
        self._onRecvArg = arg
        if timeoutSec:
            self._timed = True
            client.SetExpiry(timeoutSec)
        self._wanted = wanted  # last: from here on the loop may see it
        if not worker.InThread():
            worker.Post(self._Pump)
        elif not self._receiving:
            if self._start < self._end or client.IsSSL:  # no poll tells of bytes that are here, or inside TLS
                worker.Post(self._Pump)
            else:
                client.Notify(_IN, True)
        return True

    @property
    def HasUnread(self):
        """bool: bytes were received that nobody took yet."""
        return self._start < self._end

    def Unread(self, data):
        """Gives back bytes that were received before, to be read first; resumes a receive that waits.

        For a connection that was upgraded from another protocol: `data` is what came behind it.
        """
        if data:
            rest = len(data) + self._end - self._start
            slot = XBufferSlot(rest if rest > self._recvBufLen else self._recvBufLen)
            slot.View[: len(data)] = data
            if self._slot:
                slot.View[len(data) : rest] = self._slot.View[self._start : self._end]
                self._ReturnSlot()
            self._slot = slot
            self._start = self._scanned = 0
            self._end = rest
        if self._wanted:
            self._client.GetWorker().Post(self._Pump)

    def OnReadyForReading(self):
        """Called when the socket can be read."""
        if self._sender.IsShaking():  # the peer's part of the handshake, which a send waits for
            self._sender.Flush()
        self._Pump()

    def _Pump(self):
        """Receives and delivers, as far as there is something and somebody wants it."""
        client = self._client
        if self._receiving or not client.GetWorker():
            return
        self._receiving = True
        try:
            self._Deliver()
        except Exception as ex:  # of a callback: this connection's matter alone
            client.OnFault(ex)
        self._receiving = False
        if not client.GetWorker():
            return
        if self._start == self._end:
            self._start = self._end = self._scanned = 0
            if self._slots:
                self._ReturnSlot()
        client.Notify(_IN, (self._wanted and not self._retrying) or self._sender.IsShaking())

    def _Deliver(self):
        # Poll tells of what is left in a socket. It does not of bytes inside TLS, which is read until it has none.
        reads = _BURST if self._client.IsSSL else 1
        while self._wanted:
            if self._TakeWanted():
                continue
            if not reads:
                if self._client.IsSSL:
                    self._client.GetWorker().Post(self._Pump)
                return
            reads -= 1
            if not self._Read():
                return

    def _TakeWanted(self):
        """Hands out what is wanted if it is at hand whole; False if more must come."""
        if self._wanted == _LINE:
            return self._TakeLine()
        start = self._start
        size = self._end - start
        if self._wanted == _ANY:
            if not size:
                return False
        elif self._large:
            return self._TakeLarge(size)
        elif size < self._size:
            return False
        else:
            size = self._size
        self._start += size
        self._HandOut(self._slot.View[start : start + size])
        return True

    def _TakeLine(self):
        if self._start == self._end:
            return False
        slot = self._slot
        end = slot.Buffer.find(b"\n", self._scanned, self._end)
        if end < 0:
            self._scanned = self._end
            if self._end - self._start < slot.Size:
                return False
            self._client.CloseFor(XClosedReason.Error)
            return True
        start = self._start
        self._start = self._scanned = end + 1
        if end > start and slot.Buffer[end - 1] == 13:
            end -= 1
        try:
            line = _Decode(slot.View[start:end], self._encoding)
        except UnicodeError:  # the peer's fault, no matter for a traceback
            self._client.CloseFor(XClosedReason.Error)
            return True
        self._HandOut(line)
        return True

    def _TakeLarge(self, size):
        if size:
            room = len(self._large) - self._filled
            size = size if size < room else room
            self._large[self._filled : self._filled + size] = self._slot.View[self._start : self._start + size]
            self._filled += size
            self._start += size
            self._scanned = self._start
        if self._filled < len(self._large):
            return False
        data = memoryview(self._large)
        self._large = None
        self._HandOut(data)
        return True

    def _HandOut(self, result):
        callback = self._onRecv
        arg = self._onRecvArg
        self._wanted = _NOTHING
        self._onRecv = self._onRecvArg = None
        if self._scanned < self._start:
            self._scanned = self._start
        if self._timed:
            self._timed = False
            self._client.SetExpiry(None)
        if callback:
            callback(self._client, result, arg)

    def _Read(self):
        """Reads once. Returns False when nothing has come, or the connection has ended."""
        if self._sender.IsShaking():  # it is gone on with by writing
            return False
        if self._large:
            room = memoryview(self._large)[self._filled :]
        elif self._TakeSlot():
            room = self._Room()
        else:
            return False
        try:
            count = ReadInto(self._client.Stream, room)
        except (OSError, ValueError):  # ValueError: MicroPython does not trust the certificate
            self._client.CloseFor(XClosedReason.Error)
            return False
        if count is None:
            return False
        if not count:
            self._client.CloseFor(XClosedReason.ClosedByPeer)
            return False
        self._sender.Secured = self._client.IsSSL
        if self._large:
            self._filled += count
        else:
            self._end += count
        return True

    def _Room(self):
        """Returns the free end of the buffer, which is never empty: what is at hand was not enough."""
        view = self._slot.View
        if self._start and self._end == len(view):
            size = self._end - self._start
            view[:size] = view[self._start : self._end]
            self._scanned -= self._start
            self._start = 0
            self._end = size
        return view[self._end :]

    def _TakeSlot(self):
        if self._slot:
            return True
        if not self._slots:
            self._slot = XBufferSlot(self._recvBufLen)
            return True
        self._slot = self._slots.GetAvailableSlot()
        self._lent = self._slot is not None
        if not self._lent and not self._retrying:
            self._retrying = self._client.GetWorker()
            self._retrying.AddTimer(_RETRY_MS, self._OnRetry)
        return self._lent

    def _ReturnSlot(self):
        if self._lent:
            self._slot.Available = True
        self._slot = None
        self._lent = False

    def _OnRetry(self):
        self._StopRetrying()
        self._Pump()

    def _StopRetrying(self):
        if self._retrying:
            self._retrying.RemoveTimer(self._OnRetry)
            self._retrying = None

    # --- sending ---

    @property
    def SendingBuffer(self):
        """memoryview: see Sender."""
        return self._sender.SendingBuffer

    def SendSendingBuffer(self, size, onDataSent, onDataSentArg):
        """Sends from SendingBuffer; see Sender."""
        return self._sender.SendSendingBuffer(size, onDataSent, onDataSentArg)

    def SendData(self, data, onDataSent, onDataSentArg):
        """Sends `data`; see Sender."""
        return self._sender.SendData(data, onDataSent, onDataSentArg)

    def OnReadyForWriting(self):
        """Called when the socket can be written."""
        self._sender.Flush()

    @property
    def BytesToSend(self):
        """int: bytes that the peer has not taken yet."""
        return self._sender.BytesToSend

    # --- the end ---

    def Release(self):
        """Gives back the buffers and forgets what was to come: the connection is closed."""
        self._wanted = _NOTHING
        self._onRecv = self._onRecvArg = self._large = None
        self._StopRetrying()
        self._ReturnSlot()
        self._start = self._end = self._scanned = 0
        self._sender.Release()


def _CheckEncoding(encoding):
    try:
        "".encode(encoding)
    except (LookupError, TypeError):
        raise ValueError('"lineEncoding" must name an encoding, got %r' % (encoding,))


def _Decode(raw, encoding):
    """Returns bytes as text. MicroPython takes UTF-8 for any encoding, so Latin-1 is done here."""
    if encoding.lower() in ("latin-1", "latin1", "iso-8859-1"):
        return "".join([chr(byte) for byte in raw])
    return str(raw, encoding)
