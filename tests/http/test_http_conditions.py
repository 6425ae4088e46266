"""What conditions, ranges and methods say together: RFC 9110 section 13.2.2, in all combinations; HEAD as GET."""

import email.utils
import itertools
import json

import pytest

from tests.http.client import Client, request
from tests.http.conftest import FILES, OLD

DATE = email.utils.formatdate(OLD, usegmt=True)
BEFORE = email.utils.formatdate(OLD - 1, usegmt=True)
PAGE = FILES["page.txt"]

# Each condition: not there, one that holds, one that does not.
MATCH = (None, "tag", '"x"')
UNMODIFIED = (None, DATE, BEFORE)
NONE_MATCH = (None, '"x"', "tag")
MODIFIED = (None, BEFORE, DATE)
FIELDS = ("If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since")


def expected(match, unmodified, none_match, modified):
    """The status that the section's steps lead to; 0: the method is carried out."""
    if match == '"x"' or match is None and unmodified == BEFORE:
        return 412
    if none_match is not None:
        return 304 if none_match == "tag" else 0
    return 304 if modified == DATE else 0


COMBINATIONS = list(itertools.product(MATCH, UNMODIFIED, NONE_MATCH, MODIFIED))


@pytest.fixture(scope="module")
def tag(site):
    with Client(site.port) as client:
        return client.get("/page.txt").field("ETag")


def lines_of(values, tag):
    return [f"{name}: {tag if value == 'tag' else value}" for name, value in zip(FIELDS, values) if value]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("byte_range", [None, "bytes=10-19", "bytes=-0"], ids=str)
def test_every_combination(client, tag, method, byte_range):
    """All in one order, then in the opposite one: where a field stands says nothing."""
    for values in COMBINATIONS:
        lines = lines_of(values, tag) + ([f"Range: {byte_range}"] if byte_range else [])
        for fields in (lines, lines[::-1]):
            answer = client.request(method, "/page.txt", fields)
            assert_answers(answer, expected(*values), method, byte_range, fields)


def assert_answers(answer, status, method, byte_range, fields):
    if status:
        assert (answer.status, answer.field("Content-Range")) == (status, None), fields
        assert status == 412 or answer.body == b""
        return
    assert answer.field("ETag"), fields
    if method == "HEAD" or not byte_range:  # section 14.2: a range counts for GET alone
        assert (answer.status, answer.field("Content-Length")) == (200, "100"), fields
        assert answer.body == (PAGE if method == "GET" else b"")
    elif byte_range == "bytes=-0":
        assert (answer.status, answer.field("Content-Range")) == (416, "bytes */100"), fields
    else:
        assert (answer.status, answer.body) == (206, PAGE[10:20]), fields


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/page.txt", []),
        ("/page.txt", ["If-None-Match: *"]),
        ("/page.txt", ['If-Match: "x"']),
        ("/folder", []),
        ("/no/such/thing", []),
        ("/data.unknown", []),
        ("/hello", []),
        ("/packed.js", ["Accept-Encoding: gzip"]),
        ("/raises", []),
        ("/nothing", []),
        ("/stream/known/2000", []),
    ],
)
def test_head_says_what_get_says(client, path, fields):
    """RFC 9110 section 9.3.2: the same status and fields, no content; the next request is found behind it."""
    got = client.request("GET", path, fields)
    client.send(request("HEAD", path, fields) + request("GET", "/hello"))
    head = client.response("HEAD")
    assert client.response().text == "hello"
    assert head.status == got.status
    assert head.body == b""
    left_out = ("date", "transfer-encoding")
    plain = [[field for field in answer.fields if field[0].lower() not in left_out] for answer in (head, got)]
    assert plain[0] == plain[1]


@pytest.mark.parametrize(
    "value",
    ["bytes=0-1,5-6", "bytes=0-1, 5-6", "bytes=0-99,0-99", "bytes=" + ",".join(["0-"] * 100), "bytes=5-6,0-1,-1"],
    ids=lambda value: value[:20],
)
def test_several_ranges_are_the_whole(client, value):
    """RFC 9110 section 14.2 lets a server overlook them: many that overlap would cost more than the file."""
    answer = client.get("/page.txt", f"Range: {value}")
    assert (answer.status, answer.body, answer.field("Content-Range")) == (200, PAGE, None)


def test_two_range_fields_are_no_range(client):
    answer = client.get("/page.txt", "Range: bytes=0-1", "Range: bytes=5-6")
    assert (answer.status, answer.body) == (200, PAGE)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_condition_lets_another_method_pass(client, tag, method):
    for condition in (f"If-Match: {tag}", 'If-Match: "x"', f"If-None-Match: {tag}", "Range: bytes=0-1"):
        answer = client.request(method, "/page.txt", [condition])
        assert (answer.status, answer.field("Allow")) == (405, "GET, HEAD, OPTIONS")


def test_pipelined_refusals_of_all_kinds(client, tag):
    """None of them is a fault of the framing: each is answered in its turn, and the connection goes on."""
    form = "Content-Type: application/x-www-form-urlencoded"
    asked = [
        (request("GET", "/page.txt", ['If-Match: "x"']), 412),
        (request("GET", "/page.txt", ["Range: bytes=-0"]), 416),
        (request("POST", "/form", [form], b"a=%zz"), 400),
        (request("GET", "/page.txt", [f"If-None-Match: {tag}"]), 304),
        (request("GET", "/data.unknown"), 403),
        (request("GET", "/folder"), 307),
        (request("POST", "/page.txt", body=b"GET /raises HTTP/1.1\r\nHost: a\r\n\r\n"), 405),
        (request("PURGE", "/page.txt"), 501),
        (request("GET", "/echo?a=%zz"), 400),
        (request("GET", "/auth/basic"), 401),
        (request("PUT", "/upload/refused", body=b"x" * 3000), 403),
        (request("GET", "/status/418"), 418),
        (request("OPTIONS", "/no/such/thing"), 404),
    ]
    for _ in range(3):
        client.send(b"".join(data + request("GET", f"/users/{i}") for i, (data, _) in enumerate(asked)))
        for i, (_, status) in enumerate(asked):
            assert client.response().status == status
            assert json.loads(client.response().body)["args"]["id"] == i
