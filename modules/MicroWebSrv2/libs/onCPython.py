"""The CPython side of `interpreter.py`: time, sockets, polling, files."""

import errno as _errno
import io as _io
import os as _os
import select as _select
import socket as _socket
import ssl as _ssl
import struct as _struct
import sys as _sys
import threading as _threading
import time as _time
import traceback as _traceback
from importlib import import_module as _import_module

from .tlsOnCPython import *  # noqa: F403

ECONNREFUSED = _errno.ECONNREFUSED
ECONNRESET = _errno.ECONNRESET
EHOSTUNREACH = _errno.EHOSTUNREACH
NewLock = _threading.Lock
ThreadIdent = _threading.get_ident
StackError = (RecursionError,)
DefaultStackSize = 0  # bytes; 0 is the system's own default
HasWakeUp = True
SCRATCH_SIZE = 65536  # bytes of the buffer that WebSockets read into, of which a worker has one; 0: none, but slots
FAULT_RESERVE = 0  # bytes kept for the moment when there are none: the system has more

_HAS_SENDFILE = _sys.platform == "linux"  # elsewhere it does not go on from where the file stands
_WANT = (BlockingIOError, InterruptedError, _ssl.SSLWantReadError, _ssl.SSLWantWriteError)


def const(value):
    """Returns its argument; MicroPython's compiler folds such names."""
    return value


def TicksMs():
    """Returns a count of milliseconds that only ever rises."""
    return _time.monotonic_ns() // 1000000


def TicksDiff(later, earlier):
    """Returns the milliseconds between two results of `TicksMs`."""
    return later - earlier


def SleepMs(ms):
    """Waits; other threads run."""
    _time.sleep(ms / 1000)


def CollectGarbage():
    """Nothing is to be done: memory is not short here."""


def AddLater(cls, path):
    """Gives a class all that the class `<its name>More` has: here at once, a device waits until it is needed.

    `path` (str) is that class' module, as seen from the package: "libs.xAsyncPool".
    """
    module = _import_module("." + path, __package__.rpartition(".")[0])
    for name, value in vars(getattr(module, cls.__name__ + "More")).items():
        if not name.startswith("__"):
            setattr(cls, name, value)


def AddNow(cls):
    """Gives a class at once what it was to get later: it has it."""


def WouldBlock(error):
    """Says whether an OSError only means "not now"."""
    return isinstance(error, _WANT) or error.errno in (_errno.EAGAIN, _errno.EWOULDBLOCK, _errno.EINPROGRESS)


def ReadInto(stream, buf):
    """Reads what is there into `buf` (bytearray or memoryview).

    Returns the count, 0 at the end of the stream, None when nothing is there
    yet. Raises OSError when the connection is lost.
    """
    try:
        return stream.recv_into(buf)
    except _WANT:
        return None


def Write(stream, data):
    """Writes as much of `data` as the stream takes; returns the count or None."""
    try:
        return stream.send(data)
    except _WANT:
        return None


def SendsFile(stream, content):
    """Says whether `SendFile` can take this content: a file of `OpenFile`, to a socket without TLS, on Linux."""
    return _HAS_SENDFILE and type(content) is _io.FileIO and type(stream) is _socket.socket


def SendFile(stream, file, count):
    """Sends up to `count` bytes of a file from where it stands, inside the kernel; returns the count or None."""
    try:
        return _os.sendfile(stream.fileno(), file.fileno(), None, count)
    except _WANT:
        return None


def WriteMore(stream, data):
    """As `Write`, to a socket without TLS; what follows goes out in the same packet."""
    try:
        return stream.send(data, _socket.MSG_MORE)
    except _WANT:
        return None


def ReadDatagram(sock, size):
    """Returns (bytes, remote address), or None when nothing is there."""
    try:
        return sock.recvfrom(size)
    except _WANT:
        return None


