"""Lines and blocks on TCP connections: a plain client against tests/apps/lines.py, on every runtime."""

import contextlib
import random
import socket
import ssl
import time
import zlib

import pytest
import trustme

TIMEOUT_SEC = 20
BUFFER = 4096  # bytes of a connection's buffer, as the layer's default
PATTERN = bytes(range(251))


def pattern(size):
    return (PATTERN * (size // len(PATTERN) + 1))[:size]


def block(size):
    """What the server says of a block of the pattern."""
    return f"block {size} {zlib.crc32(pattern(size))}"


class Peer:
    """A plain client: writes bytes, reads lines."""

    def __init__(self, sock):
        self.sock = sock
        self._read = b""

    def send(self, data):
        self.sock.sendall(data)

    def receive(self, size):
        while len(self._read) < size:
            data = self.sock.recv(65536)
            assert data, f"closed after {self._read!r}"
            self._read += data
        data, self._read = self._read[:size], self._read[size:]
        return data

    def line(self):
        while b"\n" not in self._read:
            data = self.sock.recv(65536)
            assert data, f"closed after {self._read!r}"
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        return line.decode()

    def ask(self, command):
        self.send(command.encode() + b"\n")
        return self.line()

    def ends(self):
        """Whether the other side closes without a further byte."""
        assert not self._read
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


@contextlib.contextmanager
def connected(server, window=None):
    """A Peer of the server; `window` limits in bytes what it lets the server send ahead."""
    with socket.socket() as sock:
        sock.settimeout(TIMEOUT_SEC)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if window:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        sock.connect(("127.0.0.1", server.port))
        yield Peer(sock)


@pytest.fixture(scope="module")
def server(runtime):
    with runtime.start("lines") as server:
        yield server
        assert server.is_running


@pytest.fixture
def peer(server):
    with connected(server) as peer:
        yield peer


def last_reason(server):
    """Why the connection before this one was closed."""
    with connected(server) as peer:
        return peer.ask("closed").split()[-1]


def wait_for(condition):
    end = time.monotonic() + TIMEOUT_SEC
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def test_lines(peer):
    assert peer.ask("hello") == "arg hello"
    peer.send(b"one\r\ntwo\n\r\n\nfive\n")
    assert [peer.line() for _ in range(5)] == ["arg one", "arg two", "arg ", "arg ", "arg five"]


def test_a_line_byte_by_byte(peer):
    for byte in "héé\r\n".encode():
        peer.send(bytes((byte,)))
        time.sleep(0.01)
    assert peer.line() == "arg héé"


def test_thousands_of_lines_in_one_go(peer):
    """Callbacks that ask for the next line do not call each other deeper and deeper."""
    peer.send(b"x\n" * 5000)
    assert peer.receive(5000 * 6) == b"arg x\n" * 5000


def test_latin_1(peer):
    assert peer.ask("latin") == "go"
    peer.send(b"\xe9\xff\n")
    assert peer.line() == "arg éÿ"


@pytest.mark.parametrize("size", [1, 255, BUFFER - 1, BUFFER, BUFFER + 1, 300_000])
def test_blocks(peer, size):
    peer.send(f"block:{size}\n".encode())
    data = pattern(size)
    for at in range(0, size, 1000 if size < 10_000 else 70_000):
        peer.send(data[at : at + (1000 if size < 10_000 else 70_000)])
    assert peer.line() == block(size)
    assert peer.ask("after") == "arg after"


def test_a_block_with_what_is_around_it_in_one_segment(peer):
    peer.send(b"before\nblock:500\n" + pattern(500) + b"after\nblock:5000\n" + pattern(5000) + b"end\n")
    assert [peer.line() for _ in range(5)] == [
        "arg before", block(500), "arg after", block(5000), "arg end",
    ]  # fmt: skip


def test_what_comes(peer):
    peer.send(b"any\n")
    time.sleep(0.05)
    assert peer.ask("whatever") == "any whatever"
    peer.line()  # the end of line that came with it


def test_a_line_as_long_as_the_buffer(peer):
    line = "x" * (BUFFER - 1)
    assert peer.ask(line) == f"arg {line}"
    assert peer.ask(line[1:]) == f"arg {line[1:]}"


def test_a_line_longer_than_the_buffer(server, peer):
    peer.send(b"x" * (BUFFER + 1))
    assert peer.ends()
    assert last_reason(server) == "Error"


def test_a_line_that_is_not_text(server, peer):
    peer.send(b"\xff\xfe\n")
    assert peer.ends()
    assert last_reason(server) == "Error"


def test_a_timeout(server, peer):
    began = time.monotonic()
    assert peer.ask("timed:1") == "go"
    peer.send(b"x")  # a part of a line is not the line
    assert peer.ends()
    assert time.monotonic() - began >= 1
    assert last_reason(server) == "Timeout"


def test_a_timeout_ends_with_its_receive(peer):
    assert peer.ask("timed:1") == "go"
    assert peer.ask("in time") == "arg in time"
    time.sleep(2.2)
    assert peer.ask("later") == "arg later"


def test_the_peer_leaves(server):
    with connected(server) as peer:
        peer.send(b"block:10\nfive")
    wait_for(lambda: last_reason(server) == "ClosedByPeer")


def test_close(server, peer):
    peer.send(b"close\n")
    assert peer.ends()
    assert last_reason(server) == "ClosedByHost"
    with connected(server) as other:
        assert "on a closed one: (False, False, False, False)" in other.ask("sent")


def test_a_large_send_to_a_slow_reader(server):
    size = 12_000_000
    with connected(server, 8192) as peer, connected(server) as other:
        peer.send(f"large:{size}\n".encode())
        time.sleep(0.3)
        for _ in range(20):  # others are served meanwhile, and the callback was not called early
            assert other.ask("other") == "arg other"
        assert "large" not in other.ask("sent").split("; ")[-1]
        assert peer.receive(size) == pattern(size)
        assert peer.line() == "sent large"
        before = server.cpu_sec()
        time.sleep(0.7)  # nothing is to be done any more
        assert server.cpu_sec() - before < 0.3


def test_a_reader_that_never_reads_costs_no_work(server):
    with connected(server, 8192) as peer, connected(server) as other:
        peer.send(b"large:12000000\n")
        other.ask("settle")
        time.sleep(0.2)
        before = server.cpu_sec()
        time.sleep(1)
        assert server.cpu_sec() - before < 0.3


def test_bytes_that_nobody_reads_cost_no_work(server):
    with connected(server) as peer:
        assert peer.ask("pause") == "paused"
        peer.send(b"unread\n")
        time.sleep(0.1)
        before = server.cpu_sec()
        time.sleep(0.8)
        assert server.cpu_sec() - before < 0.3
        assert peer.ends()
    assert last_reason(server) == "Timeout"


def test_sends_that_follow_each_other(peer):
    peer.send(b"pieces:3000\n")
    assert peer.receive(30_000) == b"0123456789" * 3000
    assert peer.ask("after") == "arg after"


def test_the_sending_buffer(server, peer):
    peer.send(b"buffer\n")
    assert peer.line() == "BUF"
    assert peer.line() == "sent buffer"
    assert "XAsyncTCPClientException; buffer" in peer.ask("sent")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("bad size", 'ValueError: "size" must be a positive integer or None, got 0'),
        ("bad callback", "ValueError: the callback must be a function or None, got 5"),
        ("bad timeout", 'ValueError: "timeoutSec" must be positive or None, got 0'),
        ("bad data", "ValueError: \"data\" must be bytes, bytearray or memoryview, got 'text'"),
        ("bad buffer", 'ValueError: "size" must not exceed the sending buffer, 4096 bytes'),
    ],
)
def test_bad_arguments(peer, command, said):
    assert peer.ask(command) == said
    assert peer.ask("after") == "arg after"


