"""HttpRequest.ReceiveParts on live servers: every runtime, whole and as it comes."""

import contextlib
import http.client
import json
import random
import socket
import struct
import time
import zlib

import pytest

TIMEOUT_SEC = 20
HEAP = {"unix": "160k", "newest": "600k"}  # the latter compiles the modules, which the firmware has frozen in


@pytest.fixture(scope="module")
def server(runtime):
    with runtime.start("parts", heap=HEAP.get(runtime.name)) as server:
        yield server
        assert server.is_running


@pytest.fixture
def client(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_SEC)
    yield connection
    connection.close()


def field(name, value, more=b""):
    head = b'--B\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n' % (name.encode(), more)
    return head + value + b"\r\n"


def said(name, value, filename=None):
    """What the server says of a part."""
    return [name, filename, "text/plain", len(value), zlib.crc32(value)]


def post(client, content, path="/parts", kind="multipart/form-data; boundary=B"):
    """Returns (status, what came back) of a content posted; an iterable is sent in chunks."""
    client.request("POST", path, content, {"Content-Type": kind})
    answer = client.getresponse()
    body = answer.read()
    return answer.status, json.loads(body) if answer.status == 200 else None


def posted(path, content):
    """The bytes of a request."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def ended_with(sock):
    """The bytes up to a connection's end, be it a reset."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while more := sock.recv(4096):
            data += more
    return data


def take_events(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_SEC)
    connection.request("GET", "/events")
    events = json.loads(connection.getresponse().read())
    connection.close()
    return events


@pytest.fixture(autouse=True)
def no_events(server):
    take_events(server)


def wait_for_events(server, wanted):
    events = []
    end = time.monotonic() + TIMEOUT_SEC
    while len(events) < len(wanted) and time.monotonic() < end:
        events += take_events(server)
        time.sleep(0.02)
    assert events == wanted


@pytest.mark.parametrize("path", ["/parts", "/whole"])
def test_a_form(server, client, path):
    data = random.Random(1).randbytes(3000)
    content = field("a", b"1") + field("file", data, b'; filename="x/y.bin"') + field("skip", b"x") + b"--B--\r\n"
    wanted = [said("a", b"1"), said("file", data, "y.bin"), ["skip", None, "text/plain"]]
    assert post(client, content, path) == (200, wanted)
    events = ["began a", "closed a", "began file", "closed file", "began skip", "end"]
    assert take_events(server) == events
    assert post(client, content, path) == (200, wanted)  # on the same connection


def test_a_file_larger_than_the_memory(server, client):
    block = random.Random(2).randbytes(50_000)
    size = 100 * len(block)
    head = b'--B\r\nContent-Disposition: form-data; name="a"; filename="large"\r\n\r\n'
    content = head + block * 100 + b"\r\n" + field("b", b"2") + b"--B--"
    wanted = [["a", "large", "text/plain", size, zlib.crc32(block * 100)], said("b", b"2")]
    assert post(client, content) == (200, wanted)


def test_in_chunks(server, client):
    content = field("a", b"\r\n--" * 300) + b"--B--\r\n"
    pieces = (content[at : at + 100] for at in range(0, len(content), 100))
    assert post(client, pieces) == (200, [said("a", b"\r\n--" * 300)])


def test_in_segments(server):
    content = field("a", b"x" * 50) + b"--B--\r\n"
    head = f"POST /parts HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in head.encode() + b"Content-Type: multipart/form-data; boundary=B\r\n\r\n" + content:
            sock.sendall(bytes((byte,)))
            time.sleep(0.0005)
        answer = b""
        while data := sock.recv(4096):
            answer += data
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == [said("a", b"x" * 50)]


@pytest.mark.parametrize("path", ["/parts", "/whole"])
@pytest.mark.parametrize(
    ("content", "kind", "status", "events"),
    [
        (b"", "multipart/form-data; boundary=B", 400, []),
        (b"x", "multipart/form-data; boundary=B", 400, []),
        (b"x", "multipart/form-data", 400, []),
        (b"a=1", "application/x-www-form-urlencoded", 415, []),
        (field("a", b"1") + b"--B", "multipart/form-data; boundary=B", 400, ["began a", "closed a"]),
        (field("a", b"1")[:-2], "multipart/form-data; boundary=B", 400, ["began a", "aborted a"]),
        (field("a", b"1") + b"--Bx" + b"y" * 9000, "multipart/form-data; boundary=B", 400, ["began a", "closed a"]),
        (b"--B\r\nX: " + b"y" * 2000, "multipart/form-data; boundary=B", 431, []),
    ],
)
def test_refusals(server, client, path, content, kind, status, events):
    assert post(client, content, path, kind) == (status, None)
    assert take_events(server) == events


