"""The MicroPython side of `interpreter.py`: time, sockets, polling, files.

Everything here avoids exceptions and allocation on the ordinary course:
stream methods (`readinto`, `write`) answer None where a socket would block.
"""

import errno as _errno
import gc as _gc
import io as _io
import os as _os
import select as _select
import socket as _socket
import sys as _sys
import time as _time

from micropython import const

try:
    from _thread import allocate_lock as NewLock
    from _thread import get_ident as ThreadIdent
except ImportError:  # a board without threads has one, number 0

    def ThreadIdent():
        """Returns the running thread's number (int)."""
        return 0

    NewLock = None


# A tuple of the error's kind costs nothing when no error comes.
StackError = (RuntimeError,)  # MicroPython's "maximum recursion depth exceeded"
# Bytes of a thread's stack: 8192 on the boards; a host's frames, on the unix port, are larger.
DefaultStackSize = 65536 if hasattr(_socket, "sockaddr") else 8192
SCRATCH_SIZE = const(0)  # bytes of a buffer that WebSockets read into, of which a worker has one; 0: none, but slots
UnmaskLong = None  # a quicker way to unmask what is long: none
HasWakeUp = False  # no portable pipe: a waiting loop looks around at its tick

TicksMs = _time.ticks_ms
TicksDiff = _time.ticks_diff
SleepMs = _time.sleep_ms

# Before what stays is made late, as by an import: the collector moves nothing, and where garbage lay there is room for
# it, not in the middle of what is free.
CollectGarbage = _gc.collect

# Bytes kept for the entry of one socket in a poll. A board needs a block; the unix port an array too, 8 bytes a socket.
_RESERVE = 64 if _sys.maxsize < 1 << 31 else 4096

# Bytes kept for the moment when there are none: to log that, to answer 503, to close.
FAULT_RESERVE = 512 if _sys.maxsize < 1 << 31 else 1024

# Numbers that MicroPython has everywhere, and that not every port's errno names.
ECONNRESET = getattr(_errno, "ECONNRESET", 104)
_WOULD_BLOCK = (getattr(_errno, "EAGAIN", 11), getattr(_errno, "EINPROGRESS", 115), 11, 115, 119)


def AddLater(cls, path):
    """Gives a class all that the class `<its name>More` has, as soon as an instance is asked for what it has not.

    `path` (str) is that class' module, as seen from the package: "libs.xAsyncPool".
    So a device pays for what it uses. No property that is only set may be in there: setting asks nobody.
    """

    def _OnMissing(self, name):
        CollectGarbage()
        module = __import__(path, None, None, (path,), 2)  # 2: from two levels up, where the package is
        more = getattr(module, cls.__name__ + "More").__dict__
        for key in more:
            if key[:2] != "__":
                setattr(cls, key, more[key])
        if name not in more:
            raise AttributeError(name)
        return getattr(self, name)

    cls.__getattr__ = _OnMissing


def AddNow(cls):
    """Gives a class at once what it was to get later. MicroPython lets no class have it that has a subclass."""
    try:
        cls.__getattr__(None, "")
    except AttributeError:
        pass


def WouldBlock(error):
    """Says whether an OSError only means "not now"."""
    return error.errno in _WOULD_BLOCK


def ReadInto(stream, buf):
    """Reads what is there into `buf` (bytearray or memoryview).

    Returns the count, 0 at the end of the stream, None when nothing is there
    yet. Raises OSError when the connection is lost.
    """
    return stream.readinto(buf)


def Write(stream, data):
    """Writes as much of `data` as the stream takes; returns the count or None."""
    return stream.write(data)


if _sys.platform == "WiPy":
    # The driver cuts what is longer into segments (drivers/cc3100/src/socket.c, sl_Send), and says "try again" when
    # one but the first finds no room, as if none had been sent: the peer would get those twice.
    _SEGMENT = const(1460)

    def Write(stream, data):
        """Writes as much of `data` as the stream takes, a segment at most; returns the count or None."""
        return stream.write(data if len(data) <= _SEGMENT else memoryview(data)[:_SEGMENT])


def SendsFile(stream, content):
    """Says whether the system sends files by itself: no port does."""
    return False


class Poller:
    """Waits for sockets to become ready. Masks: 1 readable, 4 writable, 8 error, 16 hung up.

    `ipoll` allocates nothing, however many sockets wait.
    """

    def __init__(self):
        self._poll = _select.poll()
        self._reserve = bytearray(_RESERVE)
        self.Modify = self._poll.modify

    def Register(self, sock, mask):
        """Begins to wait for the events of `mask`. Raises MemoryError.

        Where memory fails, MicroPython's poll keeps an entry without its
        value, and its next look at that ends in a wild pointer: the entry is
        made whole with memory kept for it, and taken out.
        """
        try:
            self._poll.register(sock, mask)
        except MemoryError:
            self._reserve = None
            _gc.collect()
            self._poll.register(sock, mask)
            self._poll.unregister(sock)
            self._reserve = bytearray(_RESERVE)
            raise

    def Unregister(self, sock):
        """Forgets a socket; one that is not known is no error."""
        try:
            self._poll.unregister(sock)
        except (KeyError, OSError):  # OSError(ENOENT) before 1.24
            pass

    def Wait(self, timeoutMs):
        """Yields (key, mask) of each ready socket, after `timeoutMs` at most (-1: for ever)."""
        return self._poll.ipoll(timeoutMs)

    def Close(self):
        """Frees what the poller holds."""


