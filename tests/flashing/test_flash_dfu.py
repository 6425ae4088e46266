"""The Pyboards: DfuSe files as MicroPython's own tool makes them, and a dfu-util that writes down how it was called."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tools import boards
from tools.failure import ToolError
from tools.flashing import dfu
from tools.micropython import source_tree

PYBOARD = boards.load("PYBV11")
PYBOARD_D = boards.load("PYBD_SF2")
TO_ALL = ["--alt", "0", "--device", "0483:df11"]
LEAVE = [*TO_ALL, "--dfuse-address", "0x8000000:leave"]

# Writes its arguments down, and how much of a file is blank; lists as many devices as the file `listed` says. With the
# status "left" it fails only when it is told to leave, as a board that is gone too soon makes it.
FAKE = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
with open(folder / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if "--list" in sys.argv:
    count = folder / "listed"
    for number in range(int(count.read_text())):
        for alt in range(2):
            print(f'Found DFU: [0483:df11] ver=2200, devnum=9, cfg=1, intf=0, path="1-{{number}}", alt={{alt}}')
    count.write_text((folder / "then").read_text())
if sys.argv[-1].endswith("blank.bin"):
    data = pathlib.Path(sys.argv[-1]).read_bytes()
    assert data == bytes([255]) * len(data)
    (folder / "blank").write_text(str(len(data)))
status = (folder / "status").read_text()
if status == "left":
    status = 74 if sys.argv[-1].endswith(":leave") else 0
sys.exit(int(status))
"""


@pytest.fixture(scope="module")
def dfu_file(tmp_path_factory):
    """A function that makes a DfuSe file with MicroPython's tool, of parts (address, bytes). Returns its path."""
    folder = tmp_path_factory.mktemp("dfu")

    def make(*parts, name="firmware.dfu"):
        command = [sys.executable, source_tree() / "tools" / "dfu.py"]
        for number, (address, data) in enumerate(parts):
            (folder / f"part{number}").write_bytes(data)
            command += ["-b", f"{address:#x}:{folder}/part{number}"]
        subprocess.run([*command, folder / name], check=True, capture_output=True)
        return folder / name

    return make


@pytest.fixture
def firmware(dfu_file):
    """A Pyboard's firmware: the vectors, then the rest behind the file system's sectors."""
    return dfu_file((0x08000000, b"vectors " * 100), (0x08020000, b"firmware" * 5000))


@pytest.fixture
def firmware_d(dfu_file):
    """A Pyboard D's firmware: behind its boot loader, then in the outer flash memory."""
    parts = (0x08008000, b"firmware" * 5000), (0x90000000, b"library " * 5000)
    return dfu_file(*parts, name="firmware-d.dfu")


class Fake:
    """A dfu-util in the way of the real one: how many devices it lists, how it ends, how it was called."""

    def __init__(self, folder):
        self._folder = folder
        path = folder / "dfu-util"
        path.write_text(FAKE.format(python=sys.executable, folder=str(folder)))
        path.chmod(0o755)
        self.answer(listed=1)

    def answer(self, listed=0, then=None, status=0):
        """List so many devices the first time, `then` as many ever after; end with `status`."""
        values = {"listed": listed, "then": listed if then is None else then, "status": status}
        for name, value in values.items():
            (self._folder / name).write_text(str(value))

    @property
    def calls(self):
        """The arguments of each call that was not one for the list."""
        calls = [json.loads(line) for line in (self._folder / "calls").read_text().splitlines()]
        return [call for call in calls if "--list" not in call]


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """The Fake, first on the path."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Fake(tmp_path)


def test_the_first_flash_wipes(fake, firmware, run_verb):
    run_verb("flash", PYBOARD, "--image", firmware)
    assert fake.calls == [
        [*TO_ALL, "--dfuse-address", ":mass-erase:force", "--download", str(firmware)],
        LEAVE,
    ]


def test_a_pyboard_d_is_wiped_where_its_files_are(fake, firmware_d, run_verb, tmp_path):
    """Its boot loader's mass erase leaves the outer memories as they are, and dfu-util would not erase them then."""
    run_verb("flash", PYBOARD_D, "--image", firmware_d)
    blank, *others = fake.calls
    assert blank[:-1] == [*TO_ALL, "--dfuse-address", "0x80000000", "--download"]
    assert (tmp_path / "blank").read_text() == "32768"
    assert others == [[*TO_ALL, "--download", str(firmware_d)], LEAVE]


def test_an_update_does_not_wipe(fake, firmware, firmware_d, run_verb):
    run_verb("update", PYBOARD, "--image", firmware)
    run_verb("update", PYBOARD_D, "--image", firmware_d)
    assert fake.calls == [
        [*TO_ALL, "--download", str(firmware)],
        LEAVE,
        [*TO_ALL, "--download", str(firmware_d)],
        LEAVE,
    ]