def test_one_receive_at_a_time(peer):
    assert peer.ask("twice") == "XAsyncTCPClientException: a receive is pending on this connection already"
    assert peer.ask("ok") == "any ok"


def test_a_callback_that_raises_costs_one_connection(server, peer):
    with connected(server) as other:
        assert other.ask("before") == "arg before"
        peer.send(b"fail\n")
        assert peer.ends()
        assert other.ask("after") == "arg after"
    server.wait_for("ValueError: the program's own fault")
    assert last_reason(server) != "ClosedByHost"


def test_a_callback_that_raises_behind_another(server, peer):
    """The line is there already when it is asked for: it is taken from the loop, not from an event of the socket."""
    peer.send(b"buffer\nfail\n")
    assert peer.receive(16) == b"BUF\nsent buffer\n"
    assert peer.ends()
    assert last_reason(server) == "Error"


def test_clients_that_vanish(server):
    with connected(server) as peer:
        wait_for(lambda: peer.ask("count") == "2")  # those of other tests have gone
        files = server.descriptors()
        choice = random.Random(1)
        for _ in range(60):
            with connected(server) as other:
                other.send(choice.choice([b"", b"half", b"large:500000\n", b"block:100000\nx", b"timed:9\n"]))
                if choice.random() < 0.5:  # a reset instead of an end
                    other.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        wait_for(lambda: peer.ask("count") == "2")
        wait_for(lambda: server.descriptors() == files)  # some may have been taken in only now


