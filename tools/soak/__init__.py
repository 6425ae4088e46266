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
import sys
import tempfile
import threading
import time
from pathlib import Path

from tools import emulator, flashimage
from tools.failure import ToolError
from tools.paths import DIST, LOGS, WEBROOT, shown
from tools.soak import load

FIRMWARE = DIST / "UNIX" / "micropython"
HEAP = "160k"
DEVICES = ("UNIX", emulator.BOARD)
START_SEC = 60
LAST_LOOKS = 3
LOOKS = 10  # equal parts of the time; the first fills caches
WARM_ROUNDS = 3  # of each client, until all that is loaded when asked for has been asked for
REST_SEC = 60  # longer than any deadline of the server's
QUIET_SEC = 12  # longer than RequestsTimeoutSec and what follows it
# What luck moves: bytes of the free heap, parts of the largest block.
MOST_LOST = 4096
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
    """Load one device for so many minutes. Returns what was seen: {"rounds", "faults", "before", "after"}."""
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
        LOGS.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, LOGS / f"soak-{name}.log")
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
    """Have all clients at work for so many seconds; memory is looked at when they rest, before and after."""
    warm_up = seconds / LOOKS
    rounds, faults = have_at_work(port, warm_up, is_running, WARM_ROUNDS)
    before = at_rest(port)
    say(name, "warmed up", rounds, before)
    looks = []
    for look in range(1, LOOKS):
        more, wrong = have_at_work(port, warm_up, is_running)
        rounds = {kind: count + more[kind] for kind, count in rounds.items()}
        faults += wrong
        if wrong:
            break
        looks.append(load.memory(port))
        say(name, f"{look + 1} of {LOOKS}", rounds, looks[-1])
    after = at_rest(port, before) if is_running() else dict(before)
    say(name, "at rest", rounds, after)
    # How the free memory lies changes with each request: the best of the last looks counts.
    after["largest"] = max(look["largest"] for look in [*looks[-LAST_LOOKS:], after])
    return {"rounds": rounds, "faults": faults, "before": before, "after": after}


def have_at_work(port, seconds, is_running, rounds=0):
    """Start the clients, end them after so many seconds, when each has done so many rounds.

    Returns ({kind: rounds}, [faults]).
    """
    stop = threading.Event()
    clients = load.begin(port, stop)
    stop.wait(seconds)
    end = time.monotonic() + START_SEC
    while time.monotonic() < end and any(client.rounds < rounds for client in clients):
        stop.wait(0.2)
    stop.set()
    faults = [] if is_running() else ["the device has ended"]
    for client in clients:
        client.join()
        faults += client.faults
    return {client.name: client.rounds for client in clients}, faults


def at_rest(port, wanted=None):
    """The memory once nothing is under way: what broken clients left has timed out.

    With `wanted`, an earlier result, until it is reached; without, until no more comes free for a while.
    """
    best, since = load.memory(port), time.monotonic()
    end = since + REST_SEC
    while time.monotonic() < end and (not_reached(wanted, best) if wanted else time.monotonic() - since < QUIET_SEC):
        time.sleep(1)
        now = load.memory(port)
        if now["free"] > best["free"] + 64 or now["largest"] > best["largest"] + 64:
            best, since = {key: max(best[key], now[key]) for key in NAMES}, time.monotonic()
    return best


def not_reached(before, after):
    """How the memory `after` falls short of `before`, a list of texts."""
    least = {"free": before["free"] - MOST_LOST, "largest": before["largest"] * LEAST_LARGEST}
    return [
        f"{text} went from {before[key]:,} to {after[key]:,} bytes"
        for key, text in NAMES.items()
        if after[key] < least[key]
    ]


def say(name, when, rounds, memory):
    """Show how far it is."""
    total = sum(rounds.values())
    print(f"soak {name}: {when}: {total:,} rounds, {memory['free']:,} bytes free, {memory['largest']:,} in one piece",
          flush=True)  # fmt: skip


def judge(result):
    """What is wrong with a soak's result, a list of texts."""
    idle = [f"{name}: no round was finished" for name, rounds in result["rounds"].items() if not rounds]
    return result["faults"] + idle + not_reached(result["before"], result["after"])


def report(name, minutes, result):
    """Show a soak's figures: what was done, what went wrong, the memory after the first tenth and at the end."""
    before, after = result["before"], result["after"]
    print(f"soak {name}: {minutes:g} minutes: {load.told(result['rounds'])}; {len(result['faults'])} wrong answers")
    print(
        f"soak {name}: bytes free after a tenth {before['free']:,} ({before['largest']:,} in one piece), "
        f"at the end {after['free']:,} ({after['largest']:,})",
        flush=True,
    )


def soak_one(name, minutes):
    """Load one device. Raises ToolError with what is wrong."""
    print(f"soak {name}: {minutes:g} minutes", flush=True)
    result = soak(name, minutes)
    report(name, minutes, result)
    problems = judge(result)
    if problems:
        found = "\n  ".join(problems[: load.MOST_FAULTS])
        raise ToolError(f"the soak of {name} found:\n  {found}\nAll that it said is in {shown(LOGS)}/soak-{name}.log")


def soak_all(minutes):
    """Load all devices at once, each from a process of its own. Raises ToolError that names those that failed."""
    command = [sys.executable, "-m", "tools", "soak", "--minutes", str(minutes), "--device"]
    running = {name: subprocess.Popen([*command, name]) for name in DEVICES}
    failed = [name for name, process in running.items() if process.wait()]
    if failed:
        raise ToolError(f"the soak failed, see above: {', '.join(failed)}")


def main(arguments):
    """The verb `soak`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long (default: %(default)s)")
    parser.add_argument("--device", choices=DEVICES, help="one of them (default: all at once)")
    options = parser.parse_args(arguments)
    if options.minutes <= 0:
        parser.error("--minutes: expected more than 0")
    if options.device:
        soak_one(options.device, options.minutes)
    else:
        soak_all(options.minutes)
        print("soak: no wrong answer, the heap is as it was")
