"""What the WebSocket tests share: servers of apps/echo.py."""

import json
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.conftest import WITH_BOARD, require
from tests.http.client import wait_until

APPS = Path(__file__).parent / "apps"
PATIENCE_SEC = 20  # against hangs only
OWN_FAULTS = ("own fault\n", "must return one of")  # what apps/echo.py raises on purpose


class Echo:
    """A running echo server: `port`, and what it tells of itself."""

    def __init__(self, process):
        self.process = process
        self.port = process.port

    def connect(self, path="/", **options):
        """A WebSocket of the package `websockets`."""
        return connect(f"ws://127.0.0.1:{self.port}{path}", **{"compression": None, "ping_interval": None, **options})

    def get(self, path):
        """The text of a page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE_SEC) as answer:
            return answer.read().decode()

    def state(self):
        """What /state tells."""
        return json.loads(self.get("/state"))

    def wait_closed(self, count):
        """The [code, reason, IsClosed] of the closed WebSockets from the `count`-th on, once there is one."""
        wait_until(lambda: len(self.state()["closed"]) > count, "one has closed")
        return self.state()["closed"][count:]


class Echoes:
    """Starts echo servers, and sees at the end that each still runs."""

    def __init__(self, runtime):
        self.runtime = runtime
        self._processes = []

    def start(self, heap="4m", files=(), roomy=False, **settings):
        """An Echo with `settings` as apps/echo.py has them; `files` as Runtime.start takes them.

        `roomy`: on Runtime.roomy.
        """
        runtime = self.runtime.roomy if roomy else self.runtime
        process = runtime.start(str(APPS / "echo"), [json.dumps(settings)], heap=heap, files=files)
        self._processes.append(process)
        return Echo(process)

    def end(self):
        """Stop them. Raises AssertionError if one had ended, or logged a traceback that nobody asked for."""
        for process in self._processes:
            was_running = process.is_running
            process.stop()
            output = process.output()
            assert was_running or "stopped" in output, f"ended by itself:\n{output}"
            own = sum(output.count(fault) for fault in OWN_FAULTS)
            assert output.count("Traceback") <= own, output


@pytest.fixture(scope="session", params=sorted(WITH_BOARD))
def runtime(request):
    """Each interpreter and the emulated board in turn, a tests.runtimes.Runtime."""
    return require(WITH_BOARD[request.param])


@pytest.fixture(scope="module")
def echoes(runtime):
    """An Echoes: for tests that need servers with settings of their own."""
    echoes = Echoes(runtime)
    yield echoes
    echoes.end()


@pytest.fixture(scope="module")
def echo(echoes):
    """A server with the ordinary settings, one for the module."""
    return echoes.start()


@pytest.fixture(scope="module")
def roomy_echo(echoes, request):
    """`echo`, or where that is on a board another on one with more memory: for crowds and long messages."""
    return echoes.start(roomy=True) if echoes.runtime.is_board else request.getfixturevalue("echo")
