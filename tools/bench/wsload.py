"""Loads a WebSocket server with messages that it echoes. A client of one thread, lean enough to outrun the servers.

The frame is built and masked once. Every connection has one message under way: the next one goes out when the echo of
the one before has come whole.
"""

import base64
import os
import select
import socket
import time

HANDSHAKE_TIMEOUT_SEC = 20
QUIET_SEC = 5  # no echo at all for so long: the server is stuck
BUFFER = 1 << 20


def make_frame(size):
    """A masked binary frame with `size` bytes, and the echo that an unmasked server sends (RFC 6455 section 5.2)."""
    payload = bytes(index & 255 for index in range(size))
    if size < 126:
        length = bytes([size])
    elif size < 65536:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    key = b"\x12\x34\x56\x78"
    masked = bytes(byte ^ key[index & 3] for index, byte in enumerate(payload))
    return b"\x82" + bytes([length[0] | 0x80]) + length[1:] + key + masked, b"\x82" + length + payload


def connect(port, path):
    """Open a WebSocket at 127.0.0.1. Returns the socket, blocking. Raises OSError, ValueError."""
    sock = socket.create_connection(("127.0.0.1", port), HANDSHAKE_TIMEOUT_SEC)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):  # byte by byte: nothing behind the head may be lost
        byte = sock.recv(1)
        if not byte:
            break
        head += byte
    if not head.startswith(b"HTTP/1.1 101"):
        sock.close()
        raise ValueError(f"the handshake was answered with {head[:60]!r}")
    return sock


def echo_once(port, path, size):
    """Send one message and check its echo to the byte. Raises OSError, ValueError."""
    frame, expected = make_frame(size)
    sock = connect(port, path)
    try:
        sock.sendall(frame)
        got = b""
        while len(got) < len(expected):
            part = sock.recv(BUFFER)
            if not part:
                break
            got += part
    finally:
        sock.close()
    if got != expected:
        raise ValueError(f"the echo of {size} bytes has {len(got)} bytes and begins with {got[:20]!r}")


class _Echo:
    """A connection and its message under way."""

    def __init__(self, sock, frame, expected):
        sock.setblocking(False)
        self.sock = sock
        self._frame = memoryview(frame)
        self._rest = None  # of the frame, what the socket has not taken
        self._expected = expected  # bytes of an echo
        self._left = 0
        self._began = 0

    def send(self):
        """Begin the next message."""
        self._began = time.perf_counter()
        self._left = self._expected
        self._rest = self._frame
        self.write()

    def write(self):
        """Send on."""
        if self._rest is not None:
            try:
                self._rest = self._rest[self.sock.send(self._rest) :] or None
            except BlockingIOError:
                pass

    @property
    def mask(self):
        """What to wait for."""
        return select.EPOLLIN if self._rest is None else select.EPOLLIN | select.EPOLLOUT

    def read(self, buffer):
        """Take what has come. Returns the seconds that the echo took once it is whole, else None."""
        try:
            count = self.sock.recv_into(buffer)
        except BlockingIOError:
            return None
        if not count:
            raise ConnectionError("the server closed a WebSocket")
        self._left -= count
        return time.perf_counter() - self._began if self._left <= 0 else None


def load(port, path, size, connections, seconds):
    """Echo for `seconds` on that many WebSockets. Returns (messages a second, [seconds each took]).

    Raises OSError, ValueError.
    """
    frame, expected = make_frame(size)
    echoes = {}
    with select.epoll() as epoll:
        try:
            for _ in range(connections):
                echo = _Echo(connect(port, path), frame, len(expected))
                echoes[echo.sock.fileno()] = echo
                epoll.register(echo.sock, select.EPOLLIN)
            return _turn(epoll, echoes, seconds)
        finally:
            for echo in echoes.values():
                echo.sock.close()


def _turn(epoll, echoes, seconds):
    buffer = bytearray(BUFFER)
    latencies = []
    waiting = set()  # connections that wait for room to write
    began = time.perf_counter()
    for echo in echoes.values():
        echo.send()
        _watch(epoll, echo, waiting)
    while time.perf_counter() - began < seconds:
        ready = epoll.poll(QUIET_SEC)
        if not ready:
            raise TimeoutError(f"no echo in {QUIET_SEC} s")
        for descriptor, mask in ready:
            echo = echoes[descriptor]
            if mask & select.EPOLLOUT:
                echo.write()
            if mask & ~select.EPOLLOUT:
                took = echo.read(buffer)
                if took is not None:
                    latencies.append(took)
                    echo.send()
            if echo.mask != select.EPOLLIN or descriptor in waiting:
                _watch(epoll, echo, waiting)
    return len(latencies) / (time.perf_counter() - began), latencies


def _watch(epoll, echo, waiting):
    descriptor = echo.sock.fileno()
    wants_out = echo.mask != select.EPOLLIN
    if wants_out != (descriptor in waiting):
        epoll.modify(descriptor, echo.mask)
        (waiting.add if wants_out else waiting.discard)(descriptor)
