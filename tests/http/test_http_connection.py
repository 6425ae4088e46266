"""The life of a connection: kept, closed, pipelined, cut, slow, and what the others notice of it: nothing."""

import json
import os
import threading
import time

import pytest

from tests.emulated import FILES_OF_ITS_OWN, NO_PROCESS
from tests.http.client import Client, request, wait_until
from tests.http.conftest import LARGE

HELLO = request("GET", "/hello")


def connections(site):
    """How many connections the server has, without the one that asks."""
    with Client(site.port) as client:
        return json.loads(client.get("/state").body)["connections"] - 1


# --- keep-alive, RFC 9112 section 9.3 ---


@pytest.mark.parametrize(
    ("version", "field", "stays", "says"),
    [
        ("1.1", "", True, None),
        ("1.1", "Connection: keep-alive\r\n", True, None),
        ("1.1", "Connection: close\r\n", False, "close"),
        ("1.1", "Connection: CLOSE\r\n", False, "close"),
        ("1.1", "Connection: x, close\r\n", False, "close"),
        ("1.1", "Connection: upgrade\r\n", True, None),
        ("1.0", "", False, "close"),
        ("1.0", "Connection: close\r\n", False, "close"),
        ("1.0", "Connection: keep-alive\r\n", True, "keep-alive"),
        ("1.0", "Connection: Keep-Alive\r\n", True, "keep-alive"),
    ],
)
@pytest.mark.parametrize("path", ["/hello", "/page.txt", "/no/such/thing"])
def test_keep_alive(client, path, version, field, stays, says):
    for _ in range(2):
        client.send(f"GET {path} HTTP/{version}\r\nHost: a\r\n{field}\r\n".encode())
        assert client.response().field("Connection") == says
        if not stays:
            assert client.ended()
            return
    assert client.get("/hello").text == "hello"


