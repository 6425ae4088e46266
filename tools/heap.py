"""Measures the heap of the emulated board's firmware while it serves: what is free after the boot, what visits take.

A visit's peak is all that it allocates, from the connection on, while nothing is collected. The first visit of a kind
brings in the modules that it needs, which stay.
"""

import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
from websockets.sync.client import connect

from tools import emulator, flashimage
from tools.failure import ToolError
from tools.paths import ROOT, WEBROOT

FIRMWARES = ("firmware.elf", "firmware-64k.elf")
CONFIG = {"log": {"level": "warning"}, "modules": ["WebSockets"]}
APP = b"""
import gc
from MicroWebSrv2 import MicroWebSrv2
from MicroWebSrv2.libs.xAsyncWorker import Worker
from routes import on_accepted

step = Worker.Step

def Step(self, timeout):  # the server's loop begins
    Worker.Step = step
    gc.collect()
    print("FREE", gc.mem_free())
    return step(self, timeout)

Worker.Step = Step
MicroWebSrv2.LoadModule("WebSockets").OnWebSocketAccepted = on_accepted
"""
ROUTES = ROOT / "tools" / "bench" / "apps" / "routes.py"
PATIENCE_SEC = 60
ROOM = 32_768  # bytes
REST_SEC = 0.2  # the board closes its end of a connection a little later
MESSAGE = "x" * 125


def page(port):
    """Visit the welcome page."""
    _get(port, "/")


def json_route(port):
    """Visit a route that answers with JSON."""
    _get(port, "/json")


def _open(port):
    """A new WebSocket."""
    return connect(f"ws://127.0.0.1:{port}/", compression=None, open_timeout=PATIENCE_SEC)


def web_socket(port):
    """Open a WebSocket, and have a message sent back."""
    with _open(port) as socket:
        socket.send(MESSAGE)
        socket.recv(PATIENCE_SEC)


VISITS = {"static page": page, "JSON route": json_route, "WebSocket": web_socket}


def _client(port):
    """A client whose connection is kept alive."""
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SEC)


def _get(port, path):
    with _client(port) as client:
        client.get(path).raise_for_status()


def measure():
    """The figures of both firmwares, {file: {"free after the boot": bytes, "peak of …": bytes}}. Raises ToolError."""
    return {name: measure_one(emulator.FIRMWARE.with_name(name)) for name in FIRMWARES}


def measure_one(firmware):
    """The figures of the firmware at the Path `firmware`."""
    with _board(firmware) as (log, port):
        found = {"free after the boot": _free(log)}
        with _client(port) as meter:
            for name, visit in VISITS.items():
                found[f"kept after the first {name}"] = _kept(meter, visit, port)
                # A WebSocket's is the same in a smaller heap, which does not bear it without a collection.
                if visit is not web_socket or found["free after the boot"] > ROOM:
                    found[f"peak of a {name}"] = _taken(meter, visit, port)
            found["held by an open WebSocket"] = _held(meter, port)
    return found


@contextmanager
def _board(firmware):
    """A board that is on, with APP and the project's webroot: (the Path of what it says, the port to it)."""
    with tempfile.TemporaryDirectory(prefix="heap-") as folder:
        flash, log = Path(folder) / "flash.img", Path(folder) / "serial.log"
        files = {"config.json": json.dumps(CONFIG).encode(), "app.py": APP, "routes.py": ROUTES}
        flashimage.write_image({**files, **flashimage.collect(WEBROOT, "webroot")}, flash, emulator.FLASH_BYTES)
        with emulator.Emulator(flash, log, firmware=firmware) as board:
            port = emulator.free_port(0)
            _wait(log, f"serves http://{emulator.ADDRESS}/")
            board.forward(port, 80)
            yield log, port


def _wait(log, text):
    """Wait until the board has said `text`. Returns all that it said."""
    end = time.monotonic() + PATIENCE_SEC
    while text not in (said := log.read_text(encoding="utf-8", errors="replace")):
        if time.monotonic() > end:
            raise ToolError(f"the emulated board does not serve. It said:\n{said}")
        time.sleep(0.05)
    return said


def _free(log):
    """The bytes that were free when the board began to serve."""
    return int(_wait(log, "FREE ").partition("FREE ")[2].split()[0])


def _number(meter, path):
    """The number that a path of APP answers."""
    return int(meter.get(path).text)


def _kept(meter, visit, port):
    """The bytes that a visit leaves behind."""
    _number(meter, "/live")
    before = _number(meter, "/live")
    visit(port)
    time.sleep(REST_SEC)
    return _number(meter, "/live") - before


def _held(meter, port):
    """The bytes that are in use for a WebSocket that is open and has sent a message back, garbage left out."""
    before = _number(meter, "/live")
    with _open(port) as socket:
        socket.send(MESSAGE)
        socket.recv(PATIENCE_SEC)
        return _number(meter, "/live") - before


def _taken(meter, visit, port):
    """The bytes that a visit allocates, what the meter takes itself left out."""
    _number(meter, "/live")
    asking = -_number(meter, "/used") + _number(meter, "/used")  # nothing is collected from here on
    began = _number(meter, "/used")
    visit(port)
    return _number(meter, "/used") - began - asking
