"""Flashes the ESP32 boards with esptool, over a serial port.

An image is read before the port is touched: its chip, its length, its checksums. esptool then refuses another chip than
the board's, compresses, shows its progress, and has the chip compute the MD5 of what it wrote.
"""

import struct
import sys
import tempfile
from pathlib import Path

from esptool.bin_image import LoadFirmwareImage
from esptool.targets import CHIP_DEFS
from esptool.util import FatalError

from tools.boardcheck.partitions import first_app
from tools.failure import ToolError
from tools.flashing import partitions
from tools.flashing.run import run
from tools.ports import find_port

BAUD = 460800
ADVICE = (
    "If the board did not answer: hold its BOOT button, press and release RESET, release BOOT, run the command again. "
    "A write that was interrupted is simply repeated."
)


def check(board, image, data, name):
    """Raise ToolError unless `data` is an image for the board's chip, whole, and fits where it goes.

    `image`: the tools.boards.Image. One for the first flash has a partition table in it; each app is looked at.
    """
    check_program(data, board.chip, name)
    if board.flash.size and image.offset + len(data) > board.flash.size:
        raise ToolError(f"{name}: ends behind the board's {board.flash.size:,} bytes of flash memory.")
    if image == board.flash.install:
        check_merged(data, board, name)


def check_program(data, chip, name):
    """Raise ToolError unless `data` begins with a program for `chip` that is whole: its checksum and SHA-256 agree."""
    chips = {loader.IMAGE_CHIP_ID: chip for chip, loader in CHIP_DEFS.items() if hasattr(loader, "IMAGE_CHIP_ID")}
    if len(data) < 24 or data[0] != 0xE9:
        raise ToolError(f"{name}: this is no image for an ESP32: it does not begin with 0xe9.")
    # Bytes 12 and 13 name the chip: ESP-IDF, "App Image Format".
    made_for = chips.get(int.from_bytes(data[12:14], "little"), "another chip")
    if made_for != chip:
        raise ToolError(f"{name}: made for {made_for}, the board has {chip}. Nothing was written.")
    try:
        program = LoadFirmwareImage(chip, data)
        damaged = program.checksum != program.calculate_checksum()
        damaged = damaged or (program.append_digest and program.stored_digest != program.calc_digest)
    except (FatalError, RuntimeError, IndexError, struct.error) as error:
        raise ToolError(f"{name}: damaged or cut short ({error}). Nothing was written.") from None
    if damaged:
        raise ToolError(f"{name}: damaged, its checksum is another. Nothing was written.")


def check_merged(data, board, name):
    """Raise ToolError unless the partition table in an image fits the board's flash memory, and its app is sound."""
    image = board.flash.install
    table = partitions.parse(data[partitions.OFFSET - image.offset :][: partitions.MOST_BYTES], name)
    end = max(one.end for one in table)
    if board.flash.size and end > board.flash.size:
        raise ToolError(f"{name}: the partition table ends at {end:#x}, the memory at {board.flash.size:#x}.")
    app = first_app(table)
    if app is None:
        raise ToolError(f"{name}: its partition table has no app: {_layout(table)}.")
    program = data[app.offset - image.offset :]
    check_program(program[: app.size], board.chip, f"{name}, the app at {app.offset:#x}")


def esptool(board, port, *command):
    """The command line of esptool for a board at a port: a list."""
    begin = [sys.executable, "-m", "esptool", "--chip", board.chip, "--port", port, "--baud", str(BAUD)]
    return [*begin, *map(str, command)]


def install_command(board, port, path):
    """The command line of the first flash: the whole memory is erased, then written. A list."""
    return esptool(board, port, "write-flash", "--erase-all", f"{board.flash.install.offset:#x}", path)


def read_table_command(board, port, path):
    """The command line that reads the board's partition table into the file `path`. A list.

    The board stays in its boot loader: one with the chip's own USB would else be gone from its port for some seconds.
    """
    what = ("read-flash", f"{partitions.OFFSET:#x}", f"{partitions.MOST_BYTES:#x}", path)
    return esptool(board, port, "--after", "no-reset", *what)


def update_command(board, port, path, blank=None):
    """The command line that writes the app alone, and with `blank` empties which app runs. A list.

    `blank`: (offset, path of a file of 0xff), or None where the partition table has one app only.
    """
    files = [f"{board.flash.update.offset:#x}", path]
    if blank:
        files += [f"{blank[0]:#x}", blank[1]]
    return esptool(board, port, "write-flash", *files)


def install(board, path, options):
    """Erase the flash memory and write the image at `path`."""
    run(install_command(board, find_port(board, options.port), path), ADVICE)


def update(board, path, options):
    """Write the app at `path`; the partition table of the board itself says whether it fits."""
    port = find_port(board, options.port)
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "partitions.bin"
        run(read_table_command(board, port, found), ADVICE)
        try:
            check_table(board, partitions.parse(found.read_bytes(), f"the board at {port}"), path.stat().st_size)
        except ToolError as error:
            raise ToolError(f"{error} Nothing was written; press RESET to start the board again.") from None
        blank = None
        if board.flash.update.erase:
            # Emptied, as a first flash leaves it: otherwise the board might go on running its second app.
            offset, size = board.flash.update.erase
            blank = (offset, Path(folder) / "blank.bin")
            blank[1].write_bytes(b"\xff" * size)
        run(update_command(board, port, path, blank), ADVICE)


def check_table(board, table, size):
    """Raise ToolError unless an app of `size` bytes goes where the board's own partition table has it."""
    app, record, image = first_app(table), partitions.ota_record(table), board.flash.update
    advice = f"Save its files, then use `make flash BOARD={board.name}`, which wipes it."
    if app is None or app.offset != image.offset or (record and (record.offset, record.size)) != image.erase:
        raise ToolError(f"the board has another partition table than this firmware: {_layout(table)}. {advice}")
    if size > app.size:
        raise ToolError(f"the app has {size:,} bytes, the board's partition table gives it {app.size:,}. {advice}")


def _layout(table):
    """A partition table in a few words."""
    return ", ".join(f"{one.name} at {one.offset:#x}" for one in table)
