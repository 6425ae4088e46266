"""The clients of a soak: each does its round over and over, in a thread of its own, and keeps what went wrong.

Broken clients break off as they please: what they see is no fault of the server's.
"""

import http.client
import json
import random
import socket
import struct
import threading
import time

from websockets.sync.client import connect

# Generous: the machine may be busy, and an emulated board is slow to accept many at once.
TIMEOUT_SEC = 60
ROUND = 40  # requests of one connection
SIZES = (0, 1, 1000, 20000)  # bytes of the contents that are uploaded
PAUSE_SEC = 0.02
MOST_FAULTS = 20


class Client:
    """One client: `rounds` so far, `faults` (texts). `round` is a function of the port that raises what goes wrong."""

    def __init__(self, port, round_of, stop, counts=True):
        self.name = round_of.__name__
        self.rounds = 0
        self.faults = []
        self._port, self._round, self._stop, self._counts = port, round_of, stop, counts
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set() and len(self.faults) < MOST_FAULTS:
            try:
                self._round(self._port)
                self.rounds += 1
            except Exception as error:  # whatever it is, it is what the soak looks for
                if self._counts:
                    self.faults.append(f"{self.name}: {type(error).__name__}: {error}")
                self._stop.wait(PAUSE_SEC)

    def join(self):
        """Wait until its round is over."""
        self._thread.join(2 * TIMEOUT_SEC)


def expect(is_so, what):
    """Raise AssertionError that says what came instead."""
    if not is_so:
        raise AssertionError(what)


def _get(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    data = answer.read()
    expect(answer.status == 200, f"{path}: {answer.status} {answer.reason}")
    return data


def _kept(port):
    return http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SEC)


def pages(port):
    """The welcome page with its style and script, and a status, over one connection."""
    connection = _kept(port)
    for _ in range(ROUND // 4):
        for path, mark in (("/", b"<!DOCTYPE html"), ("/style.css", b"{"), ("/app.js", b"use strict")):
            data = _get(connection, path)
            expect(mark.lower() in data.lower(), f"{path}: {data[:40]!r}")
        json.loads(_get(connection, "/api/status"))
        time.sleep(PAUSE_SEC)
    connection.close()


def numbers(port):
    """A JSON route with arguments, over one connection."""
    connection = _kept(port)
    for number in range(ROUND):
        got = json.loads(_get(connection, f"/item/{number}?a=b+c"))
        expect(got == {"id": number, "query": {"a": "b c"}}, got)
        time.sleep(PAUSE_SEC)
    connection.close()


def uploads(port):
    """Contents of many sizes, some in chunks."""
    connection = _kept(port)
    for size in SIZES:
        content = bytes(size)
        connection.request("POST", "/count", iter([content]) if size % 3 else content)
        got = json.loads(connection.getresponse().read())
        expect(got == {"bytes": size}, f"{size} bytes were counted as {got}")
        time.sleep(PAUSE_SEC)
    connection.close()


def sockets(port):
    """A WebSocket that gets back what it says."""
    with connect(f"ws://127.0.0.1:{port}/", open_timeout=TIMEOUT_SEC, close_timeout=TIMEOUT_SEC) as web_socket:
        for number in range(ROUND):
            text = f"{number} " * random.randint(1, 100)
            web_socket.send(text)
            expect(web_socket.recv(timeout=TIMEOUT_SEC) == text, "another text came back")
            time.sleep(PAUSE_SEC)


BROKEN = (
    b"GET / HT",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nhalf",
    b"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    (
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\xfe"
    ),
)


def broken(port):
    """Half requests, nonsense, connections reset at any moment."""
    for message in random.sample(BROKEN, len(BROKEN)):
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_SEC) as client:
            client.sendall(message)
            time.sleep(random.choice((0, PAUSE_SEC)))
            if random.random() < 0.5:  # a reset instead of an end
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(PAUSE_SEC)


# What a round of each kind is made of: (how many, of what).
PARTS = {
    "pages": (ROUND, "requests for pages"),
    "numbers": (ROUND, "for JSON"),
    "uploads": (len(SIZES), "uploads"),
    "sockets": (ROUND, "WebSocket messages"),
    "broken": (len(BROKEN), "broken clients"),
}


def told(rounds):
    """What so many rounds ({kind: rounds}) were made of, a text."""
    return ", ".join(f"{count * PARTS[kind][0]:,} {PARTS[kind][1]}" for kind, count in rounds.items())


def memory(port):
    """The free bytes of the heap and the largest free block: {"free": …, "largest": …}.

    Asked three times at the most: right behind the broken clients a connection may be turned away.
    """
    for tries_left in (2, 1, 0):
        connection = _kept(port)
        try:
            return json.loads(_get(connection, "/memory"))
        except (OSError, http.client.HTTPException):
            if not tries_left:
                raise
            time.sleep(1)
        finally:
            connection.close()
    return None


def begin(port, stop):
    """Start one client of each kind; `stop` is a threading.Event that ends them. Returns the Clients."""
    return [Client(port, kind, stop) for kind in (pages, numbers, uploads, sockets)] + [
        Client(port, broken, stop, counts=False)
    ]
