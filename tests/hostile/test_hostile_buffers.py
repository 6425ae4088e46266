"""Clients that let the server's buffers wait for them: whoever asks like everybody else is answered all the same.

No deadline helps here, the server has ten minutes. It has 16 buffers, and there are more such clients than that.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.hostile.conftest import assert_at_rest, at_rest, state
from tests.http.client import Client, request, wait_until
from tests.http.conftest import LARGE

ATTACKERS = 40
SLACK = 65536  # bytes: the list of those who wait, and what else grows with them
PIPELINED = 8  # more than the system takes of their answers: 4 MB, where it sends the file by itself
READ = 2000  # bytes that each takes now and then, so that its answer gets on
EVERY_SEC = 0.2
HELLO = request("GET", "/hello")

ATTACKS = {
    "half a head": HELLO[:-2],
    "half a content": b"POST /content HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n12345",
    "a chunk's half line": b"POST /content HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5",
    "half a streamed content": b"PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n12345",
    "a content nobody reads": b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n1",
    "a file": request("GET", "/large.txt"),
    "a file, and a byte behind": request("GET", "/large.txt") + b"G",
    "a stream": request("GET", "/stream/known/90000000"),
    "a stream, and a byte behind": request("GET", "/stream/known/90000000") + b"G",
    "a chunked stream": request("GET", "/stream/chunked/90000000"),
    "a stream for a content": request("POST", "/stream/endless", body=b"kept in the buffer"),
    "a later answer, and a byte behind": request("GET", "/defer/long") + b"G",
}


class Attackers:
    """Clients that have sent something, and take what comes as slowly as they can without standing still."""

    def __init__(self, port, data):
        self._clients = [Client(port, receive_buffer=4096) for _ in range(ATTACKERS)]
        for client in self._clients:
            client.send(data)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        for client in self._clients:
            client.reset()

    def _read(self):
        while not self._stop.wait(EVERY_SEC):
            for client in self._clients:
                client.take(READ)


@pytest.fixture(scope="module")
def patient(sites):
    """A server without deadlines that matter."""
    return sites.start(RequestsTimeoutSec=600, heap="4m")


def test_requests_behind_an_answer_give_way_to_those_of_others(patient):
    """The buffer that they lie in is had at once; the answer that is under way comes whole, then the end."""
    before = at_rest(patient)
    readers = [Client(patient.port, receive_buffer=4096) for _ in range(ATTACKERS)]
    last = request("GET", "/large.txt", ["Connection: close"])
    for reader in readers:
        reader.send(request("GET", "/large.txt") * (PIPELINED - 1) + last)
    for _ in range(3 * ATTACKERS):
        with Client(patient.port) as client:
            assert client.get("/hello").text == "hello"
    answered = []
    # All at once: without shutdown() a MicroPython lets each of them wait for its end some seconds.
    with ThreadPoolExecutor(ATTACKERS) as pool:
        for data in pool.map(Client.read_until_end, readers):
            answered.append(data.count(b"HTTP/1.1 200 OK"))
            assert data.endswith(LARGE)
            assert len(data) > answered[-1] * len(LARGE)
    for reader in readers:
        reader.close()
    assert min(answered) >= 1
    assert sum(count < PIPELINED for count in answered) >= ATTACKERS - 16
    wait_until(lambda: state(patient).connections == 0, "the readers are gone")
    assert_at_rest(patient, before, SLACK)


@pytest.mark.parametrize("attack", ATTACKS)
def test_buffers_that_wait_for_their_clients_are_had_by_others(patient, attack):
    before = at_rest(patient)
    with Attackers(patient.port, ATTACKS[attack]):
        for _ in range(5):
            with Client(patient.port) as client:
                assert client.get("/hello").text == "hello"
                large = client.get("/large.txt")
                assert (large.status, large.body == LARGE) == (200, True)
                assert len(client.get("/stream/chunked/5000").body) == 5000
    wait_until(lambda: state(patient).connections == 0, "the attackers are gone")
    assert_at_rest(patient, before, SLACK)
