"""Runs the emulated board, MPS2_AN385 under QEMU: tells its serial device and its http address; Ctrl-C ends it.

Its flash memory is a file, build/emulate/flash.img, and keeps what is written to it. With --device it is made anew
from a folder: config.json, app.py, webroot/ and whatever else lies there.
"""

import argparse
import re
import time
from pathlib import Path

from tools import flashimage
from tools.emulator import ADDRESS, BOARD, FLASH_BYTES, Emulator, free_port, make_blank, only_user
from tools.failure import ToolError
from tools.paths import BUILD, LOGS, shown

FLASH = BUILD / "emulate" / "flash.img"
LOG = LOGS / "emulate-serial.log"
ANNOUNCED = re.compile(rf"serves (https?)://{re.escape(ADDRESS)}(?::(\d+))?/")
USUAL_PORTS = {"http": 80, "https": 443}
# A port below 1024 needs root on this computer, so that the device's usual ones are given these.
UNPRIVILEGED = 8000  # 80 becomes 8080, 443 8443
LOOK_SEC = 0.1
PATIENCE_SEC = 20


def fill(flash, device):
    """Make the flash memory `flash` (Path) anew from the folder `device`. Returns how many files it holds."""
    if not device.is_dir():
        raise ToolError(f"DEVICE: {device} is no folder. Expected one with config.json, app.py, webroot/")
    files = flashimage.collect(device)
    flashimage.write_image(files, flash, FLASH_BYTES)
    return len(files)


class Watcher:
    """Follows what the board says on its serial line, and leads a port of this computer to each that it serves."""

    def __init__(self, emulator, log):
        self._emulator = emulator
        self._log = open(log, encoding="utf-8", errors="replace")
        self._rest = ""
        self._addresses = {}

    def look(self):
        """Read what was said since; returns the addresses (list of str) by which the board can be reached anew."""
        self._rest += self._log.read()
        *lines, self._rest = self._rest.split("\n")
        found = []
        for match in filter(None, map(ANNOUNCED.search, lines)):
            scheme = match[1]
            found.append(f"{scheme}://127.0.0.1:{self._port(int(match[2] or USUAL_PORTS[scheme]))}/")
        return found

    def _port(self, guest):
        """The port of this computer that leads to the board's port `guest`."""
        if guest not in self._addresses:
            host = free_port(guest + UNPRIVILEGED if guest < 1024 else guest)
            self._emulator.forward(host, guest)
            self._addresses[guest] = host
        return self._addresses[guest]


def run(flash, log):
    """Emulate the board until Ctrl-C, or until it is switched off."""
    with Emulator(flash, log) as emulator:
        port = emulator.serial_device
        print(f"emulate: {BOARD} runs, its flash memory is {shown(flash)}")
        print(f"emulate: serial device {port} (make repl PORT={port}), all it says is in {shown(log)}")
        print("emulate: Ctrl-C ends it", flush=True)
        watcher = Watcher(emulator, log)
        end = time.monotonic() + PATIENCE_SEC
        while not emulator.wait(LOOK_SEC):
            for address in watcher.look():
                print(f"emulate: serves {address}", flush=True)
                end = None
            if end and time.monotonic() > end:
                print(f"emulate: it serves nothing yet, see {shown(log)}", flush=True)
                end = None
    print("emulate: the board has been switched off")


def main(arguments):
    """The verb `emulate`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools emulate", description=__doc__)
    parser.add_argument("--board", default=BOARD, help="the board to emulate (default, and only one: %(default)s)")
    parser.add_argument("--device", type=Path, help="make the flash memory anew from this folder")
    parser.add_argument("--flash", type=Path, default=FLASH, help="the file that is the flash memory")
    options = parser.parse_args(arguments)
    if options.board != BOARD:
        raise ToolError(f"BOARD: {options.board} cannot be emulated, {BOARD} can")
    flash = options.flash.resolve()
    make_blank(flash)
    LOGS.mkdir(parents=True, exist_ok=True)
    with only_user(flash):
        if options.device:
            print(f"emulate: wrote {fill(flash, options.device)} files of {options.device} to the flash memory")
        try:
            run(flash, LOG)
        except KeyboardInterrupt:
            print("\nemulate: switched off")
