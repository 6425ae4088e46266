"""Contents of requests: whole, chunked, expected, too large, unread, as forms, as JSON."""

import json

import pytest

from tests.http.client import Client, chunks, head, pattern, request

CHUNKED = b"POST /content HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
LIMIT = 16 * 1024  # MaxRequestContentLength of the embedded preset


@pytest.fixture
def client_of(site, roomy_site):
    """A function: a new connection to a server that has the memory for contents of so many bytes sent back."""
    return lambda size: Client((site if size < LIMIT else roomy_site).port)


# --- whole ---


@pytest.mark.parametrize("size", [1, 100, 900, 1000, 1024, 1025, 5000, LIMIT])
def test_content_by_its_length(client_of, size):
    data = pattern(size)
    with client_of(size) as client:
        for _ in range(2):
            answer = client.request("POST", "/content", body=data)
            assert answer.body == data
            assert answer.field("X-Length") == str(size)
            assert answer.field("X-Type") == "memoryview"


def test_no_content(client):
    answer = client.request("POST", "/content")
    assert (answer.status, answer.body, answer.field("X-Type")) == (200, b"", "NoneType")
    answer = client.request("POST", "/content", ["Content-Length: 0"])
    assert (answer.status, answer.body, answer.field("X-Length")) == (200, b"", "0")


@pytest.mark.parametrize("size", [0, 1, 1000, 5000, LIMIT])
@pytest.mark.parametrize("piece", [1, 10, 1000, 4096])
def test_chunked_content(client_of, size, piece):
    if size // piece > 6000:
        piece = 16
    data = pattern(size)
    with client_of(size) as client:
        client.send(CHUNKED + chunks(data, piece))
        answer = client.response()
        assert answer.body == data
        assert answer.field("X-Length") == str(size)
        assert client.get("/hello").text == "hello"


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_content_in_segments(client, step):
    data = pattern(3000 if step > 1 else 300)
    for form in (request("POST", "/content", body=data), CHUNKED + chunks(data, 50)):
        for at in range(0, len(form), step):
            client.send(form[at : at + step])
        assert client.response().body == data


def test_contents_of_two_connections_do_not_mix(site):
    with Client(site.port) as one, Client(site.port) as other:
        one.send(head("/content", 6) + b"one")
        other.send(head("/content", 6) + b"two")
        assert one.get_nothing_yet() and other.get_nothing_yet()
        other.send(b"TWO")
        one.send(b"ONE")
        assert (one.response().text, other.response().text) == ("oneONE", "twoTWO")


# --- Expect: 100-continue ---


def test_expectation(client):
    client.send(head("/content", 5, "Expect: 100-continue"))
    interim = client.response()
    assert (interim.status, interim.reason) == (100, "Continue")
    client.send(b"hello")
    assert client.response().text == "hello"
    assert client.get("/hello").text == "hello"


def test_expectation_of_chunks(client):
    client.send(CHUNKED[:-2] + b"Expect: 100-continue\r\n\r\n")
    assert client.response().status == 100
    client.send(b"5\r\nhello\r\n0\r\n\r\n")
    assert client.response().text == "hello"


def test_expectation_that_nobody_waited_for(client):
    """RFC 9110 section 10.1.1: content that came with the head needs no 100."""
    client.send(head("/content", 5, "Expect: 100-continue") + b"hello")
    answer = client.response()
    if answer.status == 100:  # allowed as well
        answer = client.response()
    assert answer.text == "hello"


