"""The emulated board as its user has it: a flash memory, a serial port, a network cable, and the verbs on them."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import require
from tests.emulated import MPS2, crowd_environment
from tests.runtimes import ROOT, ReservedPort
from tools import emulator, flashimage

PATIENCE_SEC = 60  # against hangs only
APP = (Path(__file__).parent / "app.py").read_bytes()
WELCOME = {f"webroot/{path.name}": path for path in (ROOT / "webroot").iterdir()}


class Device:
    """A board that is switched on. `folder` (Path) keeps its flash memory and what it says; `files` fill the first.

    `serial` is its serial port. `wire` is its network, a tests.board.wire.Wire, instead of QEMU's own; `address` the
    IPv4 address at which it is to be reached then.
    """

    def __init__(self, folder, files=None, firmware=emulator.FIRMWARE, wire=None):
        self.flash = folder / "flash.img"
        self._log = folder / "serial.log"
        if files:
            flashimage.write_image(files, self.flash, emulator.FLASH_BYTES)
        emulator.make_blank(self.flash)
        self.emulator = emulator.Emulator(self.flash, self._log, firmware=firmware, env=crowd_environment(), wire=wire)
        self.serial = self.emulator.serial_device
        self.address = emulator.ADDRESS
        self._ports = {}
        self._wire = wire

    def stop(self):
        """Switch it off."""
        self.emulator.stop()
        if self._wire:
            self._wire.close()
        for port in self._ports.values():
            port.release()

    def said(self):
        """All that the board said on its serial line so far."""
        return self._log.read_text(encoding="utf-8", errors="replace").replace("\r", "")

    def wait_said(self, pattern, times=1):
        """Wait until `pattern`, a regular expression, is found in what the board said, for the `times`-th time."""
        end = time.monotonic() + PATIENCE_SEC
        while len(re.findall(pattern, self.said())) < times:
            assert time.monotonic() < end, f"the board has not said {pattern!r}. It said:\n{self.said()}"
            time.sleep(0.02)

    def wait_serves(self, port=80, times=1, scheme="http"):
        """Wait until the board says, for the `times`-th time, that it serves on its port `port`."""
        address = self.address if port in (80, 443) else f"{self.address}:{port}"
        self.wait_said(re.escape(f"MicroWebSrv2 serves {scheme}://{address}/"), times)

    def port(self, guest=80):
        """The port of this computer that leads to the board's port `guest`."""
        if (self.address, guest) not in self._ports:
            reserved = ReservedPort()
            self.emulator.forward(reserved.number, guest, self.address)
            self._ports[self.address, guest] = reserved
        return self._ports[self.address, guest].number

    def get(self, path, port=80, **options):
        """The answer (httpx.Response) to a GET."""
        return httpx.get(f"http://127.0.0.1:{self.port(port)}{path}", timeout=PATIENCE_SEC, **options)

    def verb(self, *arguments, env=None):
        """Run a verb on the board's serial port. Returns the subprocess.CompletedProcess, output and errors in one."""
        return self.run([sys.executable, "-m", "tools", arguments[0], "--port", self.serial, *arguments[1:]], env)

    def mpremote(self, *arguments):
        """Run mpremote on the board's serial port, as its user does. Returns what it printed."""
        done = self.run([sys.executable, "-m", "mpremote", "connect", self.serial, *arguments])
        assert done.returncode == 0, done.stdout
        return done.stdout

    @staticmethod
    def run(command, env=None):
        """Run a command in the project's folder."""
        return subprocess.run(
            list(map(str, command)), cwd=ROOT, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_SEC, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def switch_on(tmp_path_factory):
    """A function that switches a board on, Device's arguments but the folder; all are switched off in the end."""
    require(MPS2)
    devices = []

    def switch_on(*args, **options):
        devices.append(Device(tmp_path_factory.mktemp("board"), *args, **options))
        return devices[-1]

    yield switch_on
    for device in devices:
        device.stop()
