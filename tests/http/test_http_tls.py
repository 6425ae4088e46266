"""TLS: the handshake, certificates of clients, large answers, clients that stall, http and https side by side."""

import json
import socket
import ssl
import threading

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_certificate

from tests.http.client import TIMEOUT_SEC, Client, request, wait_until
from tests.http.conftest import LARGE


class Certificates:
    """An authority, a server's certificate and a client's; a client's of another authority. Paths are strings."""

    def __init__(self, folder):
        self._folder = folder
        self.authority = trustme.CA()
        self.stranger = trustme.CA()
        server = self.authority.issue_cert("localhost")
        self.cert = self._write("server.pem", b"".join(blob.bytes() for blob in server.cert_chain_pems))
        self.key = self._write("server.key", server.private_key_pem.bytes())
        self.ca = self._write("ca.pem", self.authority.cert_pem.bytes())
        certificate = load_pem_x509_certificate(server.cert_chain_pems[0].bytes())
        self.cert_der = self._write("server.crt", certificate.public_bytes(serialization.Encoding.DER))
        key = serialization.load_pem_private_key(server.private_key_pem.bytes(), None)
        self.key_der = self._write(
            "server-der.key",
            key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )

    def _write(self, name, data):
        path = self._folder / name
        path.write_bytes(data)
        return str(path)

    def context(self, signed_by=None):
        """A client's context that trusts the authority; with a certificate of its own if `signed_by` a trustme.CA."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        if signed_by:
            signed_by.issue_cert("client@example.org").configure_cert(context)
        return context


@pytest.fixture(scope="module")
def runtime(runtime):
    """A board with room for crowds of connections in TLS, of 23 KB each."""
    return runtime.roomy


@pytest.fixture(scope="module", autouse=True)
def with_tls(runtime):
    """Skips where the interpreter has no TLS for the server."""
    if not runtime.has_tls:
        pytest.skip(f"{runtime.name}: no ssl.SSLContext there")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure(sites, certificates):
    return sites.start(ssl=[certificates.cert, certificates.key], heap="4m")


@pytest.fixture
def tls(secure, certificates):
    with Client(secure.port, certificates.context()) as client:
        yield client


def test_request(tls):
    for _ in range(3):
        said = json.loads(tls.get("/echo").body)
        assert said["IsSSL"] is True
        assert said["Method"] == "GET"


def test_pipelined_and_in_segments(tls):
    tls.send(request("GET", "/users/1") * 20 + request("POST", "/content", body=b"x" * 5000) + request("GET", "/hello"))
    for _ in range(20):
        assert tls.response().status == 200
    assert tls.response().body == b"x" * 5000
    assert tls.response().text == "hello"
    tls.send_bytes_singly(request("GET", "/hello"))
    assert tls.response().text == "hello"


def test_large_answers(tls):
    """More than one TLS record, and more than the kernel takes at once."""
    assert tls.get("/large.txt").body == LARGE
    assert len(tls.get("/body/100000").body) == 100_000
    assert len(tls.get("/stream/chunked/100000").body) == 100_000
    assert tls.get("/hello").text == "hello"


def test_large_content(tls):
    """A record holds 16 KB and a buffer 1 KB: what TLS has decrypted already, no poll tells of."""
    data = bytes(range(256)) * 64
    for _ in range(3):
        assert tls.request("POST", "/content", body=data).body == data
    tls.send(request("PUT", "/upload", body=data * 20))
    assert json.loads(tls.response().body)["size"] == len(data) * 20


def test_a_busy_client_leaves_others_their_turn(secure, certificates):
    """What waits inside TLS is read without a poll: not for as long as one client keeps it coming."""
    context = certificates.context()
    batch = request("GET", "/hello") * 150
    begun = threading.Event()
    ends = threading.Event()

    def keep_busy(busy):
        """Always has some batches on the way."""
        answer = busy.get("/hello")
        head = ["HTTP/1.1 200 OK\r\n", *(f"{name}: {value}\r\n" for name, value in answer.fields), "\r\n"]
        size = sum(map(len, head)) + len(answer.body)
        for _ in range(20):
            busy.send(batch)
        while not ends.is_set():
            busy.read_exactly(150 * size)
            busy.send(batch)
            begun.set()

    with Client(secure.port, context) as busy, Client(secure.port, context) as other:
        assert other.get("/hello").text == "hello"
        thread = threading.Thread(target=keep_busy, args=[busy], daemon=True)
        thread.start()
        assert begun.wait(TIMEOUT_SEC)
        for _ in range(3):
            assert other.get("/hello").text == "hello"
        ends.set()
        thread.join(TIMEOUT_SEC)


def test_last_request_of_a_turn_ends_the_connection(secure, tls, certificates):
    """A record of 16 requests, each as long as a buffer: as many reads as a client has in a turn."""
    assert tls.get("/hello").text == "hello"
    last = padded(1024, "Connection: close")
    tls.send(padded(1024) * 15 + last)
    for _ in range(16):
        assert tls.response().text == "hello"
    assert tls.ended()
    with Client(secure.port, certificates.context()) as other:
        assert other.get("/hello").text == "hello"
    assert "Traceback" not in secure.output()


def padded(size, *fields):
    """A request of `size` bytes."""
    bare = len(request("GET", "/hello", [*fields, "X: "]))
    return request("GET", "/hello", [*fields, "X: " + "x" * (size - bare)])


def test_many_requests_in_one_record(tls):
    data = request("GET", "/users/1") * 300
    assert len(data) < 16_384
    tls.send(data)
    for _ in range(300):
        assert tls.response().status == 200


@pytest.mark.parametrize(("size", "count"), [(128, 24), (64, 300), (1024, 3)])
def test_requests_that_fill_the_buffer(tls, size, count):
    """Of a record that ends no request, the buffer has had all, and has no room for what TLS still keeps."""
    one = request("GET", "/hello", ["X-Filled: " + "x" * (size - len(request("GET", "/hello")) - 12)])
    assert len(one) == size and 1024 % size == 0
    tls.send(one * count)
    for _ in range(count):
        assert tls.response().text == "hello"
    tls.send(b"\r\n" * 1000 + one)
    assert tls.response().text == "hello"


def test_deferred_answer(tls):
    assert tls.get("/defer/timer/x").text == "deferred x "
    assert tls.request("POST", "/defer/content", body=b"y").text == "deferred y "


def test_refusal(secure, certificates):
    with Client(secure.port, certificates.context()) as client:
        client.send(b"nonsense\r\n\r\n")
        assert client.response().status == 400
        assert client.ended()


def test_slow_reader(secure, certificates):
    context = certificates.context()
    with Client(secure.port, context, receive_buffer=4096) as slow, Client(secure.port, context) as other:
        slow.send(request("GET", "/large.txt"))
        for _ in range(20):
            assert other.get("/hello").text == "hello"
        assert slow.response().body == LARGE


def test_stalled_handshakes_do_not_keep_the_others_waiting(secure, certificates):
    stalled = []
    for data in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(20)) * 8:
        client = Client(secure.port)
        client.send(data)
        stalled.append(client)
    for _ in range(5):
        with Client(secure.port, certificates.context()) as client:
            assert client.get("/hello").text == "hello"
    for client in stalled:
        client.reset()


def test_plain_http_on_the_port_of_https(secure, certificates):
    for data in (request("GET", "/hello"), b"\x80" * 100, bytes(1000)):
        with Client(secure.port) as client:
            client.send(data)
            assert b"hello" not in client.read_until_end()
    with Client(secure.port, certificates.context()) as client:
        assert client.get("/hello").text == "hello"


def test_clients_that_go_away(secure, certificates):
    context = certificates.context()
    descriptors = secure.descriptors()
    for i in range(30):
        client = Client(secure.port, context, receive_buffer=4096)
        client.send((b"", b"GET /he", request("GET", "/hello"), request("GET", "/large.txt"))[i % 4])
        (client.reset if i % 2 else client.close)()
    for i in range(10):
        sock = socket.create_connection(("127.0.0.1", secure.port))
        sock.send(b"\x16\x03\x01"[: i % 4])
        sock.close()

    def all_gone():
        with Client(secure.port, context) as client:
            return json.loads(client.get("/state").body)["connections"] == 1

    wait_until(all_gone, "the connections are gone")
    wait_until(lambda: secure.descriptors() <= descriptors, "the sockets are closed")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_version(secure, certificates, runtime, version):
    context = certificates.context()
    context.minimum_version = context.maximum_version = version
    try:
        with Client(secure.port, context) as client:
            assert client.get("/hello").text == "hello"
    except ssl.SSLError:
        if not runtime.is_micropython or version != ssl.TLSVersion.TLSv1_3:
            raise
        pytest.skip("this MicroPython's mbedTLS is built without TLS 1.3")


def test_old_version_is_refused(secure, certificates):
    context = certificates.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        Client(secure.port, context)


def test_files_in_der(sites, certificates):
    server = sites.start(ssl=[certificates.cert_der, certificates.key_der], heap="4m")
    with Client(server.port, certificates.context()) as client:
        assert client.get("/hello").text == "hello"


@pytest.fixture(scope="module")
def checked(sites, certificates):
    return sites.start(ssl=[certificates.cert, certificates.key, certificates.ca], heap="4m")


def test_client_with_a_certificate(checked, certificates):
    with Client(checked.port, certificates.context(signed_by=certificates.authority)) as client:
        assert client.get("/hello").text == "hello"


@pytest.mark.parametrize("whose", [None, "stranger"])
def test_client_without_a_good_certificate(checked, certificates, whose):
    """In TLS 1.3 the client thinks the handshake over before the server has looked: it is told instead of an answer."""
    signed_by = certificates.stranger if whose else None
    received = b""
    try:
        with Client(checked.port, certificates.context(signed_by)) as client:
            client.send(request("GET", "/hello"))
            received = client.read_until_end()
    except (ssl.SSLError, ConnectionError):
        pass
    assert received == b""
    with Client(checked.port, certificates.context(signed_by=certificates.authority)) as client:
        assert client.get("/hello").text == "hello"


def test_files_that_are_none(runtime, certificates, tmp_path):
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("garbage")
    program = (
        "import sys\n"
        "from MicroWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception\n"
        "for files in %r:\n"
        "    server = MicroWebSrv2()\n"
        "    try:\n"
        "        server.EnableSSL(*files)\n"
        "        print('taken', files)\n"
        "    except MicroWebSrv2Exception as error:\n"
        "        print(server.IsSSLEnabled, error)\n"
    ) % [("/not/there.pem", certificates.key), (certificates.cert, str(garbage)), (str(garbage), certificates.key)]
    lines = runtime.run(program, files=[certificates.cert, certificates.key, garbage]).splitlines()
    assert lines[0] == 'False cannot find the file "/not/there.pem"'
    assert [line.startswith("False cannot use the certificate or its key") for line in lines[1:]] == [True, True]


def test_http_and_https_in_one_pool(runtime, certificates):
    with runtime.start("dual", [certificates.cert, certificates.key], ports=2) as server:
        for _ in range(3):
            with Client(server.ports[0]) as client:
                assert client.get("/secure").text == "False"
            with Client(server.ports[1], certificates.context()) as client:
                assert client.get("/secure").text == "True"