def PollKey(sock):
    """Returns what `Poller.Wait` will call this socket: itself, lwIP sockets have no number."""
    return sock


def Listen(address, backlog):
    """Returns a non-blocking listening TCP socket. Raises OSError."""
    sock = _socket.socket()
    try:
        _SetOption(sock, "SO_REUSEADDR", 2)
        sock.bind(_Local(address))
        # lwIP keeps the number in a byte: 256 would be none, and make a connection of its array's address.
        sock.listen(min(backlog, 255))
        sock.setblocking(False)
    except Exception:
        sock.close()
        raise
    return sock


# lwIP's sockets have a number of their own, and print a warning for each other one.
_NO_DELAY = getattr(_socket, "TCP_NODELAY", 1)


def Accept(sock):
    """Returns (socket, raw peer address), or None when nobody waits. Raises OSError."""
    try:
        client, address = sock.accept()
    except OSError as ex:
        if WouldBlock(ex):
            return None
        raise
    client.setblocking(False)
    try:  # TCP_NODELAY: the end of a response must not wait for an acknowledgement
        client.setsockopt(6, _NO_DELAY, 1)
    except (OSError, ValueError):  # a stack without the option
        pass
    return client, address


def Resolve(address):
    """Returns the (host, port) address in the form the sockets here take; may ask the network for the host."""
    return _socket.getaddrinfo(address[0], address[1])[0][-1]


def _Local(address):
    """Returns an own address as `Resolve` does, without asking the network: it is numeric, and boards take it so."""
    return Resolve(address) if hasattr(_socket, "sockaddr") else address


def _SetOption(sock, name, number):
    """Switches a socket's option on, if the port has it under that name or number."""
    try:
        sock.setsockopt(getattr(_socket, "SOL_SOCKET", 1), getattr(_socket, name, number), 1)
    except OSError:  # the WiPy's sockets know none of these
        pass


def LocalPort(sock, asked):
    """Returns the port a socket is bound to: here only what was asked for is known."""
    return asked


def ShutdownWrite(sock):
    """Tells the peer that nothing more comes; MicroPython's sockets cannot."""


if _sys.platform == "linux":

    def LimitUnsent(sock):
        """Lets the system keep 128 KB for a peer that takes nothing, and not 4 MB (TCP_NOTSENT_LOWAT)."""
        sock.setsockopt(6, 25, 131072)

    def AbortOnClose(sock):
        """Lets the close of a TCP socket forget what was not sent, where it would go on trying for minutes."""
        sock.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER, struct linger: on, 0 seconds

else:  # lwIP keeps little, and forgets it 10 seconds after the close
    LimitUnsent = AbortOnClose = None


def FileStat(path):
    """Returns os.stat's tuple, or None when there is no such path."""
    try:
        return _os.stat(path)
    except OSError:
        return None


def MayKeep(size, modified):
    """Says whether a file's content may be kept in memory: memory is short here."""
    return False


def OpenFile(path):
    """Returns a file to be read as bytes, or None where it cannot be opened."""
    try:
        return open(path, "rb")
    except OSError:
        return None


def ModifiedTicks(stat):
    """Returns the file's modification time as finely as the system knows it: in seconds here."""
    return stat[8]


def IsInside(path, root):
    """Says whether the path stays in the root: filesystems here have no links to follow."""
    return True


def IsToken(buf, start, end):
    """Says whether buf[start:end] is a token (RFC 9110 section 5.6.2)."""
    if start >= end:
        return False
    while start < end:
        byte = buf[start]
        if byte > 127 or not _CLASS[byte] & 1:
            return False
        start += 1
    return True


def IsHost(buf, start, end):
    """Says whether buf[start:end] has only what a Host field may have (RFC 9110 section 7.2)."""
    return _All(buf, start, end, 2)


def IsTarget(buf, start, end):
    """Says whether buf[start:end] has only what a request target may have (RFC 3986)."""
    return end > start and _All(buf, start, end, 4)


def _All(buf, start, end, mask):
    while start < end:
        byte = buf[start]
        if byte > 127 or not _CLASS[byte] & mask:
            return False
        start += 1
    return True


# What each ASCII byte may stand in: 1 a token, 2 a Host field, 4 a request target. A table is
# ten times as quick as `in`, which walks through its bytes.
_CLASS = (
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x07\x04\x01\x07\x07\x07\x07\x06\x06\x07\x07\x06\x07\x07\x04"
    b"\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x06\x06\x04\x06\x04\x04"
    b"\x04\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07"
    b"\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x06\x00\x06\x05\x07"
    b"\x05\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07"
    b"\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x04\x05\x04\x07\x00"
)


def TraceText(error):
    """Returns the traceback of an exception as text."""
    try:
        out = _io.StringIO()
        _sys.print_exception(error, out)
        return out.getvalue()
    except MemoryError:
        return "not enough memory"
