"""TLS handshakes that are never finished: the others are served meanwhile, and each is cut by its deadline."""

import socket
import time

import pytest

from tests.hostile.conftest import assert_at_rest, at_rest, state
from tests.hostile.test_hostile_resets import Handshake
from tests.http.client import Client, wait_until

EACH = 20
TIMEOUT_SEC = 2
SLACK = 200_000  # bytes of heap, of 16 MB: the tables of that many sockets stay large
DRIP_SEC = 0.2


@pytest.fixture(scope="module")
def hasty(sites, certificates):
    """A server with a short deadline."""
    ssl = [certificates.cert, certificates.key]
    return sites.start(ssl=ssl, RequestsTimeoutSec=TIMEOUT_SEC, ConnQueueCapacity=400, heap="16m")


def beginnings(port, context):
    """Connections, each at another place of its handshake, and bytes that may still be dripped."""
    for _ in range(EACH):
        hello = Handshake(port, context).hello
        for sent in (0, 1, 5, len(hello) // 2, len(hello)):
            sock = socket.create_connection(("127.0.0.1", port), timeout=30)
            sock.sendall(hello[:sent])
            yield sock, hello[sent:]


def drip(stalled, at):
    """Send the next byte of each that has not got any answer."""
    for sock, rest in stalled:
        try:
            sock.send(rest[at : at + 1])
        except OSError:  # it was cut
            pass


def ends(sock):
    """Whether the server closes the connection, whatever it says before."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("dripping", [False, True], ids=["silent", "a byte now and then"])
def test_handshakes_that_are_never_finished(hasty, certificates, dripping):
    """A byte does not begin the deadline anew; who asks like everybody else is answered all the time."""
    context = certificates.context()
    before = at_rest(hasty, context)
    stalled = list(beginnings(hasty.port, context))
    answered = 0

    def are_cut():
        """Whether none is left; a normal client has been answered, and another byte was sent."""
        nonlocal answered
        with Client(hasty.port, context) as client:
            assert client.get("/hello").text == "hello"
        if dripping:
            drip(stalled, answered)
        answered += 1
        time.sleep(DRIP_SEC)
        return state(hasty, context).connections == 0

    wait_until(are_cut, "all that stalled are cut")
    assert answered > 2
    assert all(ends(sock) for sock, _ in stalled)
    for sock, _ in stalled:
        sock.close()
    assert_at_rest(hasty, before, SLACK, context)
