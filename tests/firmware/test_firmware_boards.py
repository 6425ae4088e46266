"""The boards' own modules: what they tell the pins and the drivers, played with stand-ins on every runtime."""

from pathlib import Path

import pytest

from tests.runtimes import ROOT

SCRIPT = Path(__file__).parent / "on_device" / "board_module.py"

CASES = [
    ("WIPY3", "board.SetAntenna(True)", ["Pin(21, 'OUT', value=1)"]),
    ("WIPY3", "board.SetAntenna(False)", ["Pin(21, 'IN')"]),
    ("PYBD_SF2", "board.SetAntenna(True)", ["WLAN(0)", "WLAN(0).active(True)", "WLAN(0).config({'antenna': 1})"]),
    ("PYBD_SF2", "board.SetAntenna(False)", ["WLAN(0)"]),
    (
        "PYBV11",
        "print(board.Ethernet().active())",
        [
            "SPI(1, baudrate=21000000)",
            "Pin('X5')",
            "Pin('X4')",
            "Pin('X3')",
            "WIZNET5K(SPI(1), Pin('X5'), Pin('X4'), Pin('X3'))",
            "WIZNET5K(SPI(1)).active(True)",
            "True",
        ],
    ),
]


@pytest.mark.parametrize(("board", "program", "expected"), CASES)
def test_what_a_boards_module_does(runtime, board, program, expected):
    assert runtime.run(SCRIPT, [ROOT / "boards" / board, program]).splitlines() == [board, *expected]


@pytest.mark.parametrize("board", sorted(path.parent.name for path in (ROOT / "boards").glob("*/board.py")))
def test_a_boards_module_has_its_name(runtime, board):
    assert runtime.run(SCRIPT, [ROOT / "boards" / board, ""]) == f"{board}\n"
