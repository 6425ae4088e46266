"""Makes or updates a device folder, the file system of the UNIX firmware, and runs the firmware in it.

The folder gets a config.json the first time only, and the files of webroot/ that are newer than its own: what its user
changed or added stays.
"""

import argparse
import os
import re
import shutil
import sys
from pathlib import Path

from tools import webroot as compressed
from tools.failure import ToolError
from tools.paths import BOARDS, BUILD, DIST, WEBROOT, shown

FIRMWARE = DIST / "UNIX" / "micropython"
FOLDER = BUILD / "device"
# Bytes, k or M, as -X heapsize takes them; with less than LEAST_HEAP the firmware does not come to serve.
HEAP = re.compile(r"(\d+)([kKmM]?)")
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20}
LEAST_HEAP = 80 << 10
FIRST_CONFIG = BOARDS / "UNIX" / "config.json"


def prepare(device, webroot=WEBROOT, config=FIRST_CONFIG):
    """Make or update the folder `device`. Returns the names of the files that were written, relative to it."""
    try:
        device.mkdir(parents=True, exist_ok=True)
        written = []
        if not (device / "config.json").exists():
            shutil.copyfile(config, device / "config.json")
            written.append("config.json")
        written += synchronise(webroot, device / "webroot", device)
        return written + refresh_copies(device / "webroot", device)
    except OSError as error:
        raise ToolError(f"{error.filename or device}: {error.strerror}. Choose another folder: DEVICE=/path") from None


def synchronise(source, target, device):
    """Copy the files of `source` that `target` lacks or has older. Returns their names, relative to `device`."""
    written = []
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir() or (copy.exists() and not _is_newer(path, copy)):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
        written.append(str(copy.relative_to(device)))
    return written


def refresh_copies(folder, device):
    """Renew the `.gz` copies in `folder` whose page the user has changed, or browsers would go on getting the old one.

    Returns their names, relative to `device`.
    """
    faults = compressed.find_faults(folder)
    stale = {copy: (fault, wanted) for copy, (fault, wanted) in faults.items() if fault == "stale"}
    compressed.renew(stale)
    return [str(copy.relative_to(device)) for copy in stale]


def _is_newer(path, copy):
    """Whether `path` was changed after `copy`, in its content too."""
    return path.stat().st_mtime > copy.stat().st_mtime and path.read_bytes() != copy.read_bytes()


def check_heap(heap):
    """Raise ToolError unless `heap`, as "160k", is a size of a heap with which the firmware serves."""
    size = HEAP.fullmatch(heap)
    if not size or int(size[1]) * UNITS[size[2].lower()] < LEAST_HEAP:
        raise ToolError(f'HEAP: expected bytes, or a number with k or M, {LEAST_HEAP >> 10}k or more, got "{heap}"')


def serve(device, heap):
    """Become the firmware, started in `device` with a heap of `heap` (as -X heapsize takes it). Does not return."""
    if not FIRMWARE.is_file():
        raise ToolError(f"{shown(FIRMWARE)} is not there. Build it:\n\n    make firmware")
    # The modules come from the firmware and the device's own folders, as on a board, never from the host's.
    env = dict(os.environ, MICROPYPATH=".frozen:lib")
    os.chdir(device)
    sys.stdout.flush()
    os.execve(FIRMWARE, [str(FIRMWARE), "-X", f"heapsize={heap}", "-m", "main"], env)


def main(arguments):
    """The verb `device`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools device", description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=FOLDER, help="the device's folder, made if it is not there"
    )
    parser.add_argument("--heap", default="160k", help="the heap to run with, in bytes, k or M (default: %(default)s)")
    parser.add_argument("--no-run", action="store_true", help="make or update the folder only")
    options = parser.parse_args(arguments)
    check_heap(options.heap)
    written = prepare(options.folder)
    if written:
        print(f"device: wrote {', '.join(written)} in {shown(options.folder.resolve())}")
    if not options.no_run:
        serve(options.folder, options.heap)