def test_slots_are_lent(runtime):
    """Two buffers serve many connections, as long as not more of them are in the middle of a line."""
    with runtime.start("lines", ["slots", "2"]) as server, contextlib.ExitStack() as stack:
        peers = [stack.enter_context(connected(server)) for _ in range(6)]
        for peer in peers:
            assert peer.ask("hello") == "arg hello"
        assert peers[0].ask("free") == "1"  # its own line's
        before = int(peers[0].ask("turns"))
        for peer in peers[:2]:
            peer.send(b"half ")
        time.sleep(0.2)
        peers[2].send(b"waits\n")
        peers[2].sock.settimeout(0.5)
        with pytest.raises(TimeoutError):
            peers[2].line()
        peers[2].sock.settimeout(TIMEOUT_SEC)
        peers[0].send(b"line\n")
        assert peers[0].line() == "arg half line"
        assert peers[2].line() == "arg waits"
        assert int(peers[2].ask("turns")) - before < 500  # it looked again now and then, not all the time
        peers[1].send(b"x" * 300)  # longer than a slot
        assert peers[1].ends()
        wait_for(lambda: peers[3].ask("free") == "1")


def test_stop(runtime):
    with runtime.start("lines") as server, connected(server) as peer:
        peer.send(b"stop\n")
        server.wait_for("STOPPED")
        assert server.wait_end() == 0


@pytest.fixture(scope="module")
def authority():
    return trustme.CA(key_type=trustme.KeyType.RSA)  # for a MicroPython's mbedTLS as well


@pytest.fixture(scope="module")
def secure_server(runtime, authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate = authority.issue_cert("localhost", key_type=trustme.KeyType.RSA)
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    with runtime.start("lines", ["tls", folder / "cert.pem", folder / "key.pem"]) as server:
        yield server


@pytest.fixture
def secure_peer(secure_server, authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    sock = socket.create_connection(("127.0.0.1", secure_server.port), TIMEOUT_SEC)
    with context.wrap_socket(sock, server_hostname="localhost") as secured:
        yield Peer(secured)


def test_tls_lines_and_blocks(secure_peer):
    assert secure_peer.ask("echo:x") == "x True"
    secure_peer.send(b"a\nb\nblock:9000\n" + pattern(9000) + b"c\n")
    assert [secure_peer.line() for _ in range(4)] == ["arg a", "arg b", block(9000), "arg c"]


def test_tls_bytes_that_no_poll_tells_of(secure_peer):
    """All lines come in one TLS record, larger than the buffer: what is left of it lies inside TLS."""
    secure_peer.send(b"x" * 4000 + b"\n" + b"y\n" * 6000)
    assert secure_peer.line() == "arg " + "x" * 4000
    assert secure_peer.receive(6000 * 6) == b"arg y\n" * 6000


def test_tls_bytes_that_are_asked_for_later(secure_peer):
    """What is left of the record lies inside TLS when somebody wants it."""
    secure_peer.send(b"mirror\n" + pattern(15_000))
    assert secure_peer.receive(15_000) == pattern(15_000)


def test_tls_large_send(secure_peer):
    secure_peer.send(b"large:2000000\n")
    assert secure_peer.receive(2_000_000) == pattern(2_000_000)
    assert secure_peer.line() == "sent large"


def test_tls_handshake_that_stalls_blocks_nobody(secure_server, secure_peer):
    with connected(secure_server) as stalled:
        stalled.send(b"\x16\x03\x01")
        assert secure_peer.ask("echo:x") == "x True"
        before = secure_server.cpu_sec()
        time.sleep(0.7)
        assert secure_server.cpu_sec() - before < 0.3


def test_tls_that_is_none_is_closed(secure_server, secure_peer):
    with connected(secure_server) as plain:
        plain.send(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            while plain.sock.recv(100):  # perhaps an alert
                pass
    assert secure_peer.ask("echo:x") == "x True"
