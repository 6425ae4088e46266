"""wss:// and https:// beside http:// on every runtime, by a client that checks the certificate."""

import ssl
import time

import pytest
import trustme
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.http.client import Client
from tests.websockets.wire import Wire, handshake
from tests.websockets.ws_rows import frame


@pytest.fixture(scope="module")
def runtime(runtime):
    """A board with room for the suite's program and some connections in TLS."""
    return runtime.roomy


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(echoes, authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    files = {"cert": str(folder / "cert.pem"), "key": str(folder / "key.pem")}
    return echoes.start(heap="16m", maxLength=300000, maxQueue=5000000, files=files.values(), **files)


@pytest.fixture
def context(authority):
    """TLS 1.2: what TLS 1.3 sends behind its handshake, this client reads in one thread while it writes in another.

    CPython's ssl before 3.13 does not guard a connection against that: requests get lost, or it crashes.
    """
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    authority.configure_trust(context)
    return context


def open_secure(echo, context):
    options = {"ssl": context, "server_hostname": "localhost", "compression": None, "ping_interval": None}
    return connect(f"wss://127.0.0.1:{echo.port}/", open_timeout=60, **options)


def test_echo(secure, context):
    with open_secure(secure, context) as ws, open_secure(secure, context) as other:
        for message in ("text", b"bytes", "k\u00f6" * 3000, bytes(200000), "x" * 16384, b"y" * 16385):
            ws.send(message)
            other.send(message)
            assert ws.recv(30) == message
            assert other.recv(30) == message


def test_echo_in_the_newest_tls(runtime, secure, authority):
    """By a client of one thread."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with Wire(secure.port) as wire:
        wire.sock = context.wrap_socket(wire.sock, server_hostname="localhost")
        assert runtime.is_micropython or wire.sock.version() == "TLSv1.3"
        wire.send(handshake("/"))
        assert wire.head()[0] == 101
        for payload in (b"bytes", bytes(200000), b"y" * 16385):
            wire.say(2, payload)
            assert wire.hear() == (2, payload, True)


def test_many_messages(secure, context):
    """TLS holds bytes that no poll tells of: none may stay there."""
    with open_secure(secure, context) as ws:
        for count in (1, 40, 400):
            for i in range(count):
                ws.send(f"{i} " + "x" * 500)
            assert [ws.recv(30)[:5].split()[0] for _ in range(count)] == [str(i) for i in range(count)]


def test_frames_in_the_record_of_the_handshake(secure, context):
    """More than the buffer of a request takes: the rest lies inside TLS when the WebSocket begins."""
    with Wire(secure.port) as wire:
        wire.sock = context.wrap_socket(wire.sock, server_hostname="localhost")
        wire.send(handshake("/") + b"".join(frame(2, bytes([i]) * 1000) for i in range(10)))
        assert wire.head()[0] == 101
        assert [wire.hear() for _ in range(10)] == [(2, bytes([i]) * 1000, True) for i in range(10)]


def test_close(secure, context):
    with open_secure(secure, context) as ws:
        ws.send("!close 4001 bye")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(30)
        assert closed.value.rcvd.code == 4001


def test_slow_client(secure, context):
    """A client that does not read for a while gets all that was taken for it, in order, and the Close behind it."""
    with open_secure(secure, context) as ws:
        ws.send("!many 4000")
        ws.send("!close 4000")
        time.sleep(1)
        for _ in range(4000):
            assert ws.recv(30) == bytes(1000)
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(30)
        assert closed.value.rcvd.code == 4000


def test_https_beside_it(secure, context):
    with open_secure(secure, context) as ws, Client(secure.port, context) as client:
        assert client.get("/state").status == 200
        ws.send("still here")
        assert ws.recv(30) == "still here"
