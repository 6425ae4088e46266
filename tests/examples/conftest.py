"""Starts the programs of examples/ as their reader does, on each runtime."""

import httpx
import pytest

from tests.runtimes import ROOT, ReservedPort

EXAMPLES = ROOT / "examples"
ADDRESS = "127.0.0.1"
# About a board's; the package takes more of it where it is not frozen in.
HEAPS = {"unix": "160k", "newest": "1M"}


class Example:
    """A running example: its process (`server`), and an HTTP client whose paths begin at its address."""

    def __init__(self, server):
        self.server = server
        self.client = httpx.Client(base_url=f"http://{ADDRESS}:{server.port}", timeout=60)

    def get(self, path, **options):
        """The answer to GET, an httpx.Response."""
        return self.client.get(path, **options)

    def close(self):
        """End the client and the process."""
        self.client.close()
        self.server.stop()


def start(runtime, name, ports=1, cwd=ROOT):
    """Start examples/`name`.py on `ports` free ports and wait until it listens on all. Returns a ServerProcess."""
    reserved = [ReservedPort() for _ in range(ports)]
    arguments = [EXAMPLES / f"{name}.py", *(port.number for port in reserved), ADDRESS]
    server = runtime.start_command(arguments, heap=HEAPS.get(runtime.name), cwd=cwd, reserved=reserved)
    try:
        for port in reserved:
            server.wait_for(f"listening on {ADDRESS}:{port.number}")
    except BaseException:
        server.stop()
        raise
    return server


@pytest.fixture(scope="module")
def example(runtime, request, tmp_path_factory):
    """The example that the test's module names in EXAMPLE, shared by its tests.

    It is started in CWD, or in an empty folder, its `folder`.
    """
    cwd = getattr(request.module, "CWD", None) or tmp_path_factory.mktemp("cwd")
    running = Example(start(runtime, request.module.EXAMPLE, cwd=cwd))
    running.folder = cwd
    yield running
    running.close()
