"""examples/upload.py: uploads larger than memory, as they are and as the parts of a form."""

import hashlib
import socket
import struct

import pytest

from tests.http.client import wait_until

EXAMPLE = "upload"
# More than a MicroPython's heap here, so that it cannot have been held whole.
BIG = bytes(range(256)) * 4 * 1024 * 4  # 4 MiB
WAIT_SEC = 60


def digest(data):
    """A short text that stands for long bytes, so that a failure shows no megabytes."""
    return len(data), hashlib.sha256(data).hexdigest()


def names(example):
    """The files in the folder of the uploads."""
    return sorted(path.name for path in (example.folder / "uploads").iterdir())


def in_pieces(data, size=10000):
    """`data` as an iterator: httpx then sends it chunked, its length not told."""
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("content", [BIG, iter], ids=["known length", "chunked"])
def test_a_file_larger_than_memory_arrives(example, content):
    sent = example.client.put("/files/big.bin", content=in_pieces(BIG) if content is iter else content)
    assert (sent.status_code, sent.json()) == (201, {"path": "/files/big.bin", "size": len(BIG)})
    assert digest((example.folder / "uploads" / "big.bin").read_bytes()) == digest(BIG)
    back = example.get(sent.headers["Location"])
    assert digest(back.content) == digest(BIG)
    assert back.headers["Content-Disposition"] == 'attachment; filename="big.bin"'


def test_an_empty_file_is_one_too(example):
    sent = example.client.put("/files/empty", content=b"")
    assert (sent.status_code, sent.json()["size"]) == (201, 0)
    assert example.get("/files/empty").content == b""


@pytest.mark.parametrize("name", [".hidden", "%2e%2e%2fupload.py", "a b", "1.part", "x" * 65, "%00"])
def test_a_name_that_is_none_is_refused(example, name):
    before = names(example)
    assert example.client.put(f"/files/{name}", content=b"x").status_code == 400
    assert example.get(f"/files/{name}").status_code in (400, 404)
    assert names(example) == before


def test_what_is_too_large_is_refused_before_it_comes(example):
    head = f"PUT /files/huge HTTP/1.1\r\nHost: x\r\nContent-Length: {64 * 1024 * 1024 + 1}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", example.server.port), timeout=WAIT_SEC) as client:
        client.sendall(head.encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 413 ")
    assert "huge" not in names(example)


def test_the_files_of_a_form_arrive(example):
    files = [("file", ("one.txt", b"first")), ("file", ("two.bin", BIG)), ("file", ("../three.txt", b"third"))]
    files += [("file", ("not ok", b"skipped")), ("note", (None, b"no file"))]
    page = example.client.post("/upload", files=files)
    assert page.status_code == 200
    for name, content in (("one.txt", b"first"), ("two.bin", BIG), ("three.txt", b"third")):
        assert f'<a href="/files/{name}">{name}</a>' in page.text
        assert digest(example.get(f"/files/{name}").content) == digest(content)
    assert "not ok" not in names(example)


def test_a_form_of_another_type_is_415(example):
    assert example.client.post("/upload", data={"a": "b"}).status_code == 415


@pytest.mark.parametrize("reset", [False, True], ids=["closes", "resets"])
@pytest.mark.parametrize("path", ["PUT /files/half", "POST /upload"])
def test_half_a_file_is_not_kept(example, path, reset):
    content = b'--b\r\nContent-Disposition: form-data; name="file"; filename="half"\r\n\r\n' + b"x" * 5000
    head = f"{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n"
    head += "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    before = len(example.server.output())
    with socket.create_connection(("127.0.0.1", example.server.port), timeout=WAIT_SEC) as client:
        client.sendall(head.encode() + content)
        wait_until(lambda: any(name.endswith(".part") for name in names(example)), "it has begun", WAIT_SEC)
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: not any(name.endswith(".part") for name in names(example)), "the half is gone", WAIT_SEC)
    assert "half" not in names(example)
    assert example.get("/upload").status_code == 200  # and with it all that was logged before has come
    logged = example.server.output()[before:]
    assert "Traceback" not in logged, logged