class Poller:
    """Waits for sockets to become ready. Masks: 1 readable, 4 writable, 8 error, 16 hung up.

    Linux has epoll, whose cost does not grow with the idle sockets; the
    others have poll (macOS, BSD) or, at the least, select (Windows).
    """

    def __init__(self):
        # epoll's and poll's masks have the same values (1, 4, 8, 16) on every system that has them.
        if hasattr(_select, "epoll"):
            self._poll = _select.epoll()
            self._scale = 1000
        elif hasattr(_select, "poll"):
            self._poll = _select.poll()
            self._scale = 1
        else:
            self._poll = _SelectPoll()
            self._scale = 1
        self.Register = self._poll.register
        self.Modify = self._poll.modify

    def Unregister(self, sock):
        """Forgets a socket; one that is not known is no error."""
        try:
            self._poll.unregister(sock)
        except (KeyError, OSError, ValueError):  # closed before, or never registered
            pass

    def Wait(self, timeoutMs):
        """Returns (key, mask) of each ready socket, after `timeoutMs` at most (-1: for ever)."""
        return self._poll.poll(timeoutMs / self._scale if timeoutMs > 0 else timeoutMs)

    def Close(self):
        """Frees what the poller holds."""
        if hasattr(self._poll, "close"):
            self._poll.close()


class _SelectPoll:
    """poll's methods on select.select."""

    def __init__(self):
        self._masks = {}

    def register(self, sock, mask):
        self._masks[sock.fileno()] = mask

    modify = register

    def unregister(self, sock):
        del self._masks[sock.fileno()]

    def poll(self, timeoutMs):
        readers = [fd for fd, mask in self._masks.items() if mask & 1]
        writers = [fd for fd, mask in self._masks.items() if mask & 4]
        if not readers and not writers:
            _time.sleep(max(timeoutMs, 0) / 1000)
            return []
        timeout = None if timeoutMs < 0 else timeoutMs / 1000
        ready = _select.select(readers, writers, writers, timeout)
        masks = {}
        for fds, mask in zip(ready, (1, 4, 8)):
            for fd in fds:
                masks[fd] = masks.get(fd, 0) | mask
        return list(masks.items())


def PollKey(sock):
    """Returns what `Poller.Wait` will call this socket: its file number."""
    return sock.fileno()


def Listen(address, backlog):
    """Returns a non-blocking listening TCP socket. Raises OSError."""
    family = _socket.AF_INET6 if ":" in address[0] else _socket.AF_INET
    sock = _socket.socket(family, _socket.SOCK_STREAM)
    try:
        if _os.name == "posix":  # elsewhere it would let two servers share a port
            sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(backlog)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def Accept(sock):
    """Returns (socket, raw peer address), or None when nobody waits. Raises OSError."""
    try:
        client, address = sock.accept()
    except _WANT:
        return None
    client.setblocking(False)
    try:  # a response must not wait for the acknowledgement of the one before
        client.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
    except OSError:  # the peer is gone already: the first read will tell
        pass
    return client, address


def PeerAddress(raw):
    """Returns (ip text, port) of an address as `Accept` gave it."""
    return raw[0], raw[1]


def LocalPort(sock, asked):
    """Returns the port a socket is bound to."""
    return sock.getsockname()[1]


def Resolve(address):
    """Returns the (host, port) address in the form the sockets here take."""
    return address


def ConnectTCP(address):
    """Starts a TCP connection without waiting; returns the socket. Raises OSError."""
    found = _socket.getaddrinfo(address[0], address[1], type=_socket.SOCK_STREAM)
    # A name with both kinds of address: servers on IPv4 alone are commoner than on IPv6 alone.
    found.sort(key=lambda info: info[0] != _socket.AF_INET)
    family, kind, _, _, resolved = found[0]
    sock = _socket.socket(family, kind)
    sock.setblocking(False)
    error = sock.connect_ex(resolved)
    if error not in (0, _errno.EINPROGRESS, _errno.EWOULDBLOCK):
        sock.close()
        raise OSError(error, _os.strerror(error))
    return sock


def ConnectError(sock):
    """Returns the error number of a finished connection attempt, 0 when it stands."""
    return sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)


def BindUDP(address, broadcast):
    """Returns a non-blocking UDP socket. Raises OSError."""
    sock = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    try:
        if broadcast:
            sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_BROADCAST, 1)
        if address:
            sock.bind(address)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def ShutdownWrite(sock):
    """Tells the peer that nothing more comes."""
    try:
        sock.shutdown(_socket.SHUT_WR)
    except OSError:  # the peer has gone
        pass


_NOTSENT_LOWAT = getattr(_socket, "TCP_NOTSENT_LOWAT", 0)  # not every system has it
_MOST_UNSENT = 131072  # bytes


