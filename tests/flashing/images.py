"""Images as a build would leave them, small: an ESP32's boot loader, partition table and app."""

import hashlib
import struct

from esptool.bin_image import ELFSection, ESP32FirmwareImage, ESP32S3FirmwareImage

from tools.boards import Board, Flash, Image, USBDevice
from tools.paths import BOARDS

KINDS = {"esp32": ESP32FirmwareImage, "esp32s3": ESP32S3FirmwareImage}
# Name, type, subtype, offset, size: MicroPython's own table for 4 MiB, and one with two apps.
ONE_APP = [("nvs", 1, 2, 0x9000, 0x6000), ("factory", 0, 0, 0x10000, 0x1F0000), ("vfs", 1, 0x81, 0x200000, 0x200000)]
TWO_APPS = [
    ("otadata", 1, 0, 0xD000, 0x2000),
    ("ota_0", 0, 0x10, 0x10000, 0x180000),
    ("ota_1", 0, 0x11, 0x190000, 0x180000),
    ("vfs", 1, 0x81, 0x310000, 0xF0000),
]


def esp_board(chip="esp32", flash_size=0x400000):
    """An ESP32 board as its board.json would describe it."""
    install = Image("firmware.bin", 0x1000 if chip == "esp32" else 0)
    flash = Flash("esptool", flash_size, None, install, Image("micropython.bin", 0x10000))
    return board(chip.upper(), chip, flash, (USBDevice(0x10C4, 0xEA60, "CP2102 bridge"),))


def board(name, chip, flash, usb=()):
    """A tools.boards.Board with what flashing asks for."""
    return Board(
        name=name,
        folder=BOARDS / name,
        variant=None,
        title=f"the {name} of the tests",
        port="none",
        own_port=False,
        architecture=None,
        chip=chip,
        heap=50000,
        products=(),
        make={},
        flash=flash,
        usb=usb,
        is_built_by_ci=False,
    )


def program(chip="esp32", size=5000, fill=b"micropython "):
    """A program for the chip: its header, one segment of `size` bytes, checksum and SHA-256."""
    image = KINDS[chip](None)
    image.chip_id = image.ROM_LOADER.IMAGE_CHIP_ID
    image.segments.append(ELFSection(b".data", 0x3FFB0000, (fill * (size // len(fill) + 1))[:size], 0))
    image.entrypoint = 0x3FFB0000
    return image.save(None)


def table(rows):
    """A partition table's bytes, as they lie in the flash memory."""
    data = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", kind, subtype, offset, size, name.encode(), 0)
        for name, kind, subtype, offset, size in rows
    )
    data += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(data).digest()
    return data.ljust(0xC00, b"\xff")


def merged(chip="esp32", rows=ONE_APP, app=None):
    """firmware.bin: the boot loader, the table, the app, from the offset of the boot loader on."""
    start = 0x1000 if chip == "esp32" else 0
    app_at = next(row[3] for row in rows if row[1] == 0)
    whole = bytearray(b"\xff" * app_at)
    loader = program(chip, 2000, b"boot loader ")
    whole[start : start + len(loader)] = loader
    whole[0x8000:0x8C00] = table(rows)
    return bytes(whole[start:]) + (app or program(chip))
