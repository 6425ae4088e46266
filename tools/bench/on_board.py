"""Counts on the emulated board, MPS2_AN385: a whole device, from its reset on.

Under QEMU's `-icount shift=5` an instruction takes 32 ns of the board's time, whatever this machine does, so the board
counts instructions by its clock.
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from tests.runtimes import ReservedPort, ServerProcess
from tools import emulator, flashimage
from tools.bench import heap
from tools.bench.contenders import APPS
from tools.bench.workloads import FILES
from tools.failure import ToolError
from tools.firmware import MPY_CROSS

SHIFT = 5
INSTRUCTIONS_PER_US = 1000 / 2**SHIFT
REQUESTS = 20
CONNECTIONS = 20
PROGRAMS = {"board_app.py": "app.mpy", "routes.py": "routes.mpy"}
CONFIG = {"ethernet": {"enabled": True}, "log": {"level": "warning"}, "modules": ["WebSockets"]}
PAGE = b"<!DOCTYPE html><title>The first page</title>\n"


class _Board(ServerProcess):
    """The emulated board, with app.py of the benchmark in its flash memory."""

    def __init__(self, folder):
        self._flash = Path(folder) / "flash.img"
        flashimage.write_image(_contents(Path(folder)), self._flash, emulator.FLASH_BYTES)
        super().__init__([], None, None, [ReservedPort()])

    def _open(self, env, cwd):
        network = emulator.user_network([(self.port, 80)])

        def command(monitor):
            line = emulator.command_line(emulator.FIRMWARE, self._flash, "stdio,signal=off", monitor, network)
            return [*line, "-icount", f"shift={SHIFT}"]

        process, self._monitor = emulator.start(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return process

    def stop(self):
        """Switch the board off."""
        if self.is_running:
            self._monitor.close()
        return super().stop()


def _contents(folder):
    """What the flash memory holds: {path: bytes or Path}."""
    for source, code in PROGRAMS.items():
        subprocess.run([str(MPY_CROSS), "-O3", "-o", str(folder / code), str(APPS / source)], check=True)
    return {
        "config.json": json.dumps(CONFIG).encode(),
        **{code: folder / code for code in PROGRAMS.values()},
        "webroot/index.html": PAGE,
        "webroot/1k.txt": FILES / "1k.txt",
    }


def measure():
    """Measure all. Returns {name: number}; raises ToolError where the board cannot be emulated."""
    emulator.require()
    with tempfile.TemporaryDirectory(prefix="bench-board-") as folder, _Board(folder) as board:
        serves = int(board.wait_for(r"^SERVES (\d+)").group(1))
        client = _first_client(board)
        counts = {"instructions: from the reset to the first page": serves + client.number("/total")}
        client.close()
        for what, spent in heap.per_request(board.port, "/total", REQUESTS).items():
            counts[f"instructions of a request: {what}"] = spent
        counts = {name: round(us * INSTRUCTIONS_PER_US) for name, us in counts.items()}
        counts.update(heap.of_requests(board.port, REQUESTS))
        counts.update(heap.of_idle(board.port, CONNECTIONS))
        counts["heap in use while it serves"] = heap.Client(board.port).number("/live")
    return {f"MPS2_AN385: {name}": count for name, count in counts.items()}


def _first_client(board):
    """A client that has got the first page. The board has no address at first: connections end without an answer."""
    end = time.monotonic() + heap.TIMEOUT_SEC
    while time.monotonic() < end:
        client = heap.Client(board.port)
        try:
            if client.get("/")[1] == PAGE:
                return client
        except (OSError, heap.http.client.HTTPException):
            pass
        client.close()
        time.sleep(0.1)
    raise ToolError(f"the emulated board does not serve. What it said:\n{board.output()}")
