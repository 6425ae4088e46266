"""The names that a board's files set, held against MicroPython's source: a misspelt one is set in vain, unnoticed.

Macros in mpconfigboard.h, variables in mpconfigboard.mk and in CMake's files, pins in an ESP32 board's pins.csv.
"""

import csv
import re
import subprocess
import sys

from tools.boardcheck import frozen
from tools.failure import ToolError
from tools.paths import shown

# Where a macro of a board may be used, in MicroPython's source; the port is added.
SOURCES = ("py", "extmod", "shared", "drivers", "lib/lwip/src", "lib/mbedtls/include")
SUFFIXES = ("*.c", "*.h", "*.ld", "*.mk", "Makefile", "*.cmake", "CMakeLists.txt")

_MACRO = re.compile(r"^ *# *define +(\w+)", re.MULTILINE)
_MAKE = re.compile(r"^(\w+) *[?+:]?=", re.MULTILINE)
_CMAKE = re.compile(r"^ *(?:set\(|list\(APPEND )(\w+)", re.MULTILINE)

# An ESP32's pins that its own flash memory is at.
FLASH_PINS = {"esp32": range(6, 12), "esp32s3": range(26, 33), "esp32c3": range(11, 18)}


def check(board, tree):
    """What is wrong with the names that a Board's files set: a list of texts, empty if all is well."""
    faults = []
    for path in sorted(board.folder.glob("mpconfig*")):
        names = names_set(path)
        unknown = names - used(tree, board, names)
        faults += [f"{shown(path)}: {name} is a name that MicroPython does not know" for name in sorted(unknown)]
    return faults + _left_out(board, tree)


def _left_out(board, tree):
    """What MicroPython's own board of the same name defines, and this one neither does nor includes."""
    place = f"boards/{board.folder.name}/mpconfigboard.h"
    theirs, ours = board.port_folder(tree) / place, board.folder / "mpconfigboard.h"
    if not (theirs.is_file() and ours.is_file()) or f'#include "{place}"' in ours.read_text(encoding="utf-8"):
        return []
    left_out = sorted(names_set(theirs) - names_set(ours))
    return [f"{shown(ours)}: {name} is left out, which MicroPython's own {place} defines" for name in left_out]


def names_set(path):
    """The names (a set) that a header, a makefile or a file of CMake's gives a value."""
    pattern = {".h": _MACRO, ".mk": _MAKE, ".cmake": _CMAKE}[path.suffix]
    return set(pattern.findall(path.read_text(encoding="utf-8")))


def used(tree, board, names):
    """Those of `names` (a set) that appear in the sources which a Board is built of."""
    if not names:
        return set()
    # As words: one that is part of another is not it.
    command = ["grep", "--recursive", "--no-filename", "--only-matching", "--word-regexp"]
    command += [f"--include={suffix}" for suffix in SUFFIXES]
    command += [word for name in sorted(names) for word in ("-e", name)]
    folders = [board.port_folder(tree), *(tree / name for name in SOURCES)]
    done = subprocess.run([*command, *map(str, folders)], capture_output=True, text=True, check=False)
    return set(done.stdout.split())


def check_pins(board, tree):
    """What is wrong with an ESP32 Board's pins.csv, by MicroPython's own reader and its list of the chip's pins."""
    path = board.folder / "pins.csv"
    if not path.is_file():
        return []
    port, folder = board.port_folder(tree), frozen.FOLDER / board.name
    outputs = ["--output-source", folder / "pins.c", "--output-header", folder / "pins.h"]
    prefix = ["--prefix", port / "boards" / "pins_prefix.c"]
    try:
        reader = [sys.executable, port / "boards" / "make-pins.py", "--board-csv", path]
        frozen.run(f"{board.name}: reading its pins", [*reader, *prefix, *outputs])
        enabled = frozen.macros(tree, board, port / "machine_pin.h")
    except ToolError as error:
        return [str(error)]
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
    faults = []
    for name, pin in ((row[0], row[1].lstrip("-")) for row in rows):
        if f"MICROPY_HW_ENABLE_{pin}" not in enabled:
            faults.append(f"{shown(path)}: {name}: the {board.chip} has no {pin}")
        elif int(pin[4:]) in FLASH_PINS[board.chip]:
            faults.append(f"{shown(path)}: {name}: {pin} is the flash memory's")
    return faults
