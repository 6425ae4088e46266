"""What a machine lacks for a board is told before the build begins."""

import os

import pytest

from tools import boards, firmware, toolchain
from tools.failure import ToolError


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with nothing; call it with programs and environment variables that it shall have."""
    for name in ("IDF_PATH", "ESP_IDF_VERSION"):
        monkeypatch.delenv(name, raising=False)

    def has(*programs, **variables):
        monkeypatch.setattr(toolchain.shutil, "which", lambda name: name if name in programs else None)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    has()
    return has


@pytest.fixture
def tree(tmp_path):
    """A source tree with nothing but a note in the place of a submodule; call it with submodules to fill."""
    (tmp_path / "lib/micropython-lib").mkdir(parents=True)
    (tmp_path / "lib/micropython-lib/README.md").write_text("Left out")

    def fill(*names):
        for name in names:
            (tmp_path / name / "src").mkdir(parents=True)
        return tmp_path

    return fill


def test_unix_needs_no_toolchain_of_its_own(machine, tree):
    assert toolchain.missing(boards.load("UNIX"), tree()) is None


def test_a_32_bit_program_needs_its_libraries(tmp_path, monkeypatch, tree):
    board = boards.load("UNIX_WIPY")
    (tmp_path / "gcc").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert "sudo apt-get install gcc-multilib" in toolchain.missing(board, tree())
    (tmp_path / "gcc").write_text("#!/bin/sh\nexit 0\n")
    assert toolchain.missing(board, tree()) is None


def test_an_esp32_needs_esp_idf(machine, tree):
    board = boards.load("ESP32_GENERIC-OTA")
    full = tree(*board.submodules)
    told = toolchain.missing(board, full)
    assert "ESP-IDF is not active" in told and "make docker BOARD=ESP32_GENERIC-OTA" in told
    machine("idf.py", IDF_PATH="/opt/esp/idf")
    assert toolchain.missing(board, full) is None
    machine("idf.py", ESP_IDF_VERSION="5.2.2")
    assert toolchain.missing(board, full) is None
    for version in ("5.1.4", "5.20", "6.0"):
        machine("idf.py", ESP_IDF_VERSION=version)
        assert f"ESP-IDF {version} is active, expected 5.2, 5.3, 5.4" in toolchain.missing(board, full)


def test_a_pyboard_needs_a_compiler_and_its_submodules(machine, tree):
    board = boards.load("PYBV11")
    assert "arm-none-eabi-gcc is not there" in toolchain.missing(board, tree(*board.submodules))
    machine("arm-none-eabi-gcc")
    assert toolchain.missing(board, tree()) is None


def test_a_submodule_with_a_note_alone_is_missing(machine, tree):
    machine("arm-none-eabi-gcc")
    board = boards.load("PYBV11")
    told = toolchain.missing(board, tree("lib/stm32lib", "lib/lwip", "lib/mbedtls"))
    assert "lacks lib/wiznet5k, lib/micropython-lib." in told
    assert "MPY_DIR=" in told and "submodule update --init lib/stm32lib lib/lwip" in told


def test_the_build_says_it_first(machine):
    with pytest.raises(ToolError, match="^WIPY3 cannot be built here: ESP-IDF is not active"):
        firmware.build("WIPY3")


def test_all_that_can_be_built_is_built(machine, monkeypatch, capsys):
    monkeypatch.setattr(firmware, "build", lambda name: [])
    built, left_out = firmware.build_all()
    assert built == []
    assert "UNIX" not in left_out
    assert {"ESP32_GENERIC", "PYBV11"} <= set(left_out)
