"""The emulated board's command line, and what a user is told who lacks something."""

import socket

import pytest

from tools import emulate, emulator
from tools.failure import ToolError
from tools.flashimage import read_image


def test_the_command_line():
    command = emulator.command_line("fw.elf", "flash.img", "pty", 7, emulator.user_network([(8080, 80), (8443, 443)]))
    said = " ".join(command)
    assert "mem-path=flash.img,share=on" in said
    assert "-kernel fw.elf" in said
    assert "-chardev pty,id=serial0 -serial chardev:serial0" in said
    assert "fd=7" in said
    assert "hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=tcp:127.0.0.1:8443-:443" in said


def test_a_firmware_that_is_not_built(tmp_path):
    with pytest.raises(ToolError, match="make firmware BOARD=MPS2_AN385"):
        emulator.require(tmp_path / "firmware.elf")


def test_qemu_is_not_installed(monkeypatch):
    monkeypatch.setattr(emulator, "QEMU", "no-such-qemu")
    with pytest.raises(ToolError, match="no-such-qemu is not there"):
        emulator.require()


def test_a_flash_memory_has_one_user(tmp_path):
    emulator.make_blank(tmp_path / "flash.img")
    flash = tmp_path / "flash.img"
    with emulator.only_user(flash), pytest.raises(ToolError, match="is in use"), emulator.only_user(flash):
        pass
    with emulator.only_user(tmp_path / "flash.img"):
        pass


def test_a_blank_one_is_made_once(tmp_path):
    flash = tmp_path / "new" / "flash.img"
    emulator.make_blank(flash)
    assert flash.stat().st_size == emulator.FLASH_BYTES
    with open(flash, "r+b") as file:
        file.write(b"kept")
    emulator.make_blank(flash)
    with open(flash, "rb") as file:
        assert file.read(4) == b"kept"


def test_a_flash_memory_is_made_from_a_folder(tmp_path):
    (tmp_path / "device" / "webroot").mkdir(parents=True)
    (tmp_path / "device" / "config.json").write_text("{}")
    (tmp_path / "device" / "webroot" / "index.html").write_text("x")
    assert emulate.fill(tmp_path / "flash.img", tmp_path / "device") == 2
    assert read_image(tmp_path / "flash.img") == {"config.json": b"{}", "webroot/index.html": b"x"}
    with pytest.raises(ToolError, match="is no folder. Expected one with config.json"):
        emulate.fill(tmp_path / "flash.img", tmp_path / "nothing")


def test_another_board_cannot_be_emulated():
    with pytest.raises(ToolError, match="ESP32_GENERIC cannot be emulated, MPS2_AN385 can"):
        emulate.main(["--board", "ESP32_GENERIC"])


def test_a_port_that_somebody_has_is_not_given():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert emulator.free_port(taken) != taken
    assert emulator.free_port(taken) == taken
