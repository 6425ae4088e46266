"""An HTTP client on a bare socket, for tests: it sends exactly the bytes it is given, and is strict about what it gets.

What no real client would show is wrong here: a field line out of shape, a content whose length is told twice or not at
all, bytes behind an answer.
"""

import re
import socket
import struct
import time
from pathlib import Path

TIMEOUT_SEC = 20  # against hangs only

STATUS_LINE = re.compile(rb"^HTTP/1\.1 ([1-5][0-9][0-9]) ([\t\x20-\x7e]*)$")
FIELD_LINE = re.compile(rb"^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$")
CHUNK_LINE = re.compile(rb"^([0-9a-fA-F]+)$")


class Response:
    """An answer: `status` (int), `reason` (str), `fields` ([(name, value), …]), `body` (bytes)."""

    def __init__(self, status, reason, fields):
        self.status = status
        self.reason = reason
        self.fields = fields
        self.body = b""

    def __repr__(self):
        return f"Response({self.status} {self.reason}, {self.fields}, {self.body[:200]!r})"

    def all(self, name):
        """Every value of a field, in order."""
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def field(self, name):
        """The value of a field that may stand once only; None if it does not stand at all."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} stands {len(values)} times: {values}"
        return values[0] if values else None

    @property
    def text(self):
        """The body as text."""
        return self.body.decode()


class Client:
    """A connection to 127.0.0.1:`port`, in TLS if `context` (ssl.SSLContext) is given.

    `receive_buffer` is the kernel's buffer in bytes, small for a client that reads slowly.
    """

    def __init__(self, port, context=None, receive_buffer=None, server_hostname="localhost"):
        self._sock = socket.socket()
        self._sock.settimeout(TIMEOUT_SEC)
        if receive_buffer:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._sock.connect(("127.0.0.1", port))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            self._sock = context.wrap_socket(self._sock, server_hostname=server_hostname)
        self._received = bytearray()  # grows in place: a large answer comes in thousands of pieces

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Close it as a client does that is done."""
        self._sock.close()

    def reset(self):
        """Close it with RST: what a client does that crashes."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def shut(self):
        """Say that nothing more is sent; answers can still come."""
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:  # the server has closed the connection already
            pass

    # --- sending ---

    def send(self, data):
        """Send all of `data` (bytes)."""
        self._sock.sendall(data)

    def send_bytes_singly(self, data):
        """Send `data` a byte a segment."""
        for i in range(len(data)):
            self._sock.sendall(data[i : i + 1])

    def request(self, method, target, fields=(), body=b""):
        """Send a request, with Host, and Content-Length if there is a body. Returns its answer."""
        self.send(request(method, target, fields, body))
        return self.response(method)

    def get(self, target, *fields):
        """Send a GET with field lines like "Range: bytes=0-1". Returns its answer."""
        return self.request("GET", target, fields)

    # --- receiving ---

    def response(self, method="GET"):
        """Read the answer to a request of `method`. Raises AssertionError for one that is out of shape."""
        answer = self._head()
        self._read_body(answer, method)
        return answer

    def head_only(self):
        """Read an answer's head, and leave its body unread."""
        return self._head()

    def ended(self):
        """Whether the server closed the connection without another byte; it is waited for."""
        try:
            return not self._received and not self._sock.recv(1)
        except ConnectionResetError:
            return True

    def is_told_the_end(self):
        """Whether the server closed the connection in order, without another byte; a reset raises."""
        return not self._received and not self._sock.recv(1)

    def ends(self):
        """Whether nothing more comes, once this client is done too: else the server may read on for some seconds."""
        self.shut()
        return self.ended()

    def get_nothing_yet(self):
        """Whether nothing came so far. It proves nothing alone: what follows has to be in its place as well."""
        self._sock.settimeout(0.05)
        try:
            return not self._received and not self._more()
        except TimeoutError:
            return True
        finally:
            self._sock.settimeout(TIMEOUT_SEC)

    def take(self, size):
        """Receive at most `size` bytes of what is there, and forget them."""
        self._sock.settimeout(0)
        try:
            self._sock.recv(size)
        except OSError:  # nothing is there, or the connection is not
            pass
        finally:
            self._sock.settimeout(TIMEOUT_SEC)

    def read_until_end(self):
        """Everything up to the end of the connection, orderly or not."""
        while self._more():
            pass
        received, self._received = bytes(self._received), bytearray()
        return received

    def read_exactly(self, size):
        """Exactly `size` bytes."""
        while len(self._received) < size:
            assert self._more(), f"the connection ended {size - len(self._received)} bytes early"
        return self._taken(size)

    def _taken(self, size):
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    def _more(self):
        try:
            data = self._sock.recv(65536)
        except ConnectionResetError:
            data = b""
        self._received += data
        return bool(data)

    def _line(self):
        while b"\n" not in self._received:
            assert self._more(), f"the connection ended in a line: {bytes(self._received)!r}"
        line = self._taken(self._received.index(b"\n") + 1)
        assert line.endswith(b"\r\n"), f"bare LF: {line!r}"
        line = line[:-2]
        assert b"\r" not in line, f"bare CR: {line!r}"
        return line

    def _head(self):
        line = self._line()
        match = STATUS_LINE.match(line)
        assert match, f"status line out of shape: {line!r}"
        fields = []
        line = self._line()
        while line:
            field = FIELD_LINE.match(line)
            assert field, f"field line out of shape: {line!r}"
            fields.append((field.group(1).decode(), field.group(2).decode("latin-1")))
            line = self._line()
        return Response(int(match.group(1)), match.group(2).decode(), fields)

    def _read_body(self, answer, method):
        length = answer.field("Content-Length")
        coding = answer.field("Transfer-Encoding")
        assert length is None or coding is None, f"two framings: {answer}"
        if answer.status < 200 or answer.status == 204:
            assert length is None and coding is None, f"framing without content (RFC 9110 section 8.6): {answer}"
        elif method == "HEAD" or answer.status == 304:
            return
        elif coding is not None:
            assert coding == "chunked", answer
            answer.body = self._chunks()
        elif length is not None:
            assert length.isdigit(), answer
            answer.body = self.read_exactly(int(length))
        else:
            assert answer.field("Connection") == "close", f"no end in sight: {answer}"
            answer.body = self.read_until_end()

    def _chunks(self):
        pieces = []
        size = -1
        while size:
            line = self._line()
            match = CHUNK_LINE.match(line)
            assert match, f"chunk size out of shape: {line!r}"
            size = int(match.group(1), 16)
            if size:
                pieces.append(self.read_exactly(size))
                assert self._line() == b"", "chunk without CRLF"
        assert self._line() == b"", "a trailer nobody asked for"
        return b"".join(pieces)


