"""A WebSocket client of bare bytes, for what no proper client would send."""

import socket
import struct

from tests.websockets.ws_rows import frame

PATIENCE_SEC = 20  # against hangs only
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
FIELDS = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


def handshake(path="/", method="GET", version="1.1", **fields):
    """The bytes of an opening handshake. `fields` replace its own, None takes one away; `_` in a name is `-`."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in {**FIELDS, **named}.items() if value is not None]
    return "\r\n".join([f"{method} {path} HTTP/{version}", *lines, "", ""]).encode()


class Wire:
    """A connection to 127.0.0.1:`port`; with a `path` it is a WebSocket already."""

    def __init__(self, port, path=None, receive_buffer=None, **fields):
        self.sock = socket.socket()
        self.sock.settimeout(PATIENCE_SEC)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.connect(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()  # grows in place: a large message comes in many pieces
        if path is not None:
            self.send(handshake(path, **fields))
            status, _ = self.head()
            assert status == 101

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        """Send bytes as they are."""
        self.sock.sendall(data)

    def say(self, opcode, payload=b"", **how):
        """Send a frame, see `frame`."""
        self.send(frame(opcode, payload, **how))

    def reset(self):
        """Close with RST: what a client does that crashes."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _take(self, size):
        while len(self._received) < size:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError(f"the server closed behind {bytes(self._received)!r}")
            self._received += data
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def head(self):
        """Receive the head of an answer: (status, {name in lower case: value})."""
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            data += self._take(1)
        first, *lines = data.decode().split("\r\n")[:-2]
        fields = [line.split(": ", 1) for line in lines]
        return int(first.split()[1]), {name.lower(): value for name, value in fields}

    def hear(self):
        """Receive a frame of the server: (opcode, payload, fin)."""
        opcode, payload, fin, is_packed = self.hear_packed()
        assert not is_packed, "a reserved bit is set"
        return opcode, payload, fin

    def hear_packed(self):
        """Receive a frame of the server, which may be compressed: (opcode, payload, fin, whether RSV1 is set)."""
        first, second = self._take(2)
        assert second < 128, "the server masks"
        assert not first & 0x30, "a reserved bit is set"
        size = second
        if second == 126:
            size = int.from_bytes(self._take(2), "big")
            assert size > 125, "a length longer than needed"
        elif second == 127:
            size = int.from_bytes(self._take(8), "big")
            assert size > 65535, "a length longer than needed"
        return first & 15, self._take(size), first > 127, first & 0x40 != 0

    def hear_close(self):
        """Receive frames up to a Close frame: its code, None where it has none."""
        opcode, payload, _ = self.hear()
        while opcode != 8:
            opcode, payload, _ = self.hear()
        return int.from_bytes(payload[:2], "big") if payload else None

    def is_ended(self):
        """Whether the server closes the connection with nothing more to say."""
        try:
            return not self._received and self.sock.recv(1) == b""
        except ConnectionResetError:
            return False
