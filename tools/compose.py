"""Composes an image for an ESP32 board without a compiler: a stock MicroPython, and its file system with ours.

The file system gets what a firmware of ours would freeze, as .mpy in /lib, with boot.py and main.py as they are, and a
device's config.json, app.py and webroot/. What came together is written down beside the image, with its SHA-256.
"""

import argparse
import hashlib
import json
import re
import tempfile
from pathlib import Path

from littlefs import LittleFSError

from tools import boards, config, flashimage, manifests, mpy
from tools.failure import ToolError
from tools.flashing import esp, partitions
from tools.micropython import VERSION
from tools.paths import DIST, ROOT, WEBROOT, shown

FILES = "vfs"  # the partition in which MicroPython's flashbdev looks for its file system
# What the port itself opens by these names, and no import does.
START_FILES = ("boot.py", "main.py")
# A first configuration, to be edited: every key is optional.
FIRST_CONFIG = b'{"hostname": "mws2",\n "wifi": {"networks": []}}\n'
# Bytes of heap that a board needs for all of it as .mpy files; frozen it takes less than half of that.
LEAST_HEAP = 163_840
_BANNER = re.compile(rb"MicroPython v(\d+\.\d+\.\d+)")


def compose(board, stock, device=None):
    """Make the image. Returns (its bytes, {path on the device: bytes} of its file system).

    `board`: a tools.boards.Board; `stock`: the bytes of MicroPython's own image for it; `device`: the Path of a folder
    with config.json, app.py, webroot/, or None for a first configuration and the pages of ours.
    """
    files = {**device_files(device), **program_files(board)}
    where = file_system_of(board, stock)
    start = where.offset - board.flash.install.offset
    if len(stock) > start:
        raise ToolError(
            f"the stock image has {len(stock):,} bytes and reaches into the file system's place at {where.offset:#x}: "
            "expected the image without files, as it is downloaded."
        )
    return stock.ljust(start, b"\xff") + file_system(files, where.size), files


def file_system_of(board, stock):
    """The Partition for files of a stock image. Raises ToolError for one that is not MicroPython's for this board."""
    if board.flash is None or board.flash.method != "esptool":
        raise ToolError(f"the board {board.name} has no LittleFS beside its firmware: only ESP32 boards are composed.")
    esp.check(board, board.flash.install, stock, "the stock image")
    versions = {match.decode() for match in _BANNER.findall(stock)}
    wanted = VERSION.rpartition(".")[0]
    if not any(version.startswith(f"{wanted}.") for version in versions):
        found = f"MicroPython {', '.join(sorted(versions))}" if versions else "no MicroPython"
        raise ToolError(f"the stock image is {found}; the modules are compiled for MicroPython {wanted}.")
    table = partitions.parse(stock[partitions.OFFSET - board.flash.install.offset :][: partitions.MOST_BYTES], "stock")
    where = next((one for one in table if one.name == FILES), None)
    if where is None:
        raise ToolError(f"the stock image's partition table has no {FILES!r}, where MicroPython keeps its files.")
    return where


def program_files(board):
    """What a firmware of the board freezes, as files: {path on the device: bytes}."""
    files = {}
    for name, (source, level) in manifests.modules(board.folder / "manifest.py").items():
        if name in START_FILES:
            files[name] = source.read_bytes()
        else:
            files[f"lib/{name[:-3]}.mpy"] = mpy.compiled(source, name, level)
    return files


def device_files(device=None):
    """The files of a device's folder, or those of a new device: {path on the device: bytes}."""
    if device is None:
        pages = flashimage.collect(WEBROOT, "webroot")
        return {"config.json": FIRST_CONFIG, **{name: path.read_bytes() for name, path in pages.items()}}
    if not device.is_dir():
        raise ToolError(f"there is no folder {shown(device)} with config.json, app.py, webroot/.")
    files = {name: path.read_bytes() for name, path in flashimage.collect(device).items()}
    try:
        faults = config.problems(files.get("config.json", b"{}").decode())
    except UnicodeDecodeError:
        faults = ["expected text in UTF-8"]
    if faults:
        raise ToolError(f"{shown(device / 'config.json')}:\n  " + "\n  ".join(faults))
    return files


def file_system(files, size):
    """The bytes of a LittleFS of `size` bytes that holds `files`."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "files.img"
        try:
            flashimage.write_image(files, image, size)
        except LittleFSError as error:
            total = sum(map(len, files.values()))
            raise ToolError(f"{len(files)} files of {total:,} bytes do not fit into {size:,}: {error}.") from None
        return image.read_bytes()


def record(board, stock, image, files):
    """What an image was made of, to be kept beside it: a dict of plain values."""

    def described(data):
        return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    return {
        "board": board.name,
        "stock": {"file": stock.name, **described(stock.read_bytes())},
        "image": {"offset": f"{board.flash.install.offset:#x}", **described(image)},
        "files": {name: described(data) for name, data in sorted(files.items())},
    }


def main(arguments):
    """The verb `compose`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools compose", description=__doc__)
    parser.add_argument("--board", required=True, help="the board's folder in boards/, or BOARD-VARIANT")
    parser.add_argument("--stock", type=Path, help=f"MicroPython {VERSION}'s own image for the board, downloaded")
    parser.add_argument("--device", type=Path, help="a folder with config.json, app.py, webroot/ (default: a new one)")
    options = parser.parse_args(arguments)
    board = boards.load(options.board)
    if options.stock is None or not options.stock.is_file():
        given = f"there is no {shown(options.stock)}" if options.stock else "no stock image is given"
        raise ToolError(
            f"{given}. Download MicroPython {VERSION} for the board from micropython.org, the .bin file, then:\n\n"
            f"    make compose BOARD={board.name} STOCK=path/to/it.bin"
        )
    image, files = compose(board, options.stock.read_bytes(), options.device)
    target = DIST / board.name / "composed.bin"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(image)
    made_of = record(board, options.stock, image, files)
    target.with_suffix(".json").write_text(json.dumps(made_of, indent=2) + "\n", encoding="utf-8")
    print(f"compose: {shown(options.stock)}, SHA-256 {made_of['stock']['sha256']}")
    print(f"compose: {shown(target)} ({len(image):,} bytes, {len(files)} files)")
    if board.heap < LEAST_HEAP:
        print(
            f"compose: warning: {board.title} has about {board.heap:,} bytes of heap without external memory, and this "
            f"image needs {LEAST_HEAP:,}: with less it answers 503. A firmware of ours needs less than half of that."
        )
    print(f'compose: make flash BOARD={board.name} FLASH_ARGS="--image {target.relative_to(ROOT)}"')