def request(method, target, fields=(), body=b""):
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", "Host: test", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def head(path, length, *fields, method="POST"):
    """The head of a request with a content of `length` bytes that is sent apart."""
    return request(method, path, [f"Content-Length: {length}", *fields])


def chunks(data, size):
    """`data` in the chunked coding, in chunks of `size` bytes."""
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def etag(client, path="/page.txt"):
    """The ETag of a file, asked for by a Client."""
    return client.get(path).field("ETag")


def pattern(size):
    """`size` bytes in which a piece that is lost, doubled or in another place shows."""
    return bytes(i % 251 for i in range(size))


def unsent_of(port):
    """The bytes that this computer still keeps for those who were connected to `port`: sent to them, and not taken."""
    kept = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, queues = line.split()[:5]
        if state != "0A" and int(local.partition(":")[2], 16) == port:  # a listening socket's queues are others
            kept += int(queues.partition(":")[0], 16)
    return kept


def wait_until(is_so, what, timeout=TIMEOUT_SEC):
    """Wait until `is_so()` holds; an AssertionError with `what` if it does not come to pass in `timeout` seconds."""
    end = time.monotonic() + timeout
    while not is_so():
        assert time.monotonic() < end, f"not in {timeout} s: {what}"
        time.sleep(0.02)
