"""What a TCP connection sends: a queue of blocks, each with a callback for its end.

The user's memory is sent from where it lies. Callbacks are called from the
loop, never from inside the method that asked for them.
"""

from .interpreter import Write, const
from .XAsyncSockets import XAsyncTCPClientException, XBufferSlot, XClosedReason, XFiFo

_IN = const(1)  # poll's masks
_OUT = const(4)

_BURST = const(16)  # writes a turn, so that one fast peer does not keep the others waiting


class Sender:
    """Sends for one XAsyncTCPClient. `sendBufLen`: bytes of its sending buffer, if its server has no slots for that."""

    def __init__(self, client, sendBufLen):
        self._client = client
        self._slots = client.BufSlots
        self._sendBufLen = self._slots.SlotsSize if self._slots else sendBufLen
        self.Secured = False  # bool: a byte has passed through TLS, so its handshake is over
        self._queue = XFiFo()  # of [memoryview, callback, argument, is the sending buffer]
        self._entry = None  # the one whose bytes are going out
        self._sending = False  # Flush is at work
        self._sendSlot = None  # XBufferSlot: the sending buffer
        self._sendSlotBusy = False
        self.BytesToSend = 0  # int: bytes that the peer has not taken yet

    def IsShaking(self):
        """Says whether a send waits for a TLS handshake: then for reading, the socket could be written for ever."""
        return self._client.IsSSL and not self.Secured and (self._entry or not self._queue.Empty)

    @property
    def SendingBuffer(self):
        """memoryview: to be filled before SendSendingBuffer, and left alone until that is sent.

        Raises XAsyncTCPClientException when its server's buffers are all taken.
        """
        if not self._sendSlot:
            if self._slots:
                self._sendSlot = self._slots.GetAvailableSlot()
                if not self._sendSlot:
                    raise XAsyncTCPClientException("no buffer is free")
            else:
                self._sendSlot = XBufferSlot(self._sendBufLen)
        return self._sendSlot.View

    def SendSendingBuffer(self, size, onDataSent, onDataSentArg):
        """Sends the first `size` bytes of SendingBuffer, all with None. Returns and raises as SendData.

        Also raises XAsyncTCPClientException while the former ones are still being sent.
        """
        CheckCallback(onDataSent)
        if size is not None:
            CheckSize("size", size)
            if size > self._sendBufLen:
                raise ValueError('"size" must not exceed the sending buffer, %d bytes' % self._sendBufLen)
        if not self._client.GetWorker():
            return False
        if self._sendSlotBusy:
            raise XAsyncTCPClientException("the sending buffer is still being sent")
        view = self.SendingBuffer[: size or self._sendBufLen]
        self._sendSlotBusy = True
        return self._Send([view, onDataSent, onDataSentArg, True])

    def SendData(self, data, onDataSent, onDataSentArg):
        """Sends `data` (bytes, bytearray, memoryview), then calls `onDataSent(client, arg)`.

        It is not copied, so it must not change until it is sent. Closing the connection drops what
        was not sent, without a call. May be called in any thread. Returns False on a
        closed connection. Raises ValueError for a bad argument.
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ValueError('"data" must be bytes, bytearray or memoryview, got %r' % (data,))
        CheckCallback(onDataSent)
        return self._Send([memoryview(data), onDataSent, onDataSentArg, False])

    def _Send(self, entry):
        worker = self._client.GetWorker()
        if not worker:
            return False
        if worker.InThread():
            self._Append(entry)
        else:
            worker.Post(lambda: self._Append(entry))
        return self._client.GetWorker() is not None

    def _Append(self, entry):
        first = not self._entry and self._queue.Empty
        self._queue.Put(entry)
        self.BytesToSend += len(entry[0])
        if first and not self._sending and self._client.GetWorker():
            self._FlushOnce()

    def _FlushOnce(self):
        """Sends the first entry, as far as it goes at once; its callback is left to the loop."""
        self._entry = self._queue.Get()
        if not self._entry[0] or self._WriteEntry():
            if self._entry[1]:
                self._client.GetWorker().Post(self.Flush)
            else:
                self._EndEntry()

    def Flush(self):
        """Sends on, as far as the peer takes it, and calls the callbacks of what is out."""
        if self._sending or not self._client.GetWorker():
            return
        self._sending = True
        try:
            self._SendOn()
        except Exception as ex:  # of a callback: this connection's matter alone
            self._client.OnFault(ex)
        self._sending = False

    def _SendOn(self):
        for _ in range(_BURST):
            if not self._entry:
                if self._queue.Empty:
                    break
                self._entry = self._queue.Get()
            if self._entry[0] and not self._WriteEntry():
                return
            callback, arg = self._entry[1:3]
            self._EndEntry()
            if callback:
                callback(self._client, arg)
                if not self._client.GetWorker():
                    return
        self._client.Notify(_OUT, not self._queue.Empty)

    def _WriteEntry(self):
        """Writes what is left of the entry; False if something still is, or the connection is lost."""
        client = self._client
        entry = self._entry
        try:
            count = Write(client.Stream, entry[0])
        except (OSError, ValueError):  # ValueError: MicroPython does not trust the certificate
            client.CloseFor(XClosedReason.Error)
            return False
        if count:
            self.Secured = client.IsSSL
            self.BytesToSend -= count
            entry[0] = entry[0][count:]
            if not entry[0]:
                return True
        # While TLS shakes hands it is the peer's turn: the socket could be written all the time.
        client.Notify(_IN if self.IsShaking() else _OUT, True)
        return False

    def _EndEntry(self):
        if self._entry[3]:
            self._sendSlotBusy = False
            if self._slots:
                self._sendSlot.Available = True
                self._sendSlot = None
        self._entry = None

    def Release(self):
        """Gives back the buffer and forgets what was to go out: the connection is closed."""
        self._queue.Clear()
        self._entry = None
        self.BytesToSend = 0
        if self._sendSlot and self._slots:
            self._sendSlot.Available = True
        self._sendSlot = None


def CheckSize(name, value):
    """Raises ValueError unless `value` is a positive int."""
    if not isinstance(value, int) or value <= 0:
        raise ValueError('"%s" must be a positive integer or None, got %r' % (name, value))


def CheckCallback(callback):
    """Raises ValueError unless `callback` is callable or None."""
    if callback is not None and not callable(callback):
        raise ValueError("the callback must be a function or None, got %r" % (callback,))
