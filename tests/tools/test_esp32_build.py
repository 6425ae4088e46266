"""The build of an ESP32 image up to ESP-IDF, which a stand-in plays: MicroPython's own makefile and makeimg.py run."""

import json
import os
from pathlib import Path

import pytest

from tools import boards, firmware, sbom, toolchain
from tools.failure import ToolError
from tools.flashing import partitions
from tools.paths import BOARDS, ROOT

FAKE = Path(__file__).parent / "fake_idf"
TABLE_AT = 0x8000


@pytest.fixture
def idf(monkeypatch, tmp_path):
    """A machine with the stand-in for ESP-IDF and a full source tree, and folders of its own to build in."""
    settings = 'CONFIG_IDF_TARGET="esp32"\nCONFIG_BOOTLOADER_OFFSET_IN_FLASH=0x1000\n'
    for name, value in {
        "PATH": f"{FAKE}:{os.environ['PATH']}",
        "IDF_PATH": str(FAKE),
        "ESP_IDF_VERSION": "5.2.2",
        "REPOSITORY": str(ROOT),
        "FAKE_SDKCONFIG": settings,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(toolchain, "_missing_submodules", lambda board, tree: None)
    monkeypatch.setattr(firmware, "BUILD", tmp_path / "build")
    monkeypatch.setattr(firmware, "DIST", tmp_path / "dist")
    return tmp_path


def test_the_image_of_a_variant(idf, monkeypatch):
    monkeypatch.setenv("BOARD", "ESP32_GENERIC-OTA")  # as `make firmware BOARD=ESP32_GENERIC-OTA` hands it on
    published = firmware.build("ESP32_GENERIC-OTA")
    assert [path.name for path in published] == ["firmware.bin", "micropython.bin", sbom.NAME]
    board = boards.load("ESP32_GENERIC-OTA")
    assert json.loads((idf / "build/ESP32_GENERIC-OTA/called.json").read_text()) == {
        "MICROPY_BOARD": "ESP32_GENERIC",
        "MICROPY_BOARD_DIR": str(BOARDS / "ESP32_GENERIC"),
        "MICROPY_BOARD_VARIANT": "OTA",
        "MICROPY_FROZEN_MANIFEST": str(BOARDS / "ESP32_GENERIC/manifest.py"),
    }
    image = (idf / "dist/ESP32_GENERIC-OTA/firmware.bin").read_bytes()
    begin = board.flash.install.offset
    assert image.startswith(b"\xe9boot loader")
    assert image[board.flash.update.offset - begin :] == b"\xe9application"
    table = partitions.parse(image[TABLE_AT - begin :], "the image")
    assert [row.name for row in table if row.is_app] == ["ota_0", "ota_1"]
    assert "v5.2.2" in (idf / "dist/ESP32_GENERIC-OTA" / sbom.NAME).read_text()


def test_the_plain_board_gets_no_variant(idf):
    firmware.build("ESP32_GENERIC")
    assert "MICROPY_BOARD_VARIANT" not in json.loads((idf / "build/ESP32_GENERIC/called.json").read_text())


def test_a_failing_build_is_told(idf, monkeypatch):
    monkeypatch.setenv("FAKE_SDKCONFIG", "CONFIG_BOOTLOADER_OFFSET_IN_FLASH=0x7fff\n")
    with pytest.raises(ToolError, match=r"(?s)firmware ESP32_GENERIC failed.*bootloader overflows"):
        firmware.build("ESP32_GENERIC")
