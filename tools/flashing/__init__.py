"""Puts a board's firmware on the board: `flash` the first time, which wipes all, `update` afterwards.

A way to write, as flashing/esp.py, has three functions:

    check(board, image, data, name)     raises ToolError, which says `name`, unless `data` is an image for the board
    install(board, path, options)       the first time
    update(board, path, options)        keeps the board's file system

`image` is a tools.boards.Image, `path` that of the file, `options` what the command line said: port, user, password.
"""

import argparse
import importlib
from pathlib import Path

from tools import boards
from tools.failure import ToolError
from tools.ftp import PASSWORD, USER
from tools.paths import DIST, shown

WAYS = {"esptool": "esp", "dfu": "dfu", "ftp": "ftp"}


def options_of(verb, purpose, arguments):
    """What the command line of the verb says, parsed."""
    parser = argparse.ArgumentParser(prog=f"python3 -m tools {verb}", description=purpose)
    parser.add_argument("--board", required=True, help="the board's folder in boards/, or BOARD-VARIANT")
    parser.add_argument("--port", help="serial port, or the address of a board flashed by FTP (default: found by USB)")
    parser.add_argument("--image", type=Path, help="the file to write (default: the board's in dist/)")
    parser.add_argument("--user", default=USER, help="FTP user (default: %(default)s)")
    parser.add_argument("--password", default=PASSWORD, help="FTP password (default: the factory's)")
    return parser.parse_args(arguments)


def write(verb, options):
    """Check the image of the board and write it. `verb`: "flash" or "update"; `options` as options_of returns them."""
    board = boards.load(options.board)
    if board.flash is None:
        raise ToolError(f"the board {board.name} is not flashed: it is {board.title}.")
    image = board.flash.install if verb == "flash" else board.flash.update
    if image is None:
        raise ToolError(f"the board {board.name} has no update that keeps its files: use `make flash`, which wipes it.")
    path = options.image or DIST / board.name / image.file
    way = importlib.import_module(f"tools.flashing.{WAYS[board.flash.method]}")
    way.check(board, image, read(path, board, image), shown(path))
    print(f"{verb}: {shown(path)} ({path.stat().st_size:,} bytes) for {board.title}", flush=True)
    (way.install if verb == "flash" else way.update)(board, path, options)


def read(path, board, image):
    """The bytes of an image's file. Raises ToolError where there is none, or more than there is room for."""
    if not path.is_file():
        raise ToolError(f"there is no {shown(path)}. Build it:\n\n    make firmware BOARD={board.name}")
    data = path.read_bytes()
    if image.largest and len(data) > image.largest:
        raise ToolError(f"{shown(path)}: {len(data):,} bytes, the board {board.name} has room for {image.largest:,}.")
    return data
