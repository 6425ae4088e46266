"""A device's folder in a place of its own, and the device started in it."""

import json
import socket
from pathlib import Path

import httpx

ON_DEVICE = Path(__file__).parent / "on_device"
SERVES = r"^MicroWebSrv2 serves (https?://127\.0\.0\.1:(\d+)/)$"


def free_port():
    """Return a port that nothing listens on; the configuration has no 0 for that."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Folder:
    """A device's folder, and the device started in it."""

    def __init__(self, path):
        self.path = path
        self.port = free_port()
        (path / "webroot").mkdir()
        (path / "webroot" / "index.html").write_text("<p>welcome</p>")
        self.configure()

    def configure(self, server=(), **more):
        """Write config.json: the port, `server`'s keys beside it, and other sections."""
        data = {"server": {"port": self.port, **dict(server)}, **more}
        (self.path / "config.json").write_text(json.dumps(data))

    def write(self, name, *lines):
        """Write a file of the folder."""
        (self.path / name).write_text("\n".join(lines) + "\n")

    def start(self, runtime, heap=None):
        """Start the device on `runtime`, with a `heap` as "160k" of a MicroPython. Returns its process."""
        return runtime.start_command(["-m", "main"], heap, cwd=self.path)

    def start_as_board(self, runtime):
        """Start the device on `runtime` as a board does, with a fake radio. Returns its process."""
        return runtime.start_command([ON_DEVICE / "as_board.py", ON_DEVICE / "fakes"], cwd=self.path)


def get(process, path="", pattern=SERVES, **options):
    """Wait for the address that the device says, and get `path` below it."""
    address = process.wait_for(pattern).group(1)
    return httpx.get(address + path, timeout=10, **options)
