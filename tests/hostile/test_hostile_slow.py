"""Clients that send their heads slowly, that send their contents slowly, that read slowly, all at once."""

import os
import selectors
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.hostile.conftest import assert_at_rest, at_rest, state
from tests.http.client import Client, request, unsent_of, wait_until
from tests.http.conftest import FILES

EACH = int(os.environ.get("SLOW_CLIENTS", "100"))  # of each kind; SLOW_CLIENTS=1000 for the whole attack
TIMEOUT_SEC = 4  # the server's RequestsTimeoutSec
PATIENCE_SEC = 60  # against hangs only
KEPT_BY_SYSTEM = 1_000_000  # bytes: more is not taken from the server for a client that reads nothing; Linux has 4 MB
STEP_SEC = 1.0  # how often a slow client sends a byte, or reads one
SLACK = 200_000  # bytes of heap, of 32 MB: the tables of that many sockets stay large

KINDS = {
    "head": request("GET", "/hello")[:-2] + b"X: ",
    "content": b"POST /content HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n",
    "reader": request("GET", "/stream/endless"),
}


class SlowClients:
    """Clients that drip or sip in a thread of their own, until they are stopped.

    `lived`: {kind: seconds until the server closed each}, `got`: the first bytes that those who send have received.
    A reader that is cut does not notice: there is more in its buffers than it will ever read.
    """

    def __init__(self, port, each):
        self._selector = selectors.DefaultSelector()
        self._open = {}
        self.lived = {"head": [], "content": []}
        self.got = set()
        self._stop = threading.Event()
        for kind, data in KINDS.items():
            for _ in range(each):
                self._connect(port, kind, data)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self):
        """End it, and close those that are left."""
        self._stop.set()
        self._thread.join()
        for sock in self._open:
            sock.close()

    def senders(self):
        """How many of those who send are still open."""
        return sum(kind != "reader" for kind, _ in list(self._open.values()))

    def _connect(self, port, kind, data):
        sock = socket.socket()
        if kind == "reader":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", port))
        sock.send(data)
        sock.setblocking(False)
        self._open[sock] = (kind, time.monotonic())
        if kind != "reader":  # one that reads sips at its own pace
            self._selector.register(sock, selectors.EVENT_READ)

    def _run(self):
        while not self._stop.is_set():
            step = time.monotonic() + STEP_SEC
            for sock in list(self._open):
                self._step(sock)
            while not self._stop.is_set() and time.monotonic() < step:
                for key, _ in self._selector.select(min(0.1, max(0, step - time.monotonic()))):
                    self._receive(key.fileobj, 65536)

    def _step(self, sock):
        if self._open[sock][0] == "reader":
            self._receive(sock, 1)
            return
        try:
            sock.send(b"x")
        except OSError:  # the next read tells
            pass

    def _receive(self, sock, size):
        kind, began = self._open[sock]
        try:
            data = sock.recv(size)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if kind == "reader":
            return
        if data:
            self.got.add(data[:12])
        else:
            self.lived[kind].append(time.monotonic() - began)
            del self._open[sock]
            self._selector.unregister(sock)
            sock.close()


def answers_sec(port, is_over):
    """Ask as a normal client does, each time on a new connection, until `is_over()`. Returns the times, sorted.

    The slow clients connect before: the queue of connections, where whoever comes later waits, is not what is measured.
    """
    took = []
    while not is_over():
        began = time.monotonic()
        with Client(port) as client:
            assert client.get("/hello").text == "hello"
            assert client.get("/page.txt").body == FILES["page.txt"]
        took.append(time.monotonic() - began)
        time.sleep(0.05)
    return sorted(took)


@pytest.mark.parametrize("slots", [16, 3 * EACH + 100], ids=["few buffers", "buffers for all"])
def test_normal_client_is_answered_within_a_second(sites, slots):
    """Each slow client is cut at its deadline; with few buffers, as soon as others want its buffer."""
    server = sites.start(
        RequestsTimeoutSec=TIMEOUT_SEC, BufferSlotsCount=slots, BufferSlotSize=512, ConnQueueCapacity=4000, heap="32m"
    )
    before = at_rest(server)
    end = time.monotonic() + 1
    usual = answers_sec(server.port, lambda: time.monotonic() > end)[-1]
    slow = SlowClients(server.port, EACH)
    began = time.monotonic()
    with Client(server.port) as last:  # it was accepted behind all of them
        assert last.get("/hello").text == "hello"
    took = answers_sec(server.port, lambda: not slow.senders() or time.monotonic() > began + PATIENCE_SEC)
    wait_until(lambda: state(server).connections == 0, "each slow client is cut")
    slow.stop()
    assert slow.got == {b"HTTP/1.1 408"}
    lived = {kind: f"{min(times):.1f} to {max(times):.1f} s" for kind, times in slow.lived.items()}
    most = took[len(took) * 9 // 10]
    print(f"{server.command[0]}, {slots} buffers: {most:.2f} s, worst {took[-1]:.2f} s, usually {usual:.2f} s; {lived}")
    # The machine may be busy with something else: what it needs without them counts thrice, and one in ten may wait.
    assert most < 1 + 3 * usual, f"{took}, {usual:.2f} s without them"
    if slots > EACH:
        assert min(slow.lived["head"]) > TIMEOUT_SEC - STEP_SEC
    assert_at_rest(server, before, SLACK)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells what its sockets keep")
@pytest.mark.parametrize("kind", ["known", "chunked"])
def test_nothing_is_kept_for_a_reader_that_was_cut(sites, kind):
    """Neither the system nor the server goes on holding what it has not taken, though it is still connected."""
    server = sites.start(RequestsTimeoutSec=1)
    size = 90_000_000
    with Client(server.port, receive_buffer=4096) as reader:
        reader.send(request("GET", f"/stream/{kind}/{size}"))
        left = int(server.wait_for(r"STREAM CLOSED (\d+)").group(1))
        wait_until(lambda: unsent_of(server.port) == 0, "what was not taken is forgotten")
        assert size - left < KEPT_BY_SYSTEM
