"""Clients that reset the connection (RST) at every moment, hundreds of times: nothing of them is left."""

import socket
import ssl
import struct

import pytest

from tests.hostile.conftest import assert_at_rest, at_rest, state
from tests.http.client import Client, request, wait_until
from tests.http.test_http_connection import CUTS
from tests.websockets.wire import handshake
from tests.websockets.ws_rows import frame

RESETS = 200
WARM_UP = 20  # what is imported or grows when first used is not counted
# The collector takes what looks like an address for one, so that an object or two may outlive their time. One
# connection in ten that is kept would be more: it has its exchange, its request, its response.
SLACK = 16384  # bytes

SMALL_WINDOW = 4096  # bytes: the server cannot be done with a large answer before the reset
PIECE = 100  # bytes that every second client receives, where there is an answer
MESSAGE = frame(2, b"m" * 5000)
UPGRADES = {
    "before the answer to an upgrade": handshake(),
    "behind an upgrade": handshake() + frame(1, b"hello"),
    "in a frame's header": handshake() + MESSAGE[:3],
    "in a frame": handshake() + MESSAGE[:1000],
    "between two fragments": handshake() + frame(2, b"first", fin=False),
    "in messages both ways": handshake() + MESSAGE * 20,
    "behind a Close": handshake() + frame(8, b"\x03\xe8"),
}
MOMENTS = {**CUTS, **UPGRADES}
WITH_AN_ANSWER = {"after the request", "after many requests", "in a large file", "in a stream", "in a chunked stream"}
WITH_AN_ANSWER |= set(UPGRADES)


@pytest.mark.parametrize("moment", sorted(MOMENTS))
def test_resets_leave_nothing(site, moment):
    """Hundreds of resets at one moment, half of them before anything can be answered."""

    def reset(i):
        client = Client(site.port, receive_buffer=SMALL_WINDOW)
        client.send(MOMENTS[moment])
        if i % 2 and moment in WITH_AN_ANSWER:
            client.read_exactly(PIECE)
        client.reset()

    assert_leaves_nothing(site, reset)


def assert_leaves_nothing(server, reset, context=None):
    """Call `reset(number)` hundreds of times, and see that the server is as it was before."""
    for i in range(WARM_UP):
        reset(i)
    wait_until(lambda: state(server, context).connections == 0, "the first ones are gone")
    before = at_rest(server, context)
    for i in range(RESETS):
        reset(i)
    assert_at_rest(server, before, SLACK, context)


# --- in TLS ---


class Handshake:
    """The client's half of a TLS handshake on a socket that can be reset between any two flights."""

    def __init__(self, port, context):
        self._sock = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")
        self.hello = self._flight()

    def send(self, data):
        self._sock.sendall(data)

    def receive(self):
        """Receive what the server answers, and return the next flight of the client's."""
        self._incoming.write(self._sock.recv(65536))
        return self._flight()

    def reset(self):
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def _flight(self):
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self._outgoing.read()


def in_half_a_hello(shake):
    shake.send(shake.hello[: len(shake.hello) // 2])


def behind_the_hello(shake):
    shake.send(shake.hello)


def behind_the_servers_flight(shake):
    shake.send(shake.hello)
    shake.receive()


def in_half_a_finished(shake):
    shake.send(shake.hello)
    flight = shake.receive()
    shake.send(flight[: len(flight) // 2])


def with_nonsense_for_a_finished(shake):
    shake.send(shake.hello)
    shake.receive()
    shake.send(b"\x16\x03\x03\x00\x20" + b"?" * 32)


@pytest.mark.parametrize(
    "moment",
    [in_half_a_hello, behind_the_hello, behind_the_servers_flight, in_half_a_finished, with_nonsense_for_a_finished],
)
def test_resets_in_a_tls_handshake_leave_nothing(secure, certificates, moment):
    context = certificates.context()

    def reset(i):
        shake = Handshake(secure.port, context)
        moment(shake)
        shake.reset()

    assert_leaves_nothing(secure, reset, context)


@pytest.mark.parametrize(
    "data", [b"", request("GET", "/hello")[:9], request("GET", "/large.txt"), handshake() + MESSAGE[:1000]]
)
def test_resets_in_tls_leave_nothing(secure, certificates, data):
    context = certificates.context()

    def reset(i):
        client = Client(secure.port, context, receive_buffer=SMALL_WINDOW)
        if data:
            client.send(data)
        client.reset()

    assert_leaves_nothing(secure, reset, context)
