"""Checks the boards' folders, as far as a machine can that lacks the boards' toolchains and the boards.

For each board: its description, its partition table, its settings of ESP-IDF or its makefiles; and its modules are
frozen and compiled as its build would do it. A board whose image is built here shows by that what it has.
"""

import argparse

from tools import boards, firmware
from tools.boardcheck import frozen, layout, makefile, names, partitions, sdkconfig
from tools.failure import ToolError
from tools.micropython import source_tree
from tools.paths import shown

# Where each chip's ROM looks for the boot loader, with which the merged image begins (esptool's --help has them too).
FIRST_OFFSETS = {"esp32": 0x1000, "esp32s3": 0x0, "esp32c3": 0x0}


def check(board, tree):
    """What is wrong with a Board's folder: a list of texts, each naming the file, empty if all is well."""
    faults = names.check(board, tree)
    if board.flash and board.flash.partitions:
        faults += check_partitions(board)
    if board.port == "esp32":
        faults += check_settings(board, tree)
    if board.port == "stm32":
        faults += makefile.check(board, tree)
    if not board.is_built_by_ci:
        faults += check_frozen(board, tree)
    return faults


def check_partitions(board):
    """What is wrong with the board's partition table, by itself and against its description."""
    path = board.flash.partitions
    if not path.is_file():
        return [f"{shown(path)}: is not there"]
    table, faults = partitions.parse(path.read_text(encoding="utf-8"))
    faults += partitions.check(table, board.flash.size)
    app = partitions.first_app(table)
    update = board.flash.update
    if app and (update.offset, update.largest) != (app.offset, app.size):
        faults.append(f"{app.name} is {app.size:#x} at {app.offset:#x}, board.json's update says otherwise")
    record = next(((row.offset, row.size) for row in table if (row.type, row.subtype) == ("data", "ota")), None)
    if update.erase != record:
        faults.append("board.json's update has to erase the OTA record, and nothing else")
    if board.flash.install.offset != FIRST_OFFSETS[board.chip]:
        faults.append(f"board.json's install begins elsewhere than {FIRST_OFFSETS[board.chip]:#x}, the chip's")
    return [f"{shown(path)}: {fault}" for fault in faults]


def check_settings(board, tree):
    """What is wrong with the board's settings of ESP-IDF, by themselves and against its description."""
    port = board.port_folder(tree)
    paths = sdkconfig.fragments(board, port)
    missing = [path for path in paths if not path.is_file()]
    if missing:
        return [f"{board.name}: its settings are to be read from {path}, which is not there" for path in missing]
    faults = []
    known = sdkconfig.known_keys(port)
    for path in paths:
        if port in path.parents:
            continue
        settings, wrong = sdkconfig.parse(path.read_text(encoding="utf-8"))
        wrong += [f"{key}: no such setting is known" for key in settings if key not in known]
        faults += [f"{shown(path)}: {fault}" for fault in wrong]
    size = sdkconfig.chosen(paths, "CONFIG_ESPTOOLPY_FLASHSIZE_")
    if size != f"{board.flash.size >> 20}MB":
        faults.append(f"{board.name}: its settings choose {size} of flash memory last, that counts")
    return faults + _expected_settings(board, sdkconfig.settings_of(paths))


def _expected_settings(board, settings):
    """What the board's settings lack of what its description says."""
    expected = {
        "CONFIG_APP_REPRODUCIBLE_BUILD": "y",
        "CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE": "y",
        "CONFIG_PARTITION_TABLE_CUSTOM": "y",
        "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME": f'"${{MICROPY_BOARD_DIR}}/{board.flash.partitions.name}"',
    }
    faults = [
        f"{board.name}: its settings give {key} the value {settings.get(key)}, expected {value}"
        for key, value in expected.items()
        if settings.get(key) != value
    ]
    if sdkconfig.target(board) not in (board.chip, None if board.chip == "esp32" else board.chip):
        faults.append(f"{board.name}: mpconfigboard.cmake is for another chip than board.json's {board.chip}")
    return faults


def check_frozen(board, tree):
    """What goes wrong when the board's modules are frozen, compiled and linked, and the settings of its lwIP."""
    try:
        frozen.freeze(tree, board)
        frozen.compile_frozen(tree, board)
        if board.port == "stm32":
            frozen.compile_lwip(tree, board)
            return layout.check(board, tree)
        if board.port == "esp32":
            return names.check_pins(board, tree)
    except ToolError as error:
        return [str(error)]
    return []


def main(arguments):
    """The verb `boardcheck`. Raises ToolError when a board has a fault."""
    parser = argparse.ArgumentParser(prog="python3 -m tools boardcheck", description=__doc__.split("\n")[0])
    parser.add_argument("board", nargs="*", help="boards or variants (default: all)")
    chosen = [boards.load(name) for name in parser.parse_args(arguments).board or boards.names()]
    firmware.build("UNIX")  # for mpy-cross, and the names that the frozen modules share
    tree = source_tree()
    faults = []
    for board in chosen:
        found = check(board, tree)
        print(f"{board.name}: {'as it should be' if not found else f'{len(found)} faults'}", flush=True)
        faults += found
    if faults:
        raise ToolError("\n".join(["the boards have faults.", "", *faults]))