def test_a_board_that_leaves_too_soon_is_no_error(fake, firmware, run_verb, capsys):
    fake.answer(listed=1, status="left")
    run_verb("update", PYBOARD, "--image", firmware)
    assert "all is written; press RESET if the board does not start" in capsys.readouterr().out


@pytest.mark.skipif(not shutil.which("dfu-util"), reason="dfu-util is not installed; only its verb asks for it")
def test_the_real_program_takes_these_options(firmware):
    """Without a board: it must get as far as looking for one."""
    commands = [dfu.download_command(firmware, where) for where in (None, ":mass-erase:force", "0x80000000")]
    for command in [*commands, dfu.leave_command()]:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "No DFU capable USB device available" in done.stderr + done.stdout


def test_a_failing_write_is_said(fake, firmware, run_verb):
    fake.answer(listed=1, status=74)
    with pytest.raises(ToolError, match="ended with exit status 74. An interrupted write is repeated"):
        run_verb("update", PYBOARD, "--image", firmware)


def test_without_a_board_the_user_is_told_what_to_press(fake, firmware, run_verb, monkeypatch):
    fake.answer(listed=0)
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    with pytest.raises(ToolError, match=r"(?s)no board is in its boot loader.*f055:9800.*BOOT0 to 3V3, press RESET"):
        run_verb("update", PYBOARD, "--image", firmware)


def test_a_running_board_is_asked_to_enter_its_boot_loader(fake, firmware, run_verb, monkeypatch, tmp_path):
    fake.answer(listed=0, then=1)
    asked = [sys.executable, "-c", f"open({str(tmp_path / 'asked')!r}, 'w').write('P')"]
    monkeypatch.setattr(dfu, "enter_command", lambda port: [*asked, port])
    run_verb("update", PYBOARD, "--image", firmware, "--port", "socket://there")
    assert (tmp_path / "asked").exists()
    assert fake.calls[-1] == LEAVE


def test_a_board_that_does_not_come_back_is_said(fake, firmware, run_verb, monkeypatch):
    fake.answer(listed=0)
    monkeypatch.setattr(dfu, "enter_command", lambda port: [sys.executable, "-c", ""])
    monkeypatch.setattr(dfu, "ENTER_SEC", 0)
    with pytest.raises(ToolError, match="did not come back as a boot loader"):
        run_verb("update", PYBOARD, "--image", firmware, "--port", "socket://there")


def test_the_command_that_enters_the_boot_loader():
    assert dfu.enter_command("P") == [sys.executable, "-m", "mpremote", "connect", "P", "bootloader"]


def test_two_boards_are_not_guessed(fake, firmware, run_verb):
    fake.answer(listed=2)
    with pytest.raises(ToolError, match="2 boards are in their boot loader: unplug"):
        run_verb("flash", PYBOARD, "--image", firmware)


def test_the_program_is_missing(firmware, run_verb, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="apt-get install dfu-util"):
        run_verb("flash", PYBOARD, "--image", firmware)


# --- Wrong files never get as far as dfu-util.


def refused(run_verb, path, problem):
    with pytest.raises(ToolError, match=problem):
        run_verb("update", PYBOARD, "--image", path)


def test_what_is_no_dfu_file_is_refused(run_verb, tmp_path):
    (tmp_path / "image.bin").write_bytes(b"\xe9" * 1000)
    refused(run_verb, tmp_path / "image.bin", "this is no DfuSe file")


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data[:999] + b"X" + data[1000:]])
def test_a_damaged_file_is_refused(run_verb, firmware, tmp_path, change):
    (tmp_path / "damaged.dfu").write_bytes(change(firmware.read_bytes()))
    refused(run_verb, tmp_path / "damaged.dfu", "damaged or cut short")


@pytest.mark.parametrize("address", [0x20000000, 0x08100000 - 8, 0x90000000, 0x08004000])
def test_a_file_for_another_memory_is_refused(run_verb, dfu_file, address):
    """The last one is where the file system lies."""
    path = dfu_file((0x08000000, b"vectors " * 8), (address, b"firmware" * 8), name="elsewhere.dfu")
    refused(run_verb, path, f"64 bytes go to {address:#x}; the board PYBV11 has its firmware at 0x8000000 to 0x8003fff")


def test_a_pyboards_firmware_is_not_for_a_pyboard_d(run_verb, firmware):
    with pytest.raises(ToolError, match="800 bytes go to 0x8000000; the board PYBD_SF2 has its firmware at 0x8008000"):
        run_verb("update", PYBOARD_D, "--image", firmware)