def test_stream_of_unknown_length_to_an_old_client(client):
    """HTTP/1.0 knows no chunks: the end of the connection is the end of the content."""
    client.send(b"GET /stream/chunked/3000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    answer = client.response()
    assert len(answer.body) == 3000
    assert answer.field("Connection") == "close"


def test_silent_connection_goes_on(client):
    """After some ticks of 500 ms it keeps nothing of its last request, and begins anew."""
    for number in range(2):
        answer = client.get(f"/users/{number}?silent={number}", "X-Test: 1")
        assert json.loads(answer.body)["args"]["id"] == number
        time.sleep(1.3)
    client.send(b"GET /users/7 HTTP/1.1\r\nHo")
    time.sleep(1.3)
    client.send(b"st: a\r\n\r\n")
    assert json.loads(client.response().body)["args"]["id"] == 7


# --- pipelining ---


def test_pipelined_requests_are_answered_in_order(client):
    client.send(b"".join(request("GET", f"/users/{i}") for i in range(100)))
    for i in range(100):
        assert json.loads(client.response().body)["args"]["id"] == i


def test_pipelined_requests_of_all_kinds(client):
    """Small and large answers, contents read and unread, errors, deferred answers: each in its turn."""
    client.send(
        request("GET", "/hello")
        + request("POST", "/content", body=b"one")
        + request("GET", "/no/such/thing")
        + request("POST", "/hello", body=b"unread")
        + request("HEAD", "/page.txt")
        + request("GET", "/large.txt")
        + request("GET", "/defer/timer/a", ["X-Test: kept"])
        + request("GET", "/raises")
        + request("POST", "/defer/content", ["X-Test: b"], b"two")
        + request("GET", "/stream/chunked/5000")
        + request("GET", "/nothing")
        + request("PUT", "/upload", body=b"streamed")
        + request("GET", "/users/me")
    )
    assert client.response().text == "hello"
    assert client.response().text == "one"
    assert client.response().status == 404
    assert client.response().status == 405
    assert client.response("HEAD").field("Content-Length") == "100"
    assert client.response().body == LARGE
    assert client.response().text == "deferred a kept"
    assert client.response().status == 500
    assert client.response().text == "deferred two b"
    assert len(client.response().body) == 5000
    assert client.response().status == 501
    assert json.loads(client.response().body)["size"] == 8
    assert client.response().text == "me"


@pytest.mark.parametrize(("fault", "status"), [("/raises", 500), ("/echo?a=%zz", 400)])
def test_pipelined_requests_around_faults(client, fault, status):
    """More of them than a buffer holds: what is in it when one fails comes first, then what is still to be read."""
    client.send(b"".join(request("GET", fault) + request("GET", f"/users/{i}") for i in range(60)))
    for i in range(60):
        assert client.response().status == status
        assert json.loads(client.response().body)["args"]["id"] == i


@pytest.mark.parametrize(("fault", "status"), [("/raises", 500), ("/echo?a=%zz", 400), ("*", 400)])
def test_faults_behind_a_stream_that_pauses(site, fault, status):
    """What a timer goes on with fails as it would have at once."""
    with Client(site.port) as client:
        client.send(request("GET", "/stream/pausing/1500") + request("GET", fault) + HELLO)
        assert len(client.response().body) == 1500
        answer = client.response()
        assert answer.status == status
        if fault == "*":  # a fault of the head is the end
            assert answer.field("Connection") == "close" and client.ends()
        else:
            assert client.response().text == "hello"
    wait_until(lambda: connections(site) == 0, "the connection is gone")
    assert_all_buffers_there(site)


def test_pipelined_requests_after_a_close_are_not_answered(site):
    with Client(site.port) as client:
        client.send(HELLO + request("GET", "/hello", ["Connection: close"]) + HELLO)
        assert client.response().text == "hello"
        assert client.response().field("Connection") == "close"
        assert client.ends()


def test_pipelined_requests_in_odd_segments(client):
    data = b"".join(request("POST", "/content", body=b"%d" % i * 20) for i in range(30))
    for at in range(0, len(data), 37):
        client.send(data[at : at + 37])
    for i in range(30):
        assert client.response().body == b"%d" % i * 20


@pytest.mark.parametrize("path", ["/hello", "/page.txt", "/users/1", "/stream/chunked/100", "/defer/timer/x"])
def test_request_byte_by_byte(client, path):
    for _ in range(2):
        client.send_bytes_singly(request("GET", path))
        assert client.response().status == 200


def test_head_larger_than_a_buffer(client):
    """A slot has 1 KB here; a head may have eight."""
    fields = [f"X-Filler-{i}: {'x' * 70}" for i in range(80)]
    for _ in range(3):
        assert json.loads(client.request("GET", "/echo", [*fields, "X-Test: last"]).body)["X-Test"] == "last"
        assert client.get("/hello").text == "hello"


def test_fields_that_are_asked_for_where_the_head_ends(client):
    """What is left of a head may be shorter than the name of the field that is looked for."""
    client.send(b"GET /defer/timer/x HTTP/1.0\r\nA:\r\nConnection: keep-alive\r\nB:\r\n\r\n")
    assert client.response().text == "deferred x "
    for size in (1023, 1024):  # a buffer has 1024 bytes
        head = b"GET /page.txt HTTP/1.1\r\nHost: a\r\nIf-Match: *\r\nX: %s\r\nB: 1\r\n\r\n"
        client.send(head % (b"x" * (size - len(head) + 2)))
        assert client.response().status == 200


# --- slow ones, and those that go away ---


def test_slow_reader_does_not_keep_the_others_waiting(site):
    with Client(site.port, receive_buffer=4096) as slow, Client(site.port, receive_buffer=4096) as slower:
        slow.send(request("GET", "/large.txt"))
        slower.send(request("GET", "/stream/known/1000000"))
        heads = [slow.head_only(), slower.head_only()]
        for i in range(50):
            with Client(site.port) as other:
                assert json.loads(other.get(f"/users/{i}").body)["args"]["id"] == i
        assert slow.read_exactly(int(heads[0].field("Content-Length"))) == LARGE
        body = slower.read_exactly(1000000)
        assert body[:502] == bytes(range(251)) * 2
        assert slower.get("/hello").text == "hello"
        assert slow.get("/hello").text == "hello"


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_file_that_shrinks_while_it_is_sent(site, webroot):
    """It has a length by then, which cannot be kept: only the end of the connection can tell."""
    path = webroot / "shrinking.txt"
    path.write_bytes(LARGE * 8)
    with Client(site.port, receive_buffer=4096) as slow:
        slow.send(request("GET", "/shrinking.txt") + HELLO)
        length = int(slow.head_only().field("Content-Length"))
        os.truncate(path, 1000)
        received = slow.read_until_end()
        assert len(received) < length
        assert b"HTTP/1.1" not in received  # the next answer would be taken for the rest
    path.unlink()
    with Client(site.port) as other:
        assert other.get("/page.txt").status == 200
    wait_until(lambda: connections(site) == 0, "the connection is gone")


def test_more_slow_readers_than_buffers(roomy_site):
    """16 slots here: a reader that does not read may hold none of them for long."""
    site = roomy_site
    readers = [Client(site.port, receive_buffer=4096) for _ in range(40)]
    for reader in readers:
        reader.send(request("GET", "/large.txt"))
    for reader in readers:
        assert reader.head_only().status == 200
    with Client(site.port) as other:
        assert other.get("/hello").text == "hello"
        assert other.get("/page.txt").status == 200
    for reader in readers[:5]:
        assert reader.read_exactly(len(LARGE)) == LARGE
    for reader in readers:
        reader.reset()
    wait_until(lambda: connections(site) == 0, "the connections are gone")


CUTS = {
    "before a byte": b"",
    "in the request line": b"GET /hel",
    "in the head": HELLO[:-3],
    "after the request": HELLO,
    "after many requests": HELLO * 30,
    "in a content": b"POST /content HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n12345",
    "in a chunk": b"POST /content HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n12345",
    "in a streamed content": b"PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n12345",
    "in an unread content": b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n12345",
    "in a large file": request("GET", "/large.txt"),
    "in a stream": request("GET", "/stream/known/1000000"),
    "in a chunked stream": request("GET", "/stream/chunked/1000000"),
    "in a stream that pauses": request("GET", "/stream/pausing/1000000"),
    "before a deferred answer": request("GET", "/defer/timer/x"),
    "after an upgrade": request("GET", "/hello", ["Connection: upgrade", "Upgrade: x"]),
}

STREAMS = ("in a large file", "in a stream", "in a chunked stream", "in a stream that pauses")


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("how", ["reset", "close"])
def test_client_that_goes_away(runtime, roomy_site, cut, how):
    """Forty times, more than there are buffers: nothing is lost for those who come after."""
    site = roomy_site
    for _ in range(4):
        clients = [Client(site.port, receive_buffer=4096) for _ in range(10)]
        for client in clients:
            client.send(CUTS[cut])
        if runtime.is_board:  # QEMU's network tells an end that comes at once only a second and a half later
            time.sleep(0.02)
        for i, client in enumerate(clients):
            if i % 2 and cut in STREAMS:
                client.read_exactly(1000)
            getattr(client, how)()
    wait_until(lambda: connections(site) == 0, "the connections are gone")
    assert_all_buffers_there(site)


def assert_all_buffers_there(site, count=16):
    """As many requests at a time as there are buffers, each holding one of them, are all answered."""
    clients = [Client(site.port) for _ in range(count - 1)]
    for client in clients:
        client.send(HELLO[:-2])
    # Each of them was seen when the one that came last is answered.
    with Client(site.port) as last:
        last.send_bytes_singly(HELLO)
        assert last.response().text == "hello"
    for client in clients:
        client.send(HELLO[-2:])
    for client in clients:
        assert client.response().text == "hello"
        client.close()
    wait_until(lambda: connections(site) == 0, "the connections are gone")


@pytest.mark.not_on_board(NO_PROCESS)
def test_descriptors_come_back(site):
    wait_until(lambda: connections(site) == 0, "the connections are gone")
    before = site.descriptors()
    for i in range(60):
        client = Client(site.port, receive_buffer=4096)
        client.send((request("GET", "/large.txt"), HELLO[:9], request("GET", "/stream/chunked/100000"))[i % 3])
        if i % 2:
            client.reset()
        else:
            client.close()
    wait_until(lambda: connections(site) == 0, "the connections are gone")
    wait_until(lambda: site.descriptors() <= before, "the files and sockets are closed")


def test_no_cpu_is_used_after_a_storm(site):
    """A connection that hangs half open, one that does not read, one in the middle of a head: none is polled busily."""
    with Client(site.port, receive_buffer=4096) as slow, Client(site.port) as half, Client(site.port) as shut:
        slow.send(request("GET", "/large.txt"))
        half.send(b"GET /hello HT")
        shut.send(HELLO)
        shut.response()
        shut.send(request("GET", "/defer/timer/x") + b"GET /hel")
        before = site.cpu_sec()
        threading.Event().wait(1.0)
        assert site.cpu_sec() - before < 0.3


def test_many_clients_at_once(roomy_site):
    """Thirty threads, each on a connection of its own: nobody gets another's answer."""
    faults = []

    def work(number):
        try:
            with Client(roomy_site.port) as client:
                for i in range(20):
                    text = f"{number}-{i}"
                    answer = client.request("POST", "/content", [f"X-Test: {text}"], text.encode())
                    assert answer.text == text
                    assert json.loads(client.get(f"/users/{text}").body)["args"]["id"] == text
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
