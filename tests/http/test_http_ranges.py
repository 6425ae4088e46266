"""Files in parts: RFC 9110 section 14."""

import email.utils

import pytest

from tests.http.client import etag
from tests.http.conftest import FILES, LARGE, OLD

DATE = email.utils.formatdate(OLD, usegmt=True)
BEFORE = email.utils.formatdate(OLD - 1, usegmt=True)
AFTER = email.utils.formatdate(OLD + 1, usegmt=True)
PAGE = FILES["page.txt"]


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("bytes=10-19", 10, 19),
        ("bytes=99-99", 99, 99),
        ("bytes=90-", 90, 99),
        ("bytes=0-", 0, 99),
        ("bytes=90-1000", 90, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-10", 90, 99),
        ("bytes=-1000", 0, 99),
        ("bytes=0-99", 0, 99),
    ],
)
def test_range(client, value, first, last):
    answer = client.get("/page.txt", f"Range: {value}")
    assert answer.status == 206
    assert answer.body == PAGE[first : last + 1]
    assert answer.field("Content-Range") == f"bytes {first}-{last}/100"
    assert answer.field("Content-Length") == str(last - first + 1)
    assert answer.field("ETag") is not None
    assert client.get("/hello").text == "hello"


@pytest.mark.parametrize("value", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999-"])
def test_range_that_cannot_be_had(client, value):
    answer = client.get("/page.txt", f"Range: {value}")
    assert answer.status == 416
    assert answer.field("Content-Range") == "bytes */100"
    assert client.get("/hello").text == "hello"


@pytest.mark.parametrize(
    "value",
    [
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=9-0",
        "bytes=+1-2",
        "bytes=1_0-20",
        "bytes=0-1,5-6",
        "bytes=0-1-2",
        "bytes=0 - 1",
        "bytes=\xb2-3",
        "bytes=" + "9" * 400 + "-",
        "bytes 0-1",
        "lines=0-1",
        "0-1",
    ],
)
def test_range_that_is_none_is_overlooked(client, value):
    answer = client.get("/page.txt", f"Range: {value}")
    assert (answer.status, answer.body) == (200, PAGE)
    assert client.get("/hello").text == "hello"


def test_range_of_an_empty_file(client):
    assert client.get("/empty.txt", "Range: bytes=0-").status == 416
    assert client.get("/empty.txt", "Range: bytes=-1").status == 416


def test_range_of_a_large_file(client):
    answer = client.get("/large.txt", "Range: bytes=500000-899999")
    assert answer.body == LARGE[500000:900000]


def test_range_if_unchanged(client):
    tag = etag(client)
    for condition, status in ((tag, 206), (DATE, 206), ('"x"', 200), ("W/" + tag, 200), (BEFORE, 200), (AFTER, 200)):
        answer = client.get("/page.txt", "Range: bytes=0-9", f"If-Range: {condition}")
        assert answer.status == status, condition


def test_range_counts_after_the_conditions(client):
    assert client.get("/page.txt", "Range: bytes=0-9", f"If-None-Match: {etag(client)}").status == 304
    assert client.get("/page.txt", "Range: bytes=999-", 'If-Match: "x"').status == 412


def test_range_of_head_is_overlooked(client):
    answer = client.request("HEAD", "/page.txt", ["Range: bytes=0-9"])
    assert (answer.status, answer.field("Content-Length")) == (200, "100")
    assert answer.field("Accept-Ranges") == "bytes"