def test_expectation_of_an_old_client_is_overlooked(client):
    client.send(b"POST /content HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert client.get_nothing_yet()
    client.send(b"hello")
    assert client.response().text == "hello"


@pytest.mark.parametrize(
    ("path", "length", "status"), [("/no/such/thing", 5, 404), ("/hello", 5, 405), ("/content", LIMIT + 1, 413)]
)
def test_expectation_that_is_refused(site, path, length, status):
    """The client is told before it has sent anything, and what it sends then is no request."""
    with Client(site.port) as client:
        client.send(head(path, length, "Expect: 100-continue"))
        answer = client.response()
        assert answer.status == status
        assert answer.field("Connection") == "close"
        client.shut()
        assert client.ended()


def test_expectation_of_a_client_that_has_gone(site):
    """The answer before it finds that out: no fault of a handler's, and no matter for a traceback."""
    for _ in range(20):
        with Client(site.port) as client:
            client.send(request("GET", "/hello") + head("/content", 5, "Expect: 100-continue"))
        with Client(site.port) as client:
            assert client.get("/hello").text == "hello"
    assert "in BeginContent" not in site.output()


# --- too large ---


def test_content_that_is_too_large(site):
    with Client(site.port) as client:
        client.send(head("/content", LIMIT + 1))
        assert client.response().status == 413


def test_content_that_is_too_large_and_sent_at_once(site):
    """The answer is not lost to a client that is still sending (RFC 9112 section 9.6)."""
    data = bytes(LIMIT * 4)
    with Client(site.port) as client:
        client.send(head("/content", len(data)) + data)
        assert client.response().status == 413
        client.shut()
        assert client.ended()


def test_refusal_ends_in_order_while_the_content_still_comes(site):
    """A reset could take the answer away from its client (RFC 9112 section 9.6)."""
    with Client(site.port) as client:
        client.send(head("/content", LIMIT * 4))
        assert client.response().status == 413
        for _ in range(5):
            client.send(bytes(100))
            assert client.get_nothing_yet()
        client.shut()
        assert client.is_told_the_end()


def test_chunks_that_are_too_large_together(client_of):
    with client_of(LIMIT) as client:
        client.send(CHUNKED + chunks(bytes(LIMIT + 100), 1000))
        assert client.response().status == 413


def test_chunk_that_is_too_large(client_of):
    with client_of(LIMIT) as client:
        client.send(CHUNKED + b"FFFFFFFF\r\n" + bytes(LIMIT + 1))
        assert client.response().status == 413


def test_large_content_that_nobody_wants_is_not_held(site):
    """A path without a route: its content is skipped, whatever its size."""
    with Client(site.port) as client:
        assert client.request("POST", "/no/such/thing", body=bytes(60_000)).status == 404
        assert client.get("/hello").text == "hello"


# --- unread ---

SMUGGLED = request("GET", "/users/smuggled")


@pytest.mark.parametrize("path", ["/hello", "/no/such/thing", "/page.txt", "/upload/refused", "/upload/raises"])
@pytest.mark.parametrize("form", ["length", "chunks"])
def test_unread_content_is_no_request(site, path, form):
    method = "PUT" if "upload" in path else "POST"
    data = SMUGGLED
    with Client(site.port) as client:
        if form == "length":
            client.send(head(path, len(data), method=method) + data)
        else:
            field = ["Transfer-Encoding: chunked"]
            client.send(request(method, path, field) + chunks(data, 10))
        first = client.response()
        assert first.status in (403, 404, 405, 500)
        if first.field("Connection") == "close":
            client.shut()
            assert client.ended()
            return
        assert client.get("/hello").text == "hello"


def test_unread_content_keeps_the_connection(client):
    """A short one of known length costs less to skip than a new connection."""
    for _ in range(5):
        answer = client.request("POST", "/hello", body=pattern(3000))
        assert (answer.status, answer.field("Connection")) == (405, None)
    assert client.get("/hello").text == "hello"


@pytest.mark.parametrize(("length", "persistence"), [(65_536, None), (65_537, "close")])
def test_unread_content_that_is_long_costs_the_connection(client, length, persistence):
    """To skip more than 64 KB costs more than a new connection."""
    client.send(head("/hello", length))
    assert client.response().field("Connection") == persistence


def test_unread_content_that_comes_late(client):
    client.send(head("/hello", 10) + b"12345")
    assert client.response().status == 405
    client.send(b"67890" + request("GET", "/users/me"))
    assert client.response().text == "me"


def test_content_of_get_is_read(client):
    assert client.request("GET", "/hello", body=SMUGGLED).text == "hello"
    assert client.request("GET", "/page.txt", body=SMUGGLED).status == 200
    assert client.get("/users/me").text == "me"


# --- forms ---

FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=x+y&b=%2B", {"a": "x y", "b": "+"}),
        (b"a=caf%C3%A9", {"a": "caf\u00e9"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a", {"a": ""}),
        (b"a=", {"a": ""}),
        (b"a=b=c", {"a": "b=c"}),
        (b"a%3D=b%26", {"a=": "b&"}),
    ],
)
def test_form(client, data, form):
    assert json.loads(client.request("POST", "/form", [FORM], data).body)["form"] == form


def test_form_with_charset(client):
    said = json.loads(client.request("POST", "/form", [FORM + "; charset=UTF-8"], b"a=1").body)
    assert said["form"] == {"a": "1"}


def test_all_values_of_a_name(client):
    said = json.loads(client.request("POST", "/form?a=0&b=x", [FORM], b"a=1&b=2&a=3+").body)
    assert said["all"] == ["0", "1", "3 "]


def test_form_of_another_type_is_none(client):
    assert json.loads(client.request("POST", "/form", ["Content-Type: text/plain"], b"a=1").body)["form"] == {}
    assert json.loads(client.request("POST", "/form").body)["form"] == {}


@pytest.mark.parametrize(
    "data", [b"a=%", b"a=%zz", b"a=%ff", b"a=\xff", b"a=\xc0\xaf", b"a=%c0%af", b"&".join([b"a=1"] * 1001)]
)
def test_malformed_form(client, data):
    assert client.request("POST", "/form", [FORM], data).status == 400
    assert client.get("/hello").text == "hello"


# --- JSON ---


@pytest.mark.parametrize("value", [None, True, 12, "text", "caf\u00e9 \U0001f600", [1, [2]], {"a": {"b": []}}, ""])
def test_json(client, value):
    for kind in ("application/json", "application/json; charset=utf-8", "application/problem+json"):
        data = json.dumps(value, ensure_ascii=False).encode()
        assert json.loads(client.request("POST", "/json", [f"Content-Type: {kind}"], data).body) == {"got": value}


# No more than these: MicroPython's json lets a missing bracket and the like pass.
@pytest.mark.parametrize("data", [b"nonsense", b"\xff", b'"\xed\xa0\x80"', b'"\\u12', b"{]"])
def test_malformed_json_is_none(client, data):
    answer = client.request("POST", "/json", ["Content-Type: application/json"], data)
    assert json.loads(answer.body) == {"got": None}


def test_json_of_another_type_is_none(client):
    answer = client.request("POST", "/json", ["Content-Type: text/plain"], b"1")
    assert json.loads(answer.body) == {"got": None}