@pytest.mark.parametrize("path", ["/parts", "/whole"])
def test_a_refusal_is_the_last_answer(server, path):
    """What the client still sends is not worth reading."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
        sock.sendall(posted(path, field("a", b"1") + b"--Bx" + b"y" * 3000))
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert (answer.status, answer.getheader("Connection")) == (400, "close")


@pytest.mark.parametrize("path", ["/parts", "/whole"])
def test_a_sink_that_raises(server, client, path):
    assert post(client, field("fail", b"x") + b"--B--", path) == (500, None)
    server.wait_for("OSError")
    assert take_events(server) == ["began fail", "aborted fail"]


@pytest.mark.parametrize("path", ["/parts", "/whole"])
def test_a_part_that_is_answered_at_once(server, client, path):
    assert post(client, field("stop", b"x" * 5000) + field("a", b"1") + b"--B--", path) == (403, None)
    assert take_events(server) == ["began stop", "aborted stop" if path == "/parts" else "closed stop"]


def test_an_answer_before_the_parts_have_come(server):
    """The part that was begun is given up, and the next request is nobody else's."""
    content = field("a", b"x" * 60_000) + b"--B--"
    behind = field("b", b"2") + b"--B--"
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
        sock.sendall(posted("/accepted", content) + posted("/parts", behind)[:-20])
        first = http.client.HTTPResponse(sock)
        first.begin()
        assert (first.status, first.read()) == (200, b"")
        wait_for_events(server, ["began a", "aborted a"])
        sock.sendall(behind[-20:])
        second = http.client.HTTPResponse(sock)
        second.begin()
        assert (second.status, json.loads(second.read())) == (200, [said("b", b"2")])


@pytest.mark.parametrize("path", ["/parts", "/whole"])
def test_an_end_without_an_answer(server, client, path):
    assert post(client, field("unanswered", b"x") + b"--B--", path) == (501, None)


def test_its_path_forges_no_line_of_the_log(server, client):
    assert post(client, field("unanswered", b"x") + b"--B--", "/parts/%0d%0a3%20forged") == (501, None)
    server.wait_for("^2 POST /parts/%0d%0a3%20forged was not answered")


@pytest.mark.parametrize("path", ["/parts", "/whole"])
def test_an_end_that_answers_later(server, path):
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
        sock.sendall(posted(path, field("later", b"x") + b"--B--"))
        wait_for_events(server, ["began later", "closed later", "end"])
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert (answer.status, json.loads(answer.read())) == (200, "at last")


@pytest.mark.parametrize("path", ["/parts", "/whole"])
def test_an_end_that_raises_behind_its_answer(server, path):
    """A half answer must not look like a whole one: the connection ends."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
        sock.sendall(posted(path, field("too late", b"x") + b"--B--") + b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert answer.status == 200
        answer.read()
        assert not ended_with(sock)
    server.wait_for("OSError")


@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_vanishes(server, reset):
    for name, event in (("a", "aborted a"), ("only", "closed only")):
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
            sock.sendall(
                b"POST /parts HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n"
                b"Content-Type: multipart/form-data; boundary=B\r\n\r\n" + field(name, b"x" * 2000)[:-2]
            )
            wait_for_events(server, ["began " + name])
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_for_events(server, [event])


def test_a_client_that_is_too_slow(server):
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
        sock.sendall(
            b"POST /parts HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n"
            b"Content-Type: multipart/form-data; boundary=B\r\n\r\n" + field("a", b"x")[:-2]
        )
        assert sock.recv(100).startswith(b"HTTP/1.1 408 ")
    wait_for_events(server, ["began a", "aborted a"])


def test_nothing_is_lost_after_a_storm(server, client):
    files = server.descriptors()
    for at in range(0, 200, 7):
        content = field("a", b"x" * 100)[:at]
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SEC) as sock:
            sock.sendall(
                b"POST /parts HTTP/1.1\r\nHost: x\r\nContent-Length: 150\r\n"
                b"Content-Type: multipart/form-data; boundary=B\r\n\r\n" + content
            )
    assert post(client, field("a", b"1") + b"--B--") == (200, [said("a", b"1")])
    client.close()
    end = time.monotonic() + TIMEOUT_SEC
    while server.descriptors() > files and time.monotonic() < end:
        time.sleep(0.05)
    assert server.descriptors() <= files
    events = []
    while events.count("began a") != events.count("aborted a") + 1 and time.monotonic() < end:
        events += take_events(server)
        time.sleep(0.05)
    assert events.count("began a") == events.count("aborted a") + 1  # all but the last were given up
