"""UDP datagrams, in and out: imported by the first socket of that kind."""

from .interpreter import (
    ECONNREFUSED,
    ECONNRESET,
    EHOSTUNREACH,
    BindUDP,
    LocalPort,
    PeerAddress,
    ReadDatagram,
    Resolve,
    WouldBlock,
    const,
)
from .XAsyncSockets import XAsyncUDPDatagram, XAsyncUDPDatagramException, XClosedReason

_IN = const(1)  # poll's masks
_OUT = const(4)
_BROKEN = const(24)

_BURST = const(16)  # datagrams a turn, in either direction
_MAX_QUEUE = const(64)  # datagrams that wait to be sent; past it AsyncSendDatagram returns False

# What former datagrams have met on their way: told by a read, and no fault of this socket.
_REPORTS = (ECONNREFUSED, ECONNRESET, EHOSTUNREACH)


def CreateDatagram(pool, localAddr, recvBufLen, broadcast):
    """Returns a UDP socket in the pool. Raises ValueError, XAsyncUDPDatagramException; see XAsyncUDPDatagram.Create."""
    if localAddr is not None:
        good = isinstance(localAddr, tuple) and len(localAddr) == 2 and isinstance(localAddr[0], str)
        if not good or not isinstance(localAddr[1], int) or not 0 <= localAddr[1] <= 65535:
            raise ValueError('"localAddr" must be a tuple of (str_ip_addr, int_port) or None, got %r' % (localAddr,))
    if not isinstance(recvBufLen, int) or recvBufLen <= 0:
        raise ValueError('"recvBufLen" must be a positive integer, got %r' % (recvBufLen,))
    try:
        sock = BindUDP(localAddr, broadcast)
    except OSError as ex:
        where = "%s:%s" % localAddr if localAddr else "any address"
        raise XAsyncUDPDatagramException("no UDP socket on %s (%s)" % (where, ex))
    datagram = Datagram(pool, sock, localAddr, recvBufLen)
    pool.AddAsyncSocket(datagram)
    return datagram


class Datagram(XAsyncUDPDatagram):
    """A UDP socket that sends and receives."""

    def __init__(self, pool, sock, localAddr, recvBufLen):
        super().__init__(pool, sock)
        self._localAddr = (localAddr[0], LocalPort(sock, localAddr[1])) if localAddr else None
        self._recvBufLen = recvBufLen
        self._queue = []  # of (datagram, remoteAddr, callback, argument); other threads append to it

    @property
    def LocalAddr(self):
        """tuple or None: (ip, port) it is bound to; None if the system was left to choose."""
        return self._localAddr

    def AsyncSendDatagram(self, datagram, remoteAddr, onDataSent=None, onDataSentArg=None):
        """Sends `datagram` (bytes, bytearray, memoryview) to `remoteAddr` = (host, port).

        `onDataSent(xAsyncUDPDatagram, arg)` is called from the loop when it is on its way,
        OnFailsToSend when it cannot be sent. Not copied; may be called in any thread. Returns
        False on a closed socket, or when too many wait already. Raises ValueError.
        """
        if not isinstance(datagram, (bytes, bytearray, memoryview)):
            raise ValueError('"datagram" must be bytes, bytearray or memoryview, got %r' % (datagram,))
        if not isinstance(remoteAddr, tuple) or len(remoteAddr) != 2:
            raise ValueError('"remoteAddr" must be a tuple of (str_host, int_port), got %r' % (remoteAddr,))
        if onDataSent is not None and not callable(onDataSent):
            raise ValueError('"onDataSent" must be a function or None, got %r' % (onDataSent,))
        worker = self._worker
        queue = self._queue
        if not worker or len(queue) >= _MAX_QUEUE:
            return False
        queue.append((datagram, remoteAddr, onDataSent, onDataSentArg))
        if len(queue) == 1 or not worker.InThread():
            worker.Post(self._SendQueued)
        return True

    def _SendQueued(self):
        """Sends what waits; what a callback raises closes the socket."""
        try:
            self._SendOn()
        except Exception as ex:
            self.OnFault(ex)

    def _SendOn(self):
        queue = self._queue
        for _ in range(_BURST):
            if not self._worker or not queue:
                break
            data, remoteAddr, callback, arg = queue[0]
            try:
                self._sock.sendto(data, Resolve(remoteAddr))
            except (OSError, TypeError, ValueError, OverflowError) as ex:  # a bad address: all but the first
                if isinstance(ex, OSError) and WouldBlock(ex):
                    break
                queue.pop(0)
                if self.OnFailsToSend:
                    self.OnFailsToSend(self, data, remoteAddr)
                continue
            queue.pop(0)
            if callback:
                callback(self, arg)
        if self._worker:
            self.Notify(_OUT, bool(queue))

    def OnReadyForWriting(self):
        self._SendOn()

    def OnReadyForReading(self):
        for _ in range(_BURST):
            try:  # one byte more shows what is longer than was agreed
                received = ReadDatagram(self._sock, self._recvBufLen + 1)
            except OSError as ex:
                if ex.errno not in _REPORTS:
                    self.CloseFor(XClosedReason.Error)
                    return
                continue
            if received is None:
                return
            if self.OnDataRecv and len(received[0]) <= self._recvBufLen:
                self.OnDataRecv(self, PeerAddress(received[1]), received[0])
                if not self._worker:
                    return

    def OnEvents(self, events):
        # A datagram has no connection that could break: an error is read away.
        super().OnEvents(events & ~_BROKEN | _IN if events & _BROKEN else events)

    def _Release(self):
        self._queue.clear()
