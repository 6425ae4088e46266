"""examples/stream.py: answers of known and unknown length, a file, one that comes later."""

import socket
import time

import httpx

from tests.examples.conftest import EXAMPLES

EXAMPLE = "stream"
LINE = b"All work and no play makes Jack a dull boy.\r\n"


def test_the_known_length_is_told_and_kept(example):
    answer = example.get("/stream/known")
    assert answer.headers["Content-Length"] == "1000000"
    assert "Transfer-Encoding" not in answer.headers
    assert answer.content == (LINE * (1000000 // len(LINE) + 1))[:1000000]


def test_the_unknown_length_comes_in_chunks_over_time(example):
    begin = time.monotonic()
    with example.client.stream("GET", "/stream/ticks") as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        pieces = answer.iter_raw()
        assert next(pieces) == b"tick 1\n"
        assert httpx.get(example.client.base_url.join("/stream/file"), timeout=60).status_code == 200
        assert b"".join(pieces) == b"".join(b"tick %d\n" % n for n in range(2, 6))
    assert time.monotonic() - begin > 2.5  # four seconds, less what a clock of whole seconds may lack


def test_the_file_is_to_be_saved(example):
    answer = example.get("/stream/file")
    assert answer.content == (EXAMPLES / "stream.py").read_bytes()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="stream example.py"'


def test_others_are_served_before_the_later_answer(example):
    with socket.create_connection(("127.0.0.1", example.server.port), timeout=60) as waiting:
        waiting.sendall(b"GET /stream/later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert example.get("/stream/file").status_code == 200
        waiting.setblocking(False)
        try:
            early = waiting.recv(1)
        except BlockingIOError:
            early = None
        assert early is None
        waiting.settimeout(60)
        answer = b"".join(iter(lambda: waiting.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(b"\r\n\r\nIt took 1000 ms.\n")


def test_a_client_that_left_hurts_nobody(example):
    with socket.create_connection(("127.0.0.1", example.server.port), timeout=60) as leaving:
        leaving.sendall(b"GET /stream/later HTTP/1.1\r\nHost: x\r\n\r\n")
        example.get("/stream/file")
    assert example.get("/stream/later").status_code == 200
    assert "Traceback" not in example.server.output(), example.server.output()
