"""The ESP32 boards: the real esptool talks to a mock of the chip's boot loader; wrong images never get that far."""

import dataclasses
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.flashing.images import merged, program, table
from tests.runtimes import ServerProcess
from tools import boards
from tools.boardcheck.partitions import Partition
from tools.failure import ToolError
from tools.flashing import esp, partitions


@pytest.fixture
def board(request):
    """A board, one with an ESP32-S3 unless a test has parameters for it: its images begin elsewhere than an ESP32's."""
    return boards.load(getattr(request, "param", "ESP32_GENERIC_S3"))


class Chip:
    """A mock of a chip's boot loader, with its empty flash memory, and where to find it."""

    def __init__(self, name, folder):
        env = dict(os.environ, ESP32_MOCK_BOOTLOADER_STATE_DIR=str(folder))
        self._process = ServerProcess([sys.executable, Path(__file__).with_name("chip.py"), name], env, None, [])
        self.port = int(self._process.wait_for(r"listening on 127.0.0.1:(\d+)").group(1))
        self.url = f"socket://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stop()


@pytest.fixture
def chip(board, tmp_path):
    """A mock of the board's chip."""
    with Chip(board.chip, tmp_path) as mock:
        yield mock


@pytest.fixture
def file(tmp_path):
    """A function that makes a file of some bytes and gives its path."""

    def make(data, name="image.bin"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def read_back(board, chip, offset, size, tmp_path):
    """What the chip has in its flash memory, read by esptool."""
    path = tmp_path / "read-back.bin"
    command = esp.esptool(board, chip.url, "read-flash", hex(offset), hex(size), path)
    subprocess.run(command, check=True, capture_output=True)
    return path.read_bytes()


def write_raw(board, chip, offset, path):
    """Have something in the chip's flash memory already."""
    subprocess.run(esp.esptool(board, chip.url, "write-flash", hex(offset), path), check=True, capture_output=True)


@pytest.mark.parametrize("board", ["ESP32_GENERIC", "ESP32_GENERIC_S3"], indirect=True)
def test_first_flash_is_read_back(board, chip, file, run_verb, tmp_path):
    data = merged(board)
    write_raw(board, chip, 0x300000, file(b"a file system of before", "old.bin"))
    run_verb("flash", board, "--port", chip.url, "--image", file(data))
    assert read_back(board, chip, board.flash.install.offset, len(data), tmp_path) == data
    assert read_back(board, chip, 0x300000, 32, tmp_path) == b"\xff" * 32


@pytest.mark.parametrize("board", ["ESP32_GENERIC_S3", "ESP32_GENERIC-OTA"], indirect=True)
def test_update_keeps_the_file_system(board, chip, file, run_verb, tmp_path):
    run_verb("flash", board, "--port", chip.url, "--image", file(merged(board)))
    files = table(board)[-1].offset
    write_raw(board, chip, files, file(b"config.json", "files.bin"))
    write_raw(board, chip, 0xD000, file(b"the second app runs", "choice.bin"))
    newer = program(board.chip, 9000, b"newer ")
    run_verb("update", board, "--port", chip.url, "--image", file(newer))
    assert read_back(board, chip, 0x10000, len(newer), tmp_path) == newer
    assert read_back(board, chip, files, 11, tmp_path) == b"config.json"
    choice = b"\xff" * 19 if board.variant == "OTA" else b"the second app runs"
    assert read_back(board, chip, 0xD000, 19, tmp_path) == choice


ESP32 = boards.load("ESP32_GENERIC")
ONE_APP = table(ESP32)
TWO_APPS = table(boards.load("ESP32_GENERIC-OTA"))
MOVED = [Partition("factory", "app", "factory", 0x20000, 0x1E0000)]
SMALL = [Partition("factory", "app", "factory", 0x10000, 0x1000)]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (MOVED, "has another partition table than this firmware: factory at 0x20000"),
        (TWO_APPS, "has another partition table than this firmware: .* otadata at 0xd000"),
        (SMALL, "the board's partition table gives it 4,096"),
    ],
    ids=["moved", "two apps", "too small"],
)
def test_update_of_another_layout_is_refused(board, chip, file, run_verb, tmp_path, rows, problem):
    write_raw(board, chip, 0x8000, file(partitions.build(rows), "table.bin"))
    with pytest.raises(ToolError, match=f"(?s){problem}.*Nothing was written; press RESET"):
        run_verb("update", board, "--port", chip.url, "--image", file(program(board.chip)))
    assert read_back(board, chip, 0x10000, 16, tmp_path) == b"\xff" * 16


def test_update_of_an_empty_board_is_refused(board, chip, file, run_verb):
    with pytest.raises(ToolError, match="there is no partition table"):
        run_verb("update", board, "--port", chip.url, "--image", file(program(board.chip)))


def test_another_chip_at_the_port_is_refused(board, file, run_verb, capfd, tmp_path):
    with Chip("esp32", tmp_path) as chip:
        with pytest.raises(ToolError, match="ended with exit status"):
            run_verb("flash", board, "--port", chip.url, "--image", file(merged(board)))
        assert "This chip is ESP32, not ESP32-S3" in re.sub(r"\s+", " ", "".join(capfd.readouterr()))
        assert read_back(ESP32, chip, 0, 16, tmp_path) == b"\xff" * 16


