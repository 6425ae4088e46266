"""The syntax's rows of bytes again, this time over a socket: whole, byte by byte, and with a second request behind."""

import sys
from pathlib import Path

import pytest

from tests.http.client import Client

FOLDER = str(Path(__file__).parent.parent / "syntax")
sys.path.insert(0, FOLDER)
import rows  # noqa: E402

sys.path.remove(FOLDER)

BEHIND = b"GET /hello HTTP/1.1\r\nHost: behind\r\n\r\n"
SYNTAX_ERRORS = {400, 411, 413, 414, 417, 431, 501, 505}


def row_id(row):
    return row[0]


def refusal(site, data, singly=False):
    """The one answer to `data`, after which nothing comes but the end."""
    with Client(site.port) as client:
        try:
            (client.send_bytes_singly if singly else client.send)(data)
        except (BrokenPipeError, ConnectionResetError):  # it was refused before it had come whole
            pass
        answer = client.response()
        assert client.ends()
        return answer


@pytest.mark.parametrize("row", rows.BAD_HEADS, ids=row_id)
def test_bad_head(site, row):
    data, status = row[2:]
    for answer in (refusal(site, data), refusal(site, data, singly=True), refusal(site, data + BEHIND)):
        assert answer.status == status
        assert answer.field("Connection") == "close"
    with Client(site.port) as client:
        client.send(BEHIND + data)
        assert client.response().text == "hello"
        assert client.response().status == status
        assert client.ends()


GOOD_NAME = b"X-Device-Name"
# What begins like a name that was good a moment ago, or is as long and ends like it.
BAD_NAMES = [
    GOOD_NAME + b" :",
    GOOD_NAME + b"\t:",
    b" " + GOOD_NAME + b":",
    GOOD_NAME,
    b"X-Dev(ce-Name:",
    b"X-Dev ce-Name:",
    b"X-Device\xffName:",
    GOOD_NAME + b" qaaa:",  # what is remembered of both has one place
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_name_that_was_good_lets_no_other_pass(site, name):
    with Client(site.port) as client:
        for _ in range(2):
            assert client.get("/hello", GOOD_NAME.decode() + ": a").text == "hello"
    head = b"GET /hello HTTP/1.1\r\nHost: a\r\n%s a\r\n\r\n"
    for _ in range(2):
        assert refusal(site, head % name).status == 400
    with Client(site.port) as client:
        client.send(head % (GOOD_NAME + b":") + head % name)
        assert client.response().text == "hello"
        assert client.response().status == 400


@pytest.mark.parametrize("row", rows.GOOD_HEADS, ids=row_id)
def test_good_head(site, row):
    """None of them is refused, however it comes; the request behind it is found where the connection stays."""
    data, said = row[2:]
    method = said.get("method", "GET")
    content = b"x" * max(said.get("length", 0), 0) if said.get("length", 0) < 1000 else None
    if content is None:
        return  # the length is too much to send: the row is for the syntax alone
    data += b"0\r\n\r\n" if said.get("length") == -1 else content
    keeps = said.get("keep", said.get("minor", 1) == 1)
    for singly in (False, True):
        with Client(site.port) as client:
            (client.send_bytes_singly if singly else client.send)(data + BEHIND * keeps)
            answer = client.response(method)
            assert answer.status not in SYNTAX_ERRORS - {501}, answer
            # A content that nobody reads may cost the connection, where its end is not known or it was not sent yet.
            may_close = b"chunked" in data.lower() or b"Expect" in data
            if keeps and not (may_close and answer.field("Connection") == "close"):
                assert client.response().text == "hello"
            else:
                assert answer.field("Connection") == "close"
                assert client.ends()


@pytest.mark.parametrize("row", rows.CHUNKED, ids=row_id)
def test_chunked_content(site, row):
    data, expected = row[2:]
    head = b"POST /content HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    for singly in (False, True):
        if isinstance(expected, int):
            answer = refusal(site, head + data, singly)
            assert answer.status == expected
            continue
        with Client(site.port) as client:
            (client.send_bytes_singly if singly else client.send)(head + data + BEHIND)
            assert client.response().body == expected
            assert client.response().text == "hello"


def test_empty_lines_before_a_request(client):
    """RFC 9112 section 2.2: at least one is to be overlooked."""
    client.send(b"\r\n" + BEHIND + b"\r\n\r\n" + BEHIND)
    assert client.response().text == "hello"
    assert client.response().text == "hello"
    client.send_bytes_singly(b"\r\n" + BEHIND)
    assert client.response().text == "hello"


@pytest.mark.parametrize("data", [b"\n" + BEHIND, b"\r" + BEHIND, b"\r\r\n" + BEHIND])
def test_half_an_empty_line_before_a_request(site, data):
    assert refusal(site, data).status == 400


def test_end_in_the_middle_of_a_head(site):
    with Client(site.port) as client:
        client.send(b"GET /hello HTT")
        client.shut()
        assert client.response().status == 400
        assert client.ended()


def test_end_in_the_middle_of_a_content(site):
    with Client(site.port) as client:
        client.send(b"POST /content HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        client.shut()
        assert client.response().status == 400
        assert client.ended()


def test_end_after_a_request(site):
    """A client that says at once that it is done still gets its answer."""
    with Client(site.port) as client:
        client.send(BEHIND)
        client.shut()
        assert client.response().text == "hello"
        assert client.ended()
