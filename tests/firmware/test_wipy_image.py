"""The image of the WiPy: as large as the board takes, whole, and with as much heap left as a server needs."""

import hashlib
import re
from pathlib import Path

import pytest

from tests.conftest import require
from tests.runtimes import MODULES, RUNTIMES, ReservedPort
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


def test_what_is_not_frozen_is_a_file(board, image):
    frozen = {path.relative_to(BUILD / "WIPY/frozen_mpy") for path in (BUILD / "WIPY/frozen_mpy").rglob("*.mpy")}
    files = {path.relative_to(DIST / "WIPY/lib") for path in (DIST / "WIPY/lib").rglob("*.mpy")}
    package = {path.relative_to(MODULES).with_suffix(".mpy") for path in (MODULES / "MicroWebSrv2").rglob("*.py")}
    assert not frozen & files
    only_cpython = ("httpFileSender", "libs/deflateOnCPython", "libs/onCPython", "libs/tlsOnCPython", "libs/wakeUp")
    assert package - files - frozen == {Path(f"MicroWebSrv2/{name}.mpy") for name in only_cpython}


def test_the_heap_that_a_listening_server_leaves(board, image):
    """Measured where objects are as large as on the board, in a heap as large as the linker leaves the image.

    20,000 bytes: the port itself keeps less than 500 of them for its own objects.
    """
    wipy = require(RUNTIMES["wipy"])
    heap = address_of("_eheap") - address_of("_boot")
    port = ReservedPort()
    try:
        script = Path(__file__).parent / "on_device" / "wipy_heap.py"
        arguments = [port.number, DIST / "WIPY" / "lib"]
        said = wipy.run(script, arguments, heap=heap, env={"MICROPYPATH": ".frozen"})
    finally:
        port.release()
    free = dict(re.findall(r"(\w+)_FREE (\d+)", said))
    assert int(free["LISTENING"]) >= 20_000, said
    assert int(free["ANSWERED"]) >= 18_000, said
