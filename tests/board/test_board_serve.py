"""What a flashed board serves: the welcome page, JSON, files, ranges, templates, WebSockets, uploads; over https too.

The firmware does it by itself, from config.json, app.py and webroot/ in its flash memory.
"""

import json
import ssl
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import trustme
from websockets.sync.client import connect

from tests.board.conftest import APP, PATIENCE_SEC, WELCOME
from tests.conftest import require
from tests.emulated import MPS2
from tests.runtimes import ROOT

PATTERN = bytes(range(256)) * 200
FILES = {
    **WELCOME,
    "app.py": APP,
    "webroot/pattern.txt": PATTERN,
    "webroot/page.pyhtml": b"<p>{{ for i in range(3) }}{{ i * i }} {{ end }}{{ request.Path }}</p>",
}
MODULES = ["WebSockets", "PyhtmlTemplate"]


class Site:
    """A board with FILES, and how to reach it: `base` its URL, `verify` what its certificate is checked by."""

    def __init__(self, device, scheme, port, verify):
        self.device = device
        self.verify = verify
        device.wait_serves(port, scheme=scheme)
        self.base = f"{scheme}://127.0.0.1:{device.port(port)}"

    def client(self):
        """A new httpx.Client."""
        return httpx.Client(base_url=self.base, verify=self.verify, timeout=PATIENCE_SEC)

    def socket(self):
        """A new WebSocket."""
        context = self.verify if self.base.startswith("https") else None
        address = self.base.replace("http", "ws", 1) + "/"
        return connect(address, ssl=context, compression=None, open_timeout=PATIENCE_SEC)


@pytest.fixture(scope="module", params=["http", "https"])
def site(switch_on, request):
    config = {"modules": MODULES}
    files = dict(FILES)
    verify = ssl.create_default_context()
    if request.param == "https":
        authority = trustme.CA()
        authority.configure_trust(verify)
        certificate = authority.issue_cert("127.0.0.1")
        files["cert.pem"] = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        files["key.pem"] = certificate.private_key_pem.bytes()
        config["server"] = {"tls": {"cert": "cert.pem", "key": "key.pem"}}
    files["config.json"] = json.dumps(config).encode()
    return Site(switch_on(files), request.param, 443 if request.param == "https" else 80, verify)


@pytest.fixture
def client(site):
    with site.client() as client:
        yield client


def test_the_welcome_page(client):
    answer = client.get("/")
    assert answer.content == (ROOT / "webroot" / "index.html").read_bytes()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert client.get("/api/status").json()["board"] == "MPS2_AN385"


def test_json(client):
    assert client.get("/json").json() == {"celsius": 21, "list": [1, 2, 3]}


def test_a_file_and_its_parts(client):
    whole = client.get("/pattern.txt")
    assert whole.content == PATTERN
    assert client.get("/pattern.txt", headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = client.get("/pattern.txt", headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, PATTERN[1000:2000])
    assert client.get("/nothing.txt").status_code == 404


def test_a_template(client):
    assert client.get("/page.pyhtml").text == "<p>0 1 4 /page.pyhtml</p>"


def test_an_upload_in_chunks(client):
    pieces = (PATTERN for _ in range(10))  # four times the heap
    assert client.put("/count", content=pieces).json() == {"bytes": 10 * len(PATTERN)}


def test_the_largest_content_and_head(site):
    """What the embedded preset allows, 16 KB and 8 KB in one piece, is there between all else that comes and goes."""
    if site.base.startswith("https"):
        pytest.skip("of 128 KB of heap, TLS takes 23 KB a connection")
    content = PATTERN[: 16 * 1024]
    fields = {f"X-{i}": "y" * 120 for i in range(60)}
    with site.client() as client:
        for _ in range(5):
            assert client.post("/content", content=content).content == content
            pieces = (content[at : at + 500] for at in range(0, len(content), 500))
            assert client.post("/content", content=pieces).content == content
            assert client.get("/json", headers=fields).json()["celsius"] == 21
            assert client.get("/pattern.txt").content == PATTERN
            assert client.get("/nothing.txt").status_code == 404
            with client.stream("GET", "/endless") as endless:
                assert len(next(endless.iter_bytes(5000))) == 5000


def test_a_web_socket(site):
    with site.socket() as socket:
        for text in ("hello", "\u20ac" * 100, "x" * 1000):
            socket.send(text)
            assert socket.recv(PATIENCE_SEC) == text


def test_a_browser_with_six_connections(site):
    """In TLS the memory bears few at a time: the others wait until those are gone or silent, none is lost."""

    def visit(_):
        with site.client() as client:
            return [client.get(path).status_code for path in ("/", "/json", "/pattern.txt")]

    with ThreadPoolExecutor(6) as connections:
        assert list(connections.map(visit, range(12))) == [[200, 200, 200]] * 12


def test_nothing_went_wrong(site):
    assert "Traceback" not in site.device.said()
    assert "MemoryError" not in site.device.said()


@pytest.fixture(scope="module")
def small(switch_on):
    """A board with half the heap."""
    require(MPS2)
    files = {**FILES, "config.json": b'{"modules": ["WebSockets"]}'}
    return Site(switch_on(files, firmware=MPS2.firmware.with_name("firmware-64k.elf")), "http", 80, True)


def test_half_the_heap_does_for_the_page_and_a_web_socket(small):
    with small.client() as client, small.socket() as socket:
        for _ in range(3):
            assert client.get("/").content == (ROOT / "webroot" / "index.html").read_bytes()
            assert client.get("/json").json()["celsius"] == 21
            socket.send("hello")
            assert socket.recv(PATIENCE_SEC) == "hello"
        assert 4_000 < int(client.get("/free").text) < 65_536
    test_nothing_went_wrong(small)
