"""Flashes the Pyboards with dfu-util, over USB.

A Pyboard takes an image in its boot loader only: a running MicroPython is asked to go there, otherwise a person is told
what to press.

How a board is wiped depends on where its files lie. In the chip's own flash memory, one command erases all of it. The
Pyboard D has them in another one, which that command leaves as it is; worse, dfu-util then takes the firmware's part of
that memory for erased too. There the file system's first block is overwritten, and MicroPython makes a new one.
"""

import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

from tools.failure import ToolError
from tools.flashing.run import run
from tools.ports import find_port

# STMicroelectronics' boot loader and MicroPython's mboot both show these.
DEVICE = "0483:df11"
ENTER_SEC = 15
ADVICE = "An interrupted write is repeated: the boot loader cannot be overwritten."
PRESS = (
    "Connect the pin BOOT0 to 3V3, press RESET, disconnect it; on a Pyboard D hold USR, press RESET, let USR go at the "
    "white light. Then run the command again."
)

# DfuSe file format (ST UM0391): a prefix, targets with their elements, a suffix of 16 bytes.
_PREFIX = struct.Struct("<5sBIB")
_TARGET = struct.Struct("<6sBI255sII")
_ELEMENT = struct.Struct("<II")
_SUFFIX = struct.Struct("<4H3sBI")
_START = 0x08000000  # what a boot loader begins when it ends: the chip's flash memory


def check(board, _image, data, name):
    """Raise ToolError unless `data` is a whole DfuSe file whose parts all lie in the board's flash memory."""
    if data[:5] != b"DfuSe" or len(data) < _PREFIX.size + _SUFFIX.size:
        raise ToolError(f"{name}: this is no DfuSe file, which a Pyboard's boot loader takes. Nothing was written.")
    *_, product, vendor, _, mark, _, checksum = _SUFFIX.unpack(data[-_SUFFIX.size :])
    # The checksum of the file is the CRC-32 without its last inversion.
    if mark != b"UFD" or checksum != zlib.crc32(data[:-4]) ^ 0xFFFFFFFF:
        raise ToolError(f"{name}: damaged or cut short, its checksum is another. Nothing was written.")
    if f"{vendor:04x}:{product:04x}" != DEVICE:
        raise ToolError(f"{name}: made for USB device {vendor:04x}:{product:04x}, not {DEVICE}; nothing was written.")
    for address, size in elements(data):
        if not any(offset <= address <= address + size <= offset + room for offset, room in board.flash.areas):
            areas = " or ".join(f"{offset:#x} to {offset + room - 1:#x}" for offset, room in board.flash.areas)
            raise ToolError(
                f"{name}: {size:,} bytes go to {address:#x}; the board {board.name} has its firmware at {areas}. "
                "Nothing was written."
            )


def elements(data):
    """Where the parts of a DfuSe file go: pairs of address and size."""
    targets, at = data[10], _PREFIX.size
    for _ in range(targets):
        *_, count = _TARGET.unpack_from(data, at)
        at += _TARGET.size
        for _ in range(count):
            address, size = _ELEMENT.unpack_from(data, at)
            yield address, size
            at += _ELEMENT.size + size


def download_command(path, where=None):
    """The command line that writes a file and stays in the boot loader. A list.

    `where`: for a DfuSe file, which says itself where its parts go, None or ":" and options; otherwise the address.
    """
    place = ["--dfuse-address", where] if where else []
    return ["dfu-util", "--alt", "0", "--device", DEVICE, *place, "--download", str(path)]


def leave_command():
    """The command line that has the boot loader start the firmware. A list.

    It is one of its own, because it has to name the address: with a DfuSe file dfu-util does not, and the chip's boot
    loader would jump into the last bytes that were written.
    """
    return ["dfu-util", "--alt", "0", "--device", DEVICE, "--dfuse-address", f"{_START:#x}:leave"]


def list_command():
    """The command line that lists the devices whose boot loader runs."""
    return ["dfu-util", "--device", DEVICE, "--list"]


def enter_command(port):
    """The command line that has a running MicroPython enter the boot loader."""
    return [sys.executable, "-m", "mpremote", "connect", port, "bootloader"]


def install(board, path, options):
    """Wipe the board and write the image at `path`."""
    enter(board, options.port)
    if board.flash.install.erase:
        _overwrite(*board.flash.install.erase)
        run(download_command(path), ADVICE)
    else:
        run(download_command(path, ":mass-erase:force"), ADVICE)
    _leave()


def update(board, path, options):
    """Write the image at `path`; the file system lies in sectors of its own and stays."""
    enter(board, options.port)
    run(download_command(path), ADVICE)
    _leave()


def _overwrite(address, size):
    """Write what an erased flash memory has, which dfu-util does by erasing first."""
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / "blank.bin"
        blank.write_bytes(b"\xff" * size)
        run(download_command(blank, f"{address:#x}"), ADVICE)


def _leave():
    """Start the firmware. All is written: a board that is gone before it has answered is no error."""
    try:
        run(leave_command(), "")
    except ToolError:
        print("flash: all is written; press RESET if the board does not start by itself.", flush=True)


def enter(board, port):
    """See that one board, and only one, is in its boot loader. Raises ToolError that says what to press."""
    if not shutil.which("dfu-util"):
        raise ToolError("dfu-util is not there. Install it:\n\n    sudo apt-get install dfu-util")
    found = devices()
    if not found:
        found = _ask_to_enter(board, port)
    if len(found) > 1:
        raise ToolError(f"{len(found)} boards are in their boot loader: unplug all but the one to be written.")


def _ask_to_enter(board, port):
    try:
        port = find_port(board, port)
    except ToolError as error:
        raise ToolError(f"no board is in its boot loader, and {error}\n{PRESS}") from None
    print(f"flash: asking the board at {port} to enter its boot loader", flush=True)
    run(enter_command(port), PRESS)
    end = time.monotonic() + ENTER_SEC
    while not devices():
        if time.monotonic() > end:
            raise ToolError(f"the board did not come back as a boot loader within {ENTER_SEC} s. {PRESS}")
        time.sleep(0.5)
    return devices()


def devices():
    """The boards whose boot loader runs, by their place on the USB bus."""
    done = subprocess.run(list_command(), capture_output=True, text=True, check=False)
    return sorted(set(re.findall(r'^Found DFU: .*path="([^"]*)"', done.stdout, re.MULTILINE)))
