"""Ports are found by USB ids; two that fit are listed; what is missing is said."""

import os

import pytest
from serial.tools.list_ports_common import ListPortInfo

from tests.flashing.images import board
from tools.boards import USBDevice
from tools.failure import ToolError
from tools.ports import find_port

BOARD = board("ESP32_X", "esp32", None, (USBDevice(0x10C4, 0xEA60, "CP2102"), USBDevice(0x1A86, 0x7523, "CH340")))


def port(device, vid=None, pid=None, description="n/a"):
    """A port as pyserial lists it."""
    info = ListPortInfo(device)
    info.vid, info.pid, info.description = vid, pid, description
    return info


OTHERS = [port("/dev/ttyS0"), port("/dev/ttyACM0", 0x0483, 0x374B, "ST-Link")]
CP2102 = port("/dev/ttyUSB0", 0x10C4, 0xEA60, "CP2102 USB to UART")
CH340 = port("/dev/ttyUSB1", 0x1A86, 0x7523, "USB Serial")


@pytest.mark.parametrize("fitting", [CP2102, CH340])
def test_the_one_that_fits_is_taken(fitting):
    assert find_port(BOARD, connected=[*OTHERS, fitting]) == fitting.device


def test_two_are_listed_and_not_guessed():
    with pytest.raises(ToolError) as refusal:
        find_port(BOARD, connected=[CH340, *OTHERS, CP2102])
    text = str(refusal.value)
    assert "2 ports may be the board ESP32_X, choose one: PORT=..." in text
    assert "  /dev/ttyUSB0  10c4:ea60  CP2102 USB to UART\n  /dev/ttyUSB1  1a86:7523  USB Serial" in text
    assert "ttyACM0" not in text


def test_none_says_what_to_do():
    with pytest.raises(ToolError) as refusal:
        find_port(BOARD, connected=OTHERS)
    text = str(refusal.value)
    assert "no board ESP32_X is connected by USB. Plug it in with a cable that carries data" in text
    assert "10c4:ea60  CP2102" in text
    assert "/dev/ttyACM0  0483:374b  ST-Link" in text
    assert "/dev/ttyS0  no USB" in text


def test_a_board_without_usb_ids_needs_a_port():
    with pytest.raises(ToolError, match="the board NONE is not found by itself: say where it is, PORT="):
        find_port(board("NONE", None, None), connected=[CP2102])


@pytest.mark.parametrize("given", [os.devnull, "socket://127.0.0.1:3333", "COM3"])
def test_what_the_user_says_wins(given):
    assert find_port(BOARD, given, connected=[CP2102]) == given


def test_a_port_that_is_not_there():
    with pytest.raises(ToolError, match=r"there is no port /dev/ttyUSB9.\nPorts of this computer:\n  /dev/ttyUSB0"):
        find_port(BOARD, "/dev/ttyUSB9", connected=[CP2102])
