"""Connections of requests good and bad, behind one another, cut anywhere: the answers are the same, byte for byte."""

import random
import re
import socket
import sys
import time
from pathlib import Path

from tests.hostile.conftest import assert_at_rest, at_rest
from tests.http.client import request

FOLDER = str(Path(__file__).parent.parent / "syntax")
sys.path.insert(0, FOLDER)
import rows  # noqa: E402

sys.path.remove(FOLDER)

CONNECTIONS = 40
SLACK = 65536  # bytes of heap
FORM = "Content-Type: application/x-www-form-urlencoded"
CHUNKED = "Transfer-Encoding: chunked"

# Each leaves the connection as it was. What depends on how much has come already, as 100 (Continue), is left out.
GOOD = [
    request("GET", "/hello"),
    request("GET", "/users/12"),
    request("GET", "/page.txt"),
    request("HEAD", "/page.txt"),
    request("GET", "/page.txt", ["Range: bytes=10-19"]),
    request("GET", "/page.txt", ["If-None-Match: *"]),
    request("GET", "/page.txt", ['If-Match: "x"']),
    request("GET", "/packed.js", ["Accept-Encoding: gzip"]),
    request("GET", "/folder"),
    request("GET", "/no/such/thing"),
    request("GET", "/raises"),
    request("GET", "/echo?a=%zz"),
    request("GET", "/nothing"),
    request("GET", "/stream/known/3000"),
    request("GET", "/stream/chunked/3000"),
    request("GET", "/stream/pausing/3000"),
    request("GET", "/large.txt", ["Range: bytes=0-99999"]),
    request("GET", "/defer/timer/a"),
    request("POST", "/content", body=b"one"),
    request("POST", "/content", body=b"x" * 3000),
    request("POST", "/content", [CHUNKED]) + b"5\r\nhello\r\n0\r\nX: 1\r\n\r\n",
    request("POST", "/defer/content", body=b"later"),
    request("POST", "/hello", body=b"GET /users/me HTTP/1.1\r\nHost: a\r\n\r\n"),
    request("POST", "/form", [FORM], b"a=1&b=2"),
    request("POST", "/form", [FORM], b"a=%zz"),
    request("PUT", "/upload", body=b"y" * 5000),
    request("PUT", "/upload", [CHUNKED]) + b"100\r\n" + b"z" * 256 + b"\r\n0\r\n\r\n",
    request("PUT", "/upload/refused", body=b"z" * 2000),
    request("DELETE", "/page.txt"),
    request("OPTIONS", "/hello"),
    b"\r\n" + request("GET", "/hello", ["X: " + "x" * 700]),
]
# Each ends it, whatever stands behind.
LAST = [
    request("GET", "/hello", ["Connection: close"]),
    b"GET /hello HTTP/1.0\r\n\r\n",
    request("GET", "/stream/short"),
    request("POST", "/content", [CHUNKED]) + b"5\r\nhello!\r\n0\r\n\r\n",
    request("POST", "/content", ["Content-Length: 99999999"]),
    *[row[2] for row in rows.BAD_HEADS if len(row[2]) < 1000],
]
CHANGING = re.compile(rb"\r\nDate: [^\r]*")


def connection(numbers):
    """The bytes of a connection, made by a random.Random."""
    asked = [numbers.choice(GOOD) for _ in range(numbers.randint(0, 25))]
    return b"".join([*asked, numbers.choice(LAST), numbers.choice(GOOD)])


def pieces(data, numbers):
    """Cuts data: into single bytes for a while, or into larger pieces."""
    at = 0
    while at < len(data):
        size = numbers.choice((1, 1, 2, numbers.randint(1, 100), numbers.randint(1, 2000)))
        yield data[at : at + size]
        at += size


def answers(port, cut, numbers):
    """All that is answered to pieces that come one after the other, now and then with a pause between."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in cut:
                sock.sendall(piece)
                if numbers.random() < 0.1:
                    time.sleep(0.001)
            sock.shutdown(socket.SHUT_WR)
        except OSError:  # it was refused, or has ended
            pass
        received = b""
        try:
            while piece := sock.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return CHANGING.sub(b"", received)


def test_the_same_answers_however_it_is_cut(site):
    before = at_rest(site)
    for seed in range(CONNECTIONS):
        data = connection(random.Random(seed))
        whole = answers(site.port, [data], random.Random(0))
        assert whole.startswith(b"HTTP/1.1 "), (seed, whole)
        for again in range(2):
            numbers = random.Random(seed * 10 + again)
            assert answers(site.port, pieces(data, numbers), numbers) == whole, f"connection {seed}, cut {again}"
    assert_at_rest(site, before, SLACK)
