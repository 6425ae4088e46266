"""What only shows in the long run: memory after a hundred thousand requests, the cost of thousands of idle clients."""

import resource
import time

import pytest

from tests.emulated import NO_PROCESS
from tests.http.client import Client, request

REQUESTS = 100_000
CONNECTIONS = 8
# Static and dynamic, with a query, a missing path, HEAD and a 304-to-be: what one turn of a connection asks for.
TURN = (
    ("GET", "/hello", ()),
    ("GET", "/page.txt", ()),
    ("GET", "/item/12?a=b+c", ("User-Agent: soak",)),
    ("GET", "/item/text", ("Accept: text/html", "Accept-Encoding: gzip", "Cookie: a=1")),
    ("GET", "/folder/other.css", ("Range: bytes=0-3",)),
    ("HEAD", "/page.txt", ()),
    ("GET", "/no/such/thing", ()),
    ("GET", "/packed.js", ("Accept-Encoding: gzip",)),
    ("GET", "/hello", ()),
    ("GET", "/page.txt", ("If-None-Match: *",)),
)
STATUSES = [200, 200, 200, 200, 206, 200, 404, 200, 200, 304]
BLOCK = b"".join(request(*one) for one in TURN)


def answer_size(port):
    """How many bytes the answers to TURN have: the same each time, a date is as long as another."""
    with Client(port) as client:
        client.send(BLOCK + request("GET", "/hello", ["Connection: close"]))
        data = client.read_until_end()
    return data.rindex(b"HTTP/1.1 200 OK")


def free_memory(port):
    with Client(port) as client:
        return int(client.get("/memory").text)


def walk(clients, turns, size):
    """Each client asks for TURN `turns` times; every answer has its status, in order."""
    expected = [b"HTTP/1.1 %d " % status for status in STATUSES]
    for _ in range(turns):
        for client in clients:
            client.send(BLOCK)
        for client in clients:
            data = client.read_exactly(size)
            at = 0
            for line in expected:
                at = data.index(line, at) + 1


def test_memory_stays(micropython, webroot):
    """160 KB is what a small board has; the package that is not frozen lies in the heap as well and needs more."""
    heap = "160k" if micropython.name == "unix" else "320k"
    with micropython.start("soak", [webroot], heap=heap) as server:
        size = answer_size(server.port)
        clients = [Client(server.port) for _ in range(CONNECTIONS)]
        turns = REQUESTS // (CONNECTIONS * len(TURN))
        walk(clients, turns // 10, size)
        early = free_memory(server.port)
        walk(clients, turns - turns // 10, size)
        late = free_memory(server.port)
        for client in clients:
            client.close()
        print(f"{micropython.name}: {early} bytes free after a tenth, {late} at the end")
        assert "MemoryError" not in server.output()
        assert late > early - 512


IDLE = 10_000
WATCHED_SEC = 3


def open_files_limit():
    """As many as this process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return soft if hard == resource.RLIM_INFINITY else hard


@pytest.mark.not_on_board(NO_PROCESS)
def test_idle_connections_cost_no_cpu(runtime, webroot, capsys):
    """Half of them have asked for something before. MicroPython's poll looks at each: it gets a thousand."""
    wanted = 1000 if runtime.is_micropython else IDLE
    count = min(wanted, open_files_limit() - 500)
    with capsys.disabled():
        if count < wanted:
            print(f"\n{runtime.name}: {count} idle connections instead of {wanted}, more files may not be open")
    with runtime.start("soak", [webroot], heap="16m") as server:
        idle = []
        for i in range(count):
            client = Client(server.port)
            if i % 2:
                assert client.get("/hello").text == "hello"
            idle.append(client)
        with Client(server.port) as last:
            assert last.get("/hello").text == "hello"
            before = server.cpu_sec()
            time.sleep(WATCHED_SEC)
            spent = server.cpu_sec() - before
            assert last.get("/page.txt").status == 200
        assert idle[0].get("/hello").text == "hello"
        assert idle[-1].get("/hello").text == "hello"
        for client in idle:
            client.close()
    assert spent < WATCHED_SEC * 0.05, f"{spent:.2f} s of CPU in {WATCHED_SEC} s"
