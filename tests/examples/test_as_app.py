"""Each example on a device: as its app.py, served by the firmware."""

import json
import shutil

import httpx
import pytest

from tests.examples.conftest import EXAMPLES, HEAPS
from tests.runtimes import ReservedPort

# What the example answers to GET: a path, and the status.
PATHS = {
    "auth": ("/account", 401),
    "forms": ("/order", 200),
    "http_and_https": ("/secure", 200),
    "json_rest": ("/api/items", 200),
    "quick_start": ("/test", 200),
    "route_arguments": ("/users", 200),
    "stream": ("/stream/file", 200),
    "upload": ("/upload", 200),
}


def test_every_example_is_here():
    assert set(PATHS) == {path.stem for path in EXAMPLES.glob("*.py")} - {"standalone"}


@pytest.mark.parametrize("name", PATHS)
def test_a_device_serves_it(firmware, name, tmp_path):
    port = ReservedPort()
    shutil.copy(EXAMPLES / f"{name}.py", tmp_path / "app.py")
    (tmp_path / "config.json").write_text(json.dumps({"server": {"port": port.number}}))
    heap = HEAPS[firmware.name]
    with firmware.start_command(["-m", "main"], heap, cwd=tmp_path, reserved=[port]) as server:
        server.wait_for(f"serves http://127.0.0.1:{port.number}/")
        with httpx.Client(base_url=f"http://127.0.0.1:{port.number}", timeout=60) as client:
            assert client.get("/api/status").json()["server"] == "MicroWebSrv2"
            path, status = PATHS[name]
            assert client.get(path).status_code == status
        assert "Traceback" not in server.output(), server.output()
