"""Images as a build would leave them, small: an ESP32's boot loader, partition table and app."""

import dataclasses

from esptool.bin_image import ELFSection, ESP32FirmwareImage, ESP32S3FirmwareImage

from tools import boards
from tools.boardcheck.partitions import first_app, parse
from tools.flashing import partitions

KINDS = {"esp32": ESP32FirmwareImage, "esp32s3": ESP32S3FirmwareImage}


def board(name, chip, flash, usb=()):
    """A tools.boards.Board with what flashing asks for."""
    title = f"the {name} of the tests"
    return dataclasses.replace(boards.load("UNIX"), name=name, title=title, chip=chip, flash=flash, usb=usb)


def program(chip="esp32", size=5000, fill=b"micropython "):
    """A program for the chip: its header, one segment of `size` bytes, checksum and SHA-256."""
    image = KINDS[chip](None)
    image.chip_id = image.ROM_LOADER.IMAGE_CHIP_ID
    image.segments.append(ELFSection(b".data", 0x3FFB0000, (fill * (size // len(fill) + 1))[:size], 0))
    image.entrypoint = 0x3FFB0000
    return image.save(None)


def table(board):
    """The board's partition table, a list of Partitions."""
    return parse(board.flash.partitions.read_text(encoding="utf-8"))[0]


def merged(board, rows=None, app=None):
    """firmware.bin: the boot loader, the table, the app, from the offset of the boot loader on.

    `rows`: other Partitions than the board's own; `app`: the bytes of another app.
    """
    rows, start = rows or table(board), board.flash.install.offset
    app_at = first_app(rows).offset
    whole = bytearray(b"\xff" * app_at)
    loader = program(board.chip, 2000, b"boot loader ")
    whole[start : start + len(loader)] = loader
    whole[partitions.OFFSET : partitions.OFFSET + partitions.MOST_BYTES] = partitions.build(rows)
    return bytes(whole[start:]) + (app or program(board.chip))
