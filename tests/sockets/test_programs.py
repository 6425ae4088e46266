"""The sockets' layer from inside: programs of checks, run on every runtime beside plain servers of this process."""

import contextlib
import re
import socket
import socketserver
import ssl
import threading
from pathlib import Path

import pytest
import trustme

from tests.runtimes import ReservedPort

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def port():
    """A port that nobody else is given, for TCP and UDP."""
    reserved = ReservedPort()
    yield reserved.number
    reserved.release()


second_port = port


def check(runtime, program, *arguments):
    """Run a program of checks; fail with what it printed unless all were well."""
    source = (PROGRAMS / f"{program}.py").read_text()
    wanted = re.findall(r"^        (\w+),$", source[source.rindex("run(") :], re.MULTILINE)
    wanted = wanted or re.search(r"^run\(\[(.*)\]\)$", source, re.MULTILINE).group(1).split(", ")
    output = runtime.run(PROGRAMS / f"{program}.py", arguments)
    assert re.findall(r"^ok (\w+)$", output, re.MULTILINE) == wanted, output
    assert f"CHECKS {len(wanted)}" in output


def test_buffers(runtime):
    check(runtime, "buffers")


def test_pool(runtime, port):
    check(runtime, "pool", port)


def test_faults(runtime, port):
    check(runtime, "faults", port)


def test_memory(runtime, port):
    check(runtime, "memory", port)


def test_udp(runtime, port, second_port):
    check(runtime, "udp", port, second_port)


class Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets; the server's `context` secures it, its `greeting` goes first."""

    def handle(self):
        sock = self.request
        with contextlib.suppress(OSError):
            if self.server.context:
                sock = self.server.context.wrap_socket(sock, server_side=True)
            if self.server.greeting:
                sock.sendall(self.server.greeting)
            while data := sock.recv(65536):
                sock.sendall(data)


@contextlib.contextmanager
def echo_server(context=None, greeting=b""):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    server.context = context
    server.greeting = greeting
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@contextlib.contextmanager
def silent_server():
    """A port on which connections neither succeed nor fail: the queue of those that wait is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def server_context(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, key_type=trustme.KeyType.RSA).configure_cert(context)
    return context


def test_client(runtime, port, tmp_path):
    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    trustme.CA(key_type=trustme.KeyType.RSA).cert_pem.write_to_path(tmp_path / "stranger.pem")
    client = authority.issue_cert("client.example", key_type=trustme.KeyType.RSA)
    client.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    client.private_key_pem.write_to_path(tmp_path / "client.key")
    mutual_context = server_context(authority, "localhost")
    mutual_context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(mutual_context)
    with (
        echo_server(greeting=b"ready\n") as echo,
        silent_server() as silent,
        echo_server(server_context(authority, "localhost")) as secure,
        echo_server(server_context(authority, "other.example")) as misnamed,
        echo_server(mutual_context) as mutual,
    ):
        files = [tmp_path / name for name in ("authority.pem", "stranger.pem", "client.pem", "client.key")]
        check(runtime, "client", echo, silent, port, secure, misnamed, mutual, *files)


def test_a_failed_check_is_seen(runtime, tmp_path):
    """The harness of the programs tells a failed check: without that none could fail."""
    program = tmp_path / "failing.py"
    program.write_text(f"import sys\nsys.path.insert(0, {str(PROGRAMS)!r})\nfrom checks import expect, run\n"
                       "def good():\n    expect(1, 1)\ndef bad():\n    expect(1, 2)\nrun([good, bad])\n")  # fmt: skip
    output = runtime.run(program)
    assert "ok good" in output
    assert "ok bad" not in output
    assert "FAILED bad" in output
    assert "expected 2, got 1" in output
