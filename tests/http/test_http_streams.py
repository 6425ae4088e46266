"""Contents of requests as they come: streams, the parts of a form."""

import json
import zlib

import pytest

from tests.http.client import Client, chunks, head, pattern, request


def uploaded(answer):
    said = json.loads(answer.body)
    return said["size"], said["crc"]


@pytest.mark.parametrize("size", [0, 1, 1000, 100_000])
def test_stream(client, size):
    data = pattern(size)
    for _ in range(2):
        assert uploaded(client.request("PUT", "/upload", body=data)) == (size, zlib.crc32(data))
        assert client.get("/hello").text == "hello"


@pytest.mark.parametrize("piece", [1, 777, 8192])
def test_chunked_stream(client, piece):
    data = pattern(20_000 if piece > 1 else 2000)
    client.send(request("PUT", "/upload", ["Transfer-Encoding: chunked"]) + chunks(data, piece))
    assert uploaded(client.response()) == (len(data), zlib.crc32(data))
    assert client.get("/hello").text == "hello"


def test_expected_stream(client):
    client.send(head("/upload", 5, "Expect: 100-continue", method="PUT"))
    assert client.response().status == 100
    client.send(b"hello")
    assert uploaded(client.response()) == (5, zlib.crc32(b"hello"))


def test_stream_in_segments(client):
    client.send_bytes_singly(head("/upload", 300, method="PUT") + pattern(300))
    assert uploaded(client.response()) == (300, zlib.crc32(pattern(300)))


def test_one_upload_does_not_keep_the_others_waiting(client):
    """A turn ends with the 32nd read, however much has come."""
    assert json.loads(client.request("PUT", "/upload/turns", body=bytes(500)).body) == [32]


def test_stream_that_is_not_answered(site):
    """The deadline that the handler has set counts from the content's end; without one it has a minute."""
    with Client(site.port) as client:
        assert client.request("PUT", "/upload/forgotten?defer", body=b"12345").status == 503
    with Client(site.port) as client:
        client.send(request("PUT", "/upload/forgotten", body=b"12345"))
        site.wait_for("UPLOAD FORGOTTEN for 60 s$")


def test_stream_that_is_read_again_behind_its_end(site, client):
    """The content of the request behind it is not taken for ended."""
    assert uploaded(client.request("PUT", "/upload/kept", body=b"12345")) == (5, zlib.crc32(b"12345"))
    client.send(head("/content", 10) + b"first")
    with Client(site.port) as other:
        assert other.get("/hello").text == "hello"
        assert json.loads(other.get("/upload/kept/again").body) == {"read": 0}
    client.send(b"other")
    assert client.response().body == b"firstother"


def test_stream_that_breaks_off(site):
    with Client(site.port) as client:
        client.send(head("/upload", 1000, method="PUT") + b"12345")
        client.shut()
        assert client.response().status == 400
        assert client.ended()
    site.wait_for("UPLOAD LOST")


def test_connection_that_is_lost_while_its_handler_reads(site):
    """Nothing goes on with the content when the handler has returned."""
    before = len(site.output())
    with Client(site.port) as client:
        client.send(head("/upload/reset", 1000, method="PUT") + b"12345")
        site.wait_for("UPLOAD RESET")
        assert client.ends()
    with Client(site.port) as client:
        assert client.get("/hello").text == "hello"  # and with it all that was logged before has come
    assert "Traceback" not in site.output()[before:]


def test_malformed_chunk_in_a_stream(site):
    with Client(site.port) as client:
        client.send(request("PUT", "/upload", ["Transfer-Encoding: chunked"]) + b"5\r\nhello\r\nxyz\r\n")
        assert client.response().status == 400


def test_refused_stream(site):
    with Client(site.port) as client:
        assert client.request("PUT", "/upload/refused", body=pattern(50_000)).status == 403
        assert client.get("/hello").text == "hello"


def test_stream_that_is_larger_than_memory(sites):
    """Five megabytes through a MicroPython that has 600 KB for all it does, the suite's routes among it."""
    size = 500_000 if sites.runtime.name == "wipy" else 5_000_000  # there the checksum is written in Python
    data = pattern(251) * (size // 251)
    with Client(sites.start(heap="600k").port) as client:
        assert uploaded(client.request("PUT", "/upload", body=data)) == (len(data), zlib.crc32(data))
        client.send(request("PUT", "/upload", ["Transfer-Encoding: chunked"]) + chunks(data, 5000))
        assert uploaded(client.response()) == (len(data), zlib.crc32(data))


# --- multipart ---


def multipart(*parts):
    """A multipart/form-data content with the boundary XX of (fields of the part, bytes)."""
    pieces = [f"--XX\r\n{fields}\r\n\r\n".encode() + data + b"\r\n" for fields, data in parts]
    return b"".join(pieces) + b"--XX--\r\n"


MULTIPART = "Content-Type: multipart/form-data; boundary=XX"


def test_multipart(client):
    data = pattern(30_000)
    body = multipart(
        ('Content-Disposition: form-data; name="text"', b"a value"),
        ('Content-Disposition: form-data; name="skip"', b"nobody wants this"),
        ('Content-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: image/png', data),
        ('Content-Disposition: form-data; name="empty"; filename="e.txt"', b""),
    )
    for step in (len(body), 1000):
        client.send(head("/parts", len(body), MULTIPART))
        for at in range(0, len(body), step):
            client.send(body[at : at + step])
        found = json.loads(client.response().body)
        assert [(part["name"], part["filename"], part["size"]) for part in found] == [
            ("text", None, 7),
            ("file", "a.bin", len(data)),
            ("empty", "e.txt", 0),
        ]
        assert found[0]["crc"] == zlib.crc32(b"a value")
        assert (found[1]["crc"], found[1]["type"]) == (zlib.crc32(data), "image/png")


def test_chunked_multipart(client):
    body = multipart(('Content-Disposition: form-data; name="a"', b"1" * 3000))
    client.send(request("POST", "/parts", [MULTIPART, "Transfer-Encoding: chunked"]) + chunks(body, 100))
    assert [part["size"] for part in json.loads(client.response().body)] == [3000]
    assert client.get("/hello").text == "hello"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"--YY\r\n\r\n--YY--\r\n",
        b"--XX\r\nContent-Disposition: form-data\r\n\r\na\r\n--XX--\r\n",
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end',
        b"--XX\r\nnonsense\r\n\r\na\r\n--XX--\r\n",
    ],
)
def test_malformed_multipart(site, body):
    with Client(site.port) as client:
        client.send(head("/parts", len(body), MULTIPART) + body)
        assert client.response().status == 400
    with Client(site.port) as client:
        assert client.get("/hello").text == "hello"


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/mixed; boundary=XX", "text/plain", "multipart/form-data; boundary="]
)
def test_multipart_of_another_type(site, kind):
    body = multipart(('Content-Disposition: form-data; name="a"', b"1"))
    with Client(site.port) as client:
        assert client.request("POST", "/parts", [f"Content-Type: {kind}"], body).status in (400, 415)