def LimitUnsent(sock):
    """Lets the system keep no more for the peer than what is under way and a little: Linux takes 4 MB otherwise.

    So one who reads nothing is found out soon, and costs little.
    """
    try:
        if _NOTSENT_LOWAT:
            sock.setsockopt(_socket.IPPROTO_TCP, _NOTSENT_LOWAT, _MOST_UNSENT)
    except OSError:  # the connection broke before
        pass


_ABORT = _struct.pack("hh" if _os.name == "nt" else "ii", 1, 0)  # C's struct linger: on, 0 seconds


def AbortOnClose(sock):
    """Lets the close of a TCP socket forget what was not sent, where it would go on trying for minutes."""
    try:
        sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_LINGER, _ABORT)
    except OSError:  # the connection broke before
        pass


def StartThread(function, args, stackSize):
    """Runs `function(*args)` in a new daemon thread. Raises ValueError, RuntimeError."""
    previous = _threading.stack_size(stackSize) if stackSize else None
    try:
        _threading.Thread(target=function, args=args, daemon=True).start()
    finally:
        if previous is not None:
            _threading.stack_size(previous)


def FileStat(path):
    """Returns os.stat's result, or None when there is no such path."""
    try:
        return _os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None


_KEPT_SIZE = 65536  # bytes
_UNTOUCHED_SEC = 3


def MayKeep(size, modified):
    """Says whether a file's content may be kept in memory: it is small, and nobody has touched it for a while.

    One that is written twice within a second may look the same, its content not.
    """
    return size <= _KEPT_SIZE and _time.time() - modified >= _UNTOUCHED_SEC


def OpenFile(path):
    """Returns a file to be read as bytes, without a buffer of its own, or None where it cannot be opened."""
    try:
        return _io.FileIO(path)
    except OSError:
        return None


def ModifiedTicks(stat):
    """Returns the file's modification time as finely as the system knows it: in nanoseconds here."""
    return stat.st_mtime_ns


def IsInside(path, root):
    """Says whether the path, its symbolic links followed, stays in the root."""
    real = _os.path.realpath(path)
    root = _os.path.realpath(root)
    return real == root or real.startswith(root.rstrip(_os.sep) + _os.sep)


_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HOST = b"0123456789.:abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_~%!$&'()*+,;="
_TARGET = _HOST + b'/?@"<>`{}|^'


def TextOf(data):
    """Returns UTF-8 bytes as text. Raises UnicodeError."""
    return str(data, "utf-8")


def IsToken(buf, start, end):
    """Says whether buf[start:end] is a token (RFC 9110 section 5.6.2)."""
    return end > start and not buf[start:end].translate(None, _TOKEN)


def IsTarget(buf, start, end):
    """Says whether buf[start:end] has only what a request target may have (RFC 3986)."""
    return end > start and not buf[start:end].translate(None, _TARGET)


def IsHost(buf, start, end):
    """Says whether buf[start:end] has only what a Host field may have (RFC 9110 section 7.2)."""
    return not buf[start:end].translate(None, _HOST)


def ParseJSON(data):
    """Returns the object of JSON bytes. Raises ValueError."""
    import json

    try:
        return json.loads(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


_xorTables = {}  # byte -> bytes.translate's table that XORs with it


def UnmaskLong(view, start, end, key):
    """XORs view[start:end] with the 4 bytes of `key` over and over; `view` is the memoryview of a whole bytearray.

    A byte in four at a time: 64 KB take 50 us so, by integers of any width ten times as long.
    """
    buf = view.obj  # a view's slice with a step would have to be copied byte by byte
    for i in range(4):
        table = _xorTables.get(key[i])
        if not table:
            table = _xorTables[key[i]] = bytes([byte ^ key[i] for byte in range(256)])
        buf[start + i : end : 4] = buf[start + i : end : 4].translate(table)


def DeflateModule():
    """Returns the module that inflates and deflates here, None where there is none."""
    try:
        from . import deflateOnCPython
    except ImportError:  # a Python built without zlib
        return None
    return deflateOnCPython


def TraceText(error):
    """Returns the traceback of an exception as text."""
    return "".join(_traceback.format_exception(type(error), error, error.__traceback__))
