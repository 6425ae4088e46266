"""The demonstration, started as its reader does, and a real browser to look at it."""

import contextlib
import os
import shutil
import sys

import pytest

from tests.conftest import IN_CI, require
from tests.runtimes import ROOT, RUNTIMES, ReservedPort, ServerProcess
from tools.failure import ToolError
from tools.setup import install_packages

CHROMIUM = "/usr/bin/chromium"
# In a container, as root, without a screen; and no word to anybody outside.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", params=["CPYTHON", "UNIX"])
def demo_runtime(request):
    """The names of the runtimes, as `make demo RUNTIME=` takes them."""
    if request.param == "UNIX":
        require(RUNTIMES["unix"])
    return request.param


@pytest.fixture(scope="module")
def demo(demo_runtime):
    """The demonstration on each runtime, see `serve`, shared by a module's tests."""
    with serve(demo_runtime) as server:
        yield server


@contextlib.contextmanager
def serve(runtime):
    """Serve the demonstration: a ServerProcess; `name` is the runtime's, `url` where it serves."""
    port = ReservedPort()
    command = [sys.executable, "-m", "tools", "demo", runtime, "--port", str(port.number), "--address", "127.0.0.1"]
    with ServerProcess(command, None, ROOT, [port]) as server:
        server.wait_for(f"listening on 127.0.0.1:{port.number}")
        server.name = runtime
        server.url = f"http://127.0.0.1:{port.number}"
        yield server
        output = server.output()
    assert "Traceback" not in output and " ERROR " not in output, output


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window, a playwright Browser. Skips where it is not there; fails in continuous integration."""
    try:
        if not os.path.exists(CHROMIUM):
            install_packages(["chromium"], os.geteuid() == 0, bool(shutil.which("apt-get")))
    except ToolError as error:
        if IN_CI:
            pytest.fail(str(error), pytrace=False)
        pytest.skip(f"no browser: {error}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
