"""Loads a device for long: pages, JSON, uploads, WebSockets and broken clients at once.

It is done to the UNIX firmware with a heap of 160 KB, and to the emulated board. No answer may be wrong, and neither
the free heap nor its largest block may shrink.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from tools import emulator, flashimage
from tools.failure import ToolError
from tools.paths import DIST, WEBROOT, shown
from tools.soak import load

FIRMWARE = DIST / "UNIX" / "micropython"
HEAP = "160k"
DEVICES = ("UNIX", emulator.BOARD)
START_SEC = 60
LOOKS = 10  # at the memory, in equal parts of the time
# What luck moves: bytes of the free heap, parts of the largest block.
MOST_LOST = 2048
LEAST_LARGEST = 0.5
NAMES = {"free": "the free heap", "largest": "the largest free block"}
_FAULT = re.compile(r"Traceback|MemoryError|not enough memory|^\S* ?\S* ?ERROR", re.MULTILINE)


def make_folder(folder, port):
    """Make a device's folder: its pages, its app, its configuration."""
    shutil.copytree(WEBROOT, folder / "webroot")
    shutil.copyfile(Path(__file__).parent / "device" / "app.py", folder / "app.py")
    (folder / "config.json").write_text(json.dumps({"server": {"port": port}}), encoding="utf-8")


@contextlib.contextmanager
def unix_device(folder, port, log):
    """The UNIX firmware that serves in `folder`."""
    if not FIRMWARE.is_file():
        raise ToolError(f"{shown(FIRMWARE)} is not there. Build it:\n\n    make firmware")
    command = [str(FIRMWARE), "-X", f"heapsize={HEAP}", "-m", "main"]
    env = dict(os.environ, MICROPYPATH=".frozen:")
    with open(log, "wb") as output, subprocess.Popen(command, cwd=folder, env=env, stdout=output, stderr=output) as run:
        try:
            yield lambda: run.poll() is None
        finally:
            run.terminate()


@contextlib.contextmanager
def emulated_device(folder, port, log):
    """The emulated board with what is in `folder`."""
    flash = folder.parent / "flash.img"
    flashimage.write_image(flashimage.collect(folder), flash, emulator.FLASH_BYTES)
    with emulator.Emulator(flash, log, forwards=[(port, port)]) as board:
        yield lambda: board.is_running


def soak(name, minutes):
    """Load one device for so many minutes. Returns what was seen: {"rounds", "faults", "memory", "said"}."""
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        folder, log = Path(place) / "device", Path(place) / "said.log"
        folder.mkdir()
        port = emulator.free_port(0)
        make_folder(folder, port)
        device = unix_device if name == "UNIX" else emulated_device
        with device(folder, port, log) as is_running:
            wait_until_it_serves(port, is_running, log)
            result = under_load(name, port, minutes * 60, is_running)
        said = log.read_text(encoding="utf-8", errors="replace")
    result["faults"] += [f"the device said: {line}" for line in said.splitlines() if _FAULT.search(line)]
    return result


def wait_until_it_serves(port, is_running, log):
    """Wait until the device answers. Raises ToolError with what it said if it does not."""
    end = time.monotonic() + START_SEC
    while True:
        try:
            return load.memory(port)
        except Exception as error:  # not yet, in whatever way
            if time.monotonic() > end or not is_running():
                said = log.read_text(encoding="utf-8", errors="replace")
                raise ToolError(f"the device does not serve ({error}). It said:\n{said}") from None
            time.sleep(0.2)


def under_load(name, port, seconds, is_running):
    """Have all clients at work for so many seconds."""
    stop = threading.Event()
    clients = load.begin(port, stop)
    memory, faults = [], []
    started = time.monotonic()
    for look in range(1, LOOKS + 1):
        stop.wait(max(0, started + seconds * look / LOOKS - time.monotonic()))
        if not is_running():
            faults.append("the device has ended")
            break
        memory.append(load.memory(port))
        rounds = sum(client.rounds for client in clients)
        print(f"soak {name}: {rounds:,} rounds, {memory[-1]['free']:,} bytes free, "
              f"{memory[-1]['largest']:,} in one piece", flush=True)  # fmt: skip
    stop.set()
    for client in clients:
        client.join()
        faults += client.faults
    return {"rounds": {client.name: client.rounds for client in clients}, "faults": faults, "memory": memory}


def judge(result):
    """What is wrong with a soak's result, a list of texts."""
    problems = list(result["faults"])
    problems += [f"{name}: no round was finished" for name, rounds in result["rounds"].items() if not rounds]
    # The best of each half: what requests hold for a moment, and the collector's luck, are no loss.
    half = len(result["memory"]) // 2
    if half:
        least = {"free": lambda before: before - MOST_LOST, "largest": lambda before: before * LEAST_LARGEST}
        for key, name in NAMES.items():
            before = max(one[key] for one in result["memory"][:half])
            after = max(one[key] for one in result["memory"][half:])
            if after < least[key](before):
                problems.append(f"{name} went from {before:,} to {after:,} bytes")
    return problems


def main(arguments):
    """The verb `soak`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="for each device (default: %(default)s)")
    parser.add_argument("--device", choices=DEVICES, action="append", help="one of them (default: all)")
    options = parser.parse_args(arguments)
    wrong = []
    for name in options.device or DEVICES:
        print(f"soak {name}: {options.minutes:g} minutes", flush=True)
        problems = judge(soak(name, options.minutes))
        wrong += [f"{name}: {problem}" for problem in problems]
    if wrong:
        raise ToolError("the soak found:\n  " + "\n  ".join(wrong[: load.MOST_FAULTS]))
    print("soak: no wrong answer, the heap is as it was")
