"""examples/standalone.py: what goes wrong on the command line is said, without a traceback."""

import socket

import pytest

from tests.examples.conftest import EXAMPLES, HEAPS


def run(runtime, *arguments):
    """Run an example that ends by itself. Returns (exit status, output)."""
    server = runtime.start_command([EXAMPLES / "forms.py", *arguments], HEAPS.get(runtime.name))
    return server.wait_end(60), server.output()


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "", "+80", "8_0", "²"])
def test_a_port_that_is_none_is_named(runtime, port):
    assert run(runtime, port) == (1, f'error: PORT: expected 1..65535, got "{port}"\n')


def test_a_port_that_is_taken_is_named(runtime):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, output = run(runtime, str(port), "127.0.0.1")
    assert status == 1
    assert f"error: cannot listen on 127.0.0.1:{port} (" in output
    assert "Name another port: " in output and "Traceback" not in output
