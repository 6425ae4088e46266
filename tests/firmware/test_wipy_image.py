"""The image of the WiPy: as large as the board takes, and whole."""

import hashlib
import re

import pytest

from tools import boards, firmware, toolchain
from tools.micropython import source_tree
from tools.paths import BUILD, DIST


@pytest.fixture(scope="module")
def board():
    """The Board, where it can be built."""
    board = boards.load("WIPY")
    lacking = toolchain.missing(board, source_tree())
    if lacking:
        pytest.skip(lacking.partition(". ")[0])
    firmware.build("WIPY")
    return board


@pytest.fixture(scope="module")
def image(board):
    """The bytes of mcuimg.bin."""
    return (DIST / "WIPY" / "mcuimg.bin").read_bytes()


def test_it_fits_into_the_slot_for_updates(board, image):
    assert len(image) < board.flash.update.largest == 0x30000


def test_it_carries_its_own_md5(image):
    """The boot loader and the FTP update compare it (ports/cc3200/ftp/updater.c)."""
    assert hashlib.md5(image[:-32]).hexdigest().encode() == image[-32:]


def address_of(symbol):
    """Where the linker has put a symbol of its script."""
    text = (BUILD / "WIPY" / "application.axf.map").read_text()
    return int(re.search(rf"0x([0-9a-f]+)\s+{symbol} = \.$", text, re.MULTILINE)[1], 16)


def test_the_heap_is_no_smaller_than_the_description_says(board, image):
    """MicroPython's heap begins where the code that runs once at the start lies (ports/cc3200/mptask.c)."""
    assert address_of("_eheap") - address_of("_boot") >= board.heap == boards.load("UNIX_WIPY").heap