class CutCable:
    """A way to a mock that breaks for good after so many bytes were sent."""

    def __init__(self, mock, after):
        self._mock = mock
        self._left = after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        client, _ = self._listener.accept()
        with client, socket.create_connection(("127.0.0.1", self._mock.port)) as chip:
            back = threading.Thread(target=self._carry_back, args=(chip, client), daemon=True)
            back.start()
            while self._left > 0:
                data = client.recv(4096)
                if not data:
                    break
                self._left -= len(data)
                chip.sendall(data)
            # Closing alone would not be noticed: the other thread still waits for one of them.
            for end in (chip, client):
                end.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @staticmethod
    def _carry_back(chip, client):
        try:
            while data := chip.recv(4096):
                client.sendall(data)
        except OSError:
            pass  # the cable was cut

    @property
    def was_cut(self):
        """Whether it broke before all was sent."""
        self._thread.join(10)
        return self._left <= 0


def test_an_interrupted_write_is_repeated(file, run_verb, tmp_path):
    noise = bytes(i * i * 7919 >> 8 & 0xFF for i in range(100_000))  # does not compress away
    data = merged(ESP32, app=program("esp32", len(noise), noise))
    path, end = file(data), 0x1000 + len(data) - 64
    with Chip("esp32", tmp_path) as chip:
        cable = CutCable(chip, after=60_000)
        with pytest.raises(ToolError, match="A write that was interrupted is simply repeated"):
            run_verb("flash", ESP32, "--port", cable.url, "--image", path)
        assert cable.was_cut
        assert read_back(ESP32, chip, end, 64, tmp_path) == b"\xff" * 64
        run_verb("flash", ESP32, "--port", chip.url, "--image", path)
        assert read_back(ESP32, chip, end, 64, tmp_path) == data[-64:]


# --- Refused before the port is touched: there is nothing at the port of these.

GOOD = merged(ESP32)
APP = program("esp32")
WRONG = [
    ("flash", merged(boards.load("ESP32_GENERIC_S3")), "made for esp32s3, the board has esp32"),
    ("update", program("esp32s3"), "made for esp32s3, the board has esp32"),
    ("update", b"", "this is no image for an ESP32"),
    ("update", b"DfuSe" + b"\0" * 5000, "this is no image for an ESP32"),
    ("update", APP[:2000], "damaged or cut short"),
    ("update", APP[:-1], "damaged"),
    ("update", APP[:1000] + b"X" + APP[1001:], "damaged"),
    ("flash", GOOD[:-1000], "the app at 0x10000: damaged"),
    ("flash", GOOD[: 0x10000 - 0x1000], "the app at 0x10000: this is no image"),
    ("flash", APP, "there is no partition table"),
    ("flash", GOOD[:0x7000] + b"\xaa\x50\0\0" + GOOD[0x7004:], "the partition table is damaged"),
    ("flash", merged(ESP32, app=program("esp32s3")), "the app at 0x10000: made for esp32s3"),
    ("flash", merged(ESP32, SMALL), "the app at 0x10000: damaged or cut short"),
    ("flash", merged(boards.load("WIPY3")), "the partition table ends at 0x800000, the memory at 0x400000"),
]


@pytest.mark.parametrize(("verb", "data", "problem"), WRONG, ids=lambda value: None)
def test_a_wrong_image_is_refused(run_verb, file, verb, data, problem):
    path = file(data)
    with pytest.raises(ToolError, match=problem) as refused:
        run_verb(verb, ESP32, "--port", "socket://127.0.0.1:1", "--image", path)
    assert str(refused.value).startswith(str(path))


def test_the_right_images_pass():
    esp.check(ESP32, ESP32.flash.install, GOOD, "good.bin")
    esp.check(ESP32, ESP32.flash.update, APP, "app.bin")


def test_an_image_larger_than_the_memory_is_refused(run_verb, file):
    small = dataclasses.replace(ESP32, flash=dataclasses.replace(ESP32.flash, size=0x10000))
    with pytest.raises(ToolError, match="ends behind the board's 65,536 bytes"):
        run_verb("flash", small, "--image", file(GOOD))


def test_a_table_without_an_app_is_refused(run_verb, file):
    none = bytearray(GOOD)
    none[0x7000:0x7C00] = partitions.build([ONE_APP[0]])
    with pytest.raises(ToolError, match="its partition table has no app: nvs at 0x9000"):
        run_verb("flash", ESP32, "--image", file(none))


def test_an_app_larger_than_its_place_is_refused(run_verb, file):
    with pytest.raises(ToolError, match="the board ESP32_GENERIC has room for 2,031,616"):
        run_verb("update", ESP32, "--image", file(APP.ljust(0x1F0001)))


def test_an_image_that_is_not_there_is_said(run_verb, tmp_path):
    with pytest.raises(ToolError, match=r"there is no .*/absent.bin. Build it:\s+make firmware BOARD=ESP32"):
        run_verb("flash", ESP32, "--image", tmp_path / "absent.bin")


def test_a_board_of_no_flash_is_refused(run_verb):
    with pytest.raises(ToolError, match="is not flashed"):
        run_verb("flash", dataclasses.replace(ESP32, flash=None))


def test_the_command_lines():
    board = ESP32
    begin = [sys.executable, "-m", "esptool", "--chip", "esp32", "--port", "P", "--baud", "460800"]
    assert esp.install_command(board, "P", "f.bin") == [*begin, "write-flash", "--erase-all", "0x1000", "f.bin"]
    assert esp.update_command(board, "P", "m.bin") == [*begin, "write-flash", "0x10000", "m.bin"]
    assert esp.update_command(board, "P", "m.bin", (0xD000, "b.bin"))[-2:] == ["0xd000", "b.bin"]
    assert esp.read_table_command(board, "P", "t.bin") == [
        *begin,
        *("--after", "no-reset", "read-flash", "0x8000", "0xc00", "t.bin"),
    ]


@pytest.mark.parametrize("rows", [ONE_APP, TWO_APPS])
def test_the_table_of_partitions_is_read(rows):
    assert partitions.parse(partitions.build(rows), "the table") == rows
