"""A connection that leaves HTTP by an upgrade and goes on with lines, on every runtime."""

import contextlib
import socket
import time

import pytest

TIMEOUT_SEC = 20
REQUEST = b"GET /talk HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: talk\r\nX-Name: me\r\n\r\n"


@pytest.fixture(scope="module")
def server(runtime):
    with runtime.start("talk") as server:
        yield server
        assert server.is_running
        assert "Traceback" not in server.output()


@contextlib.contextmanager
def connected(server):
    # The line that it listens comes before it does: a first connection may be refused.
    end = time.monotonic() + TIMEOUT_SEC
    while True:
        try:
            sock = socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.02)
    with sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield sock


def receive(sock, end):
    data = b""
    while not data.endswith(end):
        piece = sock.recv(1000)
        assert piece, data
        data += piece
    return data


def upgrade(sock, behind=b""):
    sock.sendall(REQUEST + behind)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        assert byte, head
        head += byte
    assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert b"\r\nConnection: Upgrade\r\nUpgrade: talk\r\n" in head


def test_lines_behind_an_upgrade(server):
    with connected(server) as sock:
        upgrade(sock)
        sock.sendall(b"hello\n")
        assert receive(sock, b"\n") == b"me HELLO\n"


def test_lines_in_the_segment_of_the_request(server):
    with connected(server) as sock:
        upgrade(sock, b"one\ntwo\nthr")
        sock.sendall(b"ee\n")
        assert receive(sock, b"THREE\n") == b"me ONE\nme TWO\nme THREE\n"


def test_a_request_and_lines_byte_by_byte(server):
    with connected(server) as sock:
        for byte in REQUEST + b"hello\n":
            sock.sendall(bytes((byte,)))
        assert receive(sock, b"HELLO\n").endswith(b"\r\n\r\nme HELLO\n")


def test_the_request_s_deadline_does_not_go_on(server):
    with connected(server) as sock:
        upgrade(sock)
        time.sleep(2.5)
        sock.sendall(b"still\n")
        assert receive(sock, b"\n") == b"me STILL\n"


def test_upgraded_connections_hold_no_buffer_of_the_server(server):
    """More of them than the server has buffers: others are served all the same."""
    with contextlib.ExitStack() as stack:
        socks = []
        for _ in range(20):
            sock = stack.enter_context(connected(server))
            socks.append(sock)
            upgrade(sock, b"x\n")
            assert receive(sock, b"\n") == b"me X\n"
        for sock in socks:
            sock.sendall(b"again\n")
            assert receive(sock, b"\n") == b"me AGAIN\n"


def test_it_ends(server):
    with connected(server) as sock:
        upgrade(sock)
    with connected(server) as sock:
        sock.sendall(b"GET /closed HTTP/1.0\r\n\r\n")
        assert receive(sock, b"]").endswith(b"2]")  # ClosedByPeer
