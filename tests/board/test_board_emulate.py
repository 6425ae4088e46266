"""The verb `emulate`: it tells where the board is, follows its ports, keeps its flash memory, ends by Ctrl-C."""

import os
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.board.conftest import PATIENCE_SEC, Device
from tests.conftest import require
from tests.emulated import MPS2
from tests.http.client import wait_until
from tests.runtimes import ROOT, ServerProcess


@pytest.fixture
def emulate(tmp_path):
    """A function that runs the verb with a flash memory of the test's own; returns its process."""
    require(MPS2)
    started = []

    def emulate(*options):
        command = [sys.executable, "-u", "-m", "tools", "emulate", "--flash", str(tmp_path / "flash.img"), *options]
        started.append(ServerProcess(command, None, ROOT, []))
        return started[-1]

    yield emulate
    for process in started:
        process.stop()


def served(process):
    """The address that the verb tells next."""
    return process.wait_for(r"emulate: serves (http://127\.0\.0\.1:\d+/)")[1]


def test_from_a_folder_and_again_without(emulate, tmp_path):
    (tmp_path / "device" / "webroot").mkdir(parents=True)
    (tmp_path / "device" / "webroot" / "index.html").write_text("<p>mine")
    (tmp_path / "device" / "config.json").write_text('{"hostname": "kitchen"}')
    first = emulate("--device", str(tmp_path / "device"))
    serial = first.wait_for(r"serial device (/dev/pts/\d+)")[1]
    assert httpx.get(served(first), timeout=PATIENCE_SEC).text == "<p>mine"

    change = "open('config.json', 'w').write('{\"server\": {\"port\": 8123}}')"
    Device.run([sys.executable, "-m", "mpremote", "connect", serial, "exec", change, "reset"])
    assert httpx.get(served(first), timeout=PATIENCE_SEC).text == "<p>mine"  # the port has changed, it was followed

    busy = emulate()
    assert busy.wait_end() == 1
    assert "flash.img is in use: the board is emulated already" in busy.output()
    first.interrupt()
    assert first.wait_end() == 0, first.output()
    assert "emulate: switched off" in first.output()

    again = emulate()
    assert httpx.get(served(again), timeout=PATIENCE_SEC).text == "<p>mine"
    assert not re.search("Traceback", first.output() + again.output())


def test_a_board_does_not_outlive_who_started_it(tmp_path):
    require(MPS2)
    program = (
        "import sys, time, pathlib\n"
        "from tools import emulator\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "emulator.make_blank(folder / 'flash.img')\n"
        "board = emulator.Emulator(folder / 'flash.img', folder / 'serial.log')\n"
        "print('QEMU', board.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    process = ServerProcess([sys.executable, "-c", program, str(tmp_path)], None, ROOT, [])
    qemu = Path("/proc", process.wait_for(r"QEMU (\d+)")[1])
    assert qemu.exists()
    os.kill(process.pid, signal.SIGKILL)
    process.stop()
    wait_until(lambda: not qemu.exists(), "QEMU has ended", PATIENCE_SEC)
