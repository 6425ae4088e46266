"""Clients of a board: eight at once, one that stops reading, a pulled cable, twenty thousand requests in one boot."""

import concurrent.futures
import time

import httpx
import pytest

from tests.board.conftest import APP, PATIENCE_SEC, WELCOME
from tests.http.client import Client, request, wait_until

REQUESTS = 20_000
LARGE = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture(scope="module")
def board(switch_on):
    files = {**WELCOME, "app.py": APP, "webroot/page.txt": b"0123456789" * 10, "webroot/large.txt": LARGE}
    board = switch_on(files)
    board.wait_serves()
    yield board
    assert "Traceback" not in board.said()
    assert "MemoryError" not in board.said()


def free(board):
    """The free bytes of the board's heap, garbage taken away."""
    return int(board.get("/free").text)


def test_eight_clients_at_once(board):
    """Each gets its own answers, kept alive and with a connection each time."""
    base = f"http://127.0.0.1:{board.port()}"

    def work(number):
        with httpx.Client(base_url=base, timeout=PATIENCE_SEC) as client:
            for i in range(20):
                path = f"/nothing/{number}/{i}"
                assert client.get(path).status_code == 404
                assert client.get("/page.txt").text == "0123456789" * 10
        for _ in range(5):
            assert httpx.get(base + "/json", timeout=PATIENCE_SEC).json()["celsius"] == 21
        return number

    with concurrent.futures.ThreadPoolExecutor(8) as executor:
        assert sorted(executor.map(work, range(8))) == list(range(8))


@pytest.mark.parametrize("sent", [b"", b"GET /page.txt HT", request("GET", "/page.txt")])
def test_a_crowd_that_comes_and_goes(board, sent):
    """Thirty connect at once, some say something, all go away; nothing of them stays, and the board serves."""
    for turn in range(3):
        crowd = [Client(board.port()) for _ in range(30)]
        for client in crowd:
            client.send(sent)
        for i, client in enumerate(crowd):
            if i % 2:
                client.close()
            else:
                client.reset()
        assert board.get("/page.txt").status_code == 200
        wait_until(lambda: board.get("/connections").text == "1", "they are gone", PATIENCE_SEC)
        if turn == 0:
            before = free(board)  # with the modules that the first of them needed
    wait_until(lambda: free(board) > before * 0.98, "the memory is back", PATIENCE_SEC)


def test_a_client_that_stops_reading(board):
    """The others are served meanwhile; when it reads on, it gets all there is."""
    with Client(board.port(), receive_buffer=4096) as stopped:
        stopped.send(request("GET", "/large.txt"))
        head = stopped.head_only()
        for _ in range(20):
            assert board.get("/page.txt").status_code == 200
        assert stopped.read_exactly(int(head.field("Content-Length"))) == LARGE


def test_clients_that_never_read_on(board):
    """They are cut when their time is over; the others are served meanwhile."""
    stopped = [Client(board.port(), receive_buffer=4096) for _ in range(4)]
    for client in stopped:
        client.send(request("GET", "/endless"))
    assert board.get("/page.txt").status_code == 200
    wait_until(lambda: board.get("/connections").text == "1", "they are gone", PATIENCE_SEC)
    for client in stopped:
        assert client.read_until_end()  # which there is
        client.close()


def test_a_pulled_cable(board):
    """Plugged back, the board serves those who waited and those who come."""
    with Client(board.port()) as client:
        assert client.get("/page.txt").status == 200
        board.emulator.set_link(False)
        time.sleep(1)
        client.send(request("GET", "/page.txt"))
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{board.port()}/page.txt", timeout=1)
        board.emulator.set_link(True)
        assert client.response().status == 200
    assert board.get("/page.txt").status_code == 200


def test_twenty_thousand_requests_in_one_boot(board):
    turn = (
        ("GET", "/page.txt", ()),
        ("GET", "/json", ()),
        ("GET", "/page.txt", ("If-None-Match: *",)),
        ("GET", "/no/such/thing?a=b", ("Cookie: a=1", "User-Agent: soak")),
        ("HEAD", "/", ("Accept-Encoding: gzip",)),
    )
    block = b"".join(request(*one) for one in turn)
    with Client(board.port()) as client:
        client.send(block + request("GET", "/json", ["Connection: close"]))
        size = client.read_until_end().rindex(b"HTTP/1.1 200 OK")
    before = free(board)
    clients = [Client(board.port()) for _ in range(4)]
    for _ in range(REQUESTS // len(clients) // len(turn)):
        for client in clients:
            client.send(block)
        for client in clients:
            answers = client.read_exactly(size)
            assert [answers.count(b"HTTP/1.1 %d " % status) for status in (200, 304, 404)] == [3, 1, 1]
    for client in clients:
        client.close()
    wait_until(lambda: board.get("/connections").text == "1", "they are gone", PATIENCE_SEC)
    after = free(board)
    print(f"{before} bytes free before {REQUESTS} requests, {after} after")
    assert after > before * 0.98
