"""What one runtime answers to a hostile client, all others answer: no bytes mean one thing here and another there."""

import json
import random
import re
import socket

import pytest

from tests.conftest import require
from tests.http.conftest import Sites
from tests.http.mangled import KINDS
from tests.runtimes import RUNTIMES

CONNECTIONS = 1000  # of each kind
ON_A_BOARD = 150
TIMEOUT_SEC = 20  # against hangs only
# What the runtimes may say differently: the moment, a file's tag of nanoseconds or of seconds, an order.
OWN = re.compile(rb"\r\n(Date: [^\r]*|ETag: [^\r]*|Allow: [^\r]*)")
HEAD_END = b"\r\n\r\n"


@pytest.fixture(scope="module")
def pair(runtime, webroot):
    """A site.py on the runtime, and one on CPython."""
    if runtime.name == "cpython":
        pytest.skip("it is what the others are compared with")
    both = Sites(runtime, webroot), Sites(require(RUNTIMES["cpython"]), webroot)
    yield [sites.start(heap="4m", roomy=True, modules=["WebSockets"], RequestsTimeoutSec=5) for sites in both]
    for sites in both:
        sites.end()


def said(port, data):
    """All that is answered to the bytes of a whole connection."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SEC) as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        except OSError:  # it was refused, or has ended
            pass
        try:
            while piece := sock.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received


def answers(received):
    """The answers one by one, comparable: [(head, content), …]; what cannot be told apart is left whole."""
    found = []
    while received:
        head, _, rest = OWN.sub(b"", received, count=3).partition(HEAD_END)
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        size = int(length.group(1)) if length and rest and not rest.startswith(b"HTTP/1.1 ") else 0
        content = rest[:size]
        if b"\r\nContent-Type: application/json" in head:  # they keep no order, and write a letter differently
            head, content = head.replace(length.group(), b""), json.loads(content) if content else None
        if b" 101 " in head:  # a WebSocket's frames follow
            size, content = len(rest), rest
        found.append((head, content))
        received = rest[size:]
    return found


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_answers_on_all_runtimes(pair, runtime, kind):
    for seed in range(ON_A_BOARD if runtime.is_board else CONNECTIONS):
        data = KINDS[kind](random.Random(f"{kind} {seed}"))
        here, there = (answers(said(server.port, data)) for server in pair)
        assert here == there, f"{kind} {seed}: {data!r}"
        assert here, f"{kind} {seed}: no answer to {data!r}"
