"""`make run`'s last step as its user meets it: a new folder, a page, a changed port, Ctrl-C."""

import json
import sys
import urllib.request

import pytest

from tests.runtimes import ReservedPort, ServerProcess
from tools.paths import ROOT


@pytest.fixture
def device(firmware, tmp_path):
    """A function that starts the verb `device` in a folder on a port of the system's, and gives its process."""
    started = []

    def start():
        folder = tmp_path / "device"
        command = [sys.executable, "-m", "tools", "device", str(folder)]
        if not folder.exists():
            # The first config.json asks for port 8080, which may be somebody else's on this machine.
            assert ServerProcess([*command, "--no-run"], None, ROOT, []).wait_end() == 0
        port = ReservedPort()
        config = json.loads((folder / "config.json").read_text())
        config["server"]["port"] = port.number
        (folder / "config.json").write_text(json.dumps(config))
        started.append(ServerProcess(command, None, ROOT, [port]))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def get(server, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=10) as answer:
        return answer.headers.get_content_type(), answer.read()


def test_a_new_device_serves_its_page_and_its_status(device):
    server = device()
    server.wait_for(f"http://127.0.0.1:{server.port}/")
    kind, page = get(server, "/")
    assert kind == "text/html"
    assert page == (ROOT / "webroot" / "index.html").read_bytes()
    kind, status = get(server, "/api/status")
    assert kind == "application/json"
    assert json.loads(status)["board"] == "UNIX"


def test_ctrl_c_ends_it_cleanly(device):
    server = device()
    server.wait_for(f"http://127.0.0.1:{server.port}/")
    server.interrupt()
    assert server.wait_end() == 0
    assert "Traceback" not in server.output()


def test_the_port_is_the_configured_one(device):
    first = device()
    first.wait_for(f"http://127.0.0.1:{first.port}/")
    first.stop()
    second = device()
    second.wait_for(f"http://127.0.0.1:{second.port}/")
    assert second.port != first.port
    assert get(second, "/")[0] == "text/html"
