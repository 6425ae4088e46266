"""Sends files to a board over its serial port, or by FTP: only those that changed, each whole or not at all.

From a device folder (--device) all but config.json is sent, which `config` is for; without one, this project's
webroot/. What else is on the board stays, unless --delete asks for another end: but for the compressed copy of a page
that has none here, which browsers would go on getting. The board restarts at the end.
"""

import argparse
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tools import flashimage, mpy, reach, webroot
from tools.device import refresh_copies
from tools.failure import ToolError
from tools.paths import WEBROOT

# The board's own: its configuration, what it kept of it, its logs.
CONFIG = "config.json"


def wanted(device):
    """The files to send, {path on the board: Path}: those of the folder `device`, or this project's webroot/ (None)."""
    if device is None:
        webroot.renew(webroot.find_faults(WEBROOT))
        return flashimage.collect(WEBROOT, WEBROOT.name)
    if not device.is_dir():
        raise ToolError(f"DEVICE: {device} is no folder. Expected one with webroot/, app.py")
    if (device / "webroot").is_dir():
        refresh_copies(device / "webroot", device)
    files = flashimage.collect(device)
    files.pop(CONFIG, None)
    if not files:
        raise ToolError(f"DEVICE: there is nothing to send in {device}. Expected webroot/, app.py")
    return files


def present(remote, files):
    """The files on the board in the folders that `files` ({path: …}) are in, {path: size}."""
    found = {}
    for folder in sorted({path.partition("/")[0] for path in files if "/" in path}):
        found.update(remote.files(folder))
    top = {path: size for path, size in remote.files(below=False).items() if path in files}
    return {**found, **top}


def compiled(files):
    """`files` ({path: Path}) for a board without a compiler, {path: bytes or Path}: modules as .mpy files."""
    ready = {}
    for path, source in files.items():
        if path.endswith(".py") and not path.startswith("webroot/"):
            ready[path[:-2] + "mpy"] = mpy.compiled(source, path)
        else:
            ready[path] = source
    return ready


def changed(remote, files, there):
    """Those of `files` that the board has not, or has otherwise, {path: bytes}; `there`: what it has, {path: size}."""
    different = {}
    for path, source in files.items():
        data = source if isinstance(source, bytes) else source.read_bytes()
        if there.get(path) != len(data) or not remote.holds(path, data):
            different[path] = data
    return different


def send(remote, contents):
    """Write `contents` ({path: bytes}) to the board, with a bar of progress. Returns nothing."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        total = progress.add_task("upload", total=sum(map(len, contents.values())))
        done = 0
        for path, data in contents.items():
            progress.update(total, description=path)
            remote.write(path, data, lambda written, _, before=done: progress.update(total, completed=before + written))
            done += len(data)
            progress.update(total, completed=done)
            progress.console.print(f"upload: sent {path} ({len(data):,} bytes)", highlight=False)


def send_changed(remote, files):
    """Send those of `files` ({path: bytes or Path}) that the board has not. Returns (their paths, what it had)."""
    there = present(remote, files)
    different = changed(remote, files, there)
    if different:
        send(remote, different)
    return list(different), there


def upload(remote, files, delete=False):
    """Bring `files` ({path: bytes or Path}) onto the board. With `delete`, what else is in their folders goes."""
    different, there = send_changed(remote, files)
    extra = sorted(set(there) - set(files))
    gone = extra if delete else [path for path in extra if is_copy(path, files)]
    for path in gone:
        remote.remove(path)
        print(f"upload: removed {path}")
    same = len(files) - len(different)
    left = len(extra) - len(gone)
    kept = f", {left} on the board that are not here left alone" if left else ""
    print(f"upload: {len(different)} sent, {same} already there{kept}")


def is_copy(path, files):
    """Whether a file on the board is the compressed copy of a page that is not compressed here.

    It is of another page. The server takes it for stale only if it is older, and a board without a battery for its
    clock begins each time with the same day.
    """
    return path.endswith(".gz") and path[:-3] in files


def main(arguments):
    """The verb `upload`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools upload", description=__doc__)
    reach.add_options(parser)
    parser.add_argument("--device", type=Path, help="the folder whose files are sent")
    parser.add_argument("--delete", action="store_true", help="remove what is not here from the same folders there")
    options = parser.parse_args(arguments)
    files = wanted(options.device)
    if not reach.board_of(options).has_compiler:
        files = compiled(files)
    with reach.connected(options) as remote:
        upload(remote, files, options.delete)
        remote.restart_and_tell("upload")
