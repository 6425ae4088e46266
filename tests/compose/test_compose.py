"""A composed image is taken apart again, and started: its table, its file system, what its modules are made for."""

import ast
import hashlib
import json
import re
import socket
from pathlib import Path

import httpx
import pytest

from tests.flashing.images import merged, program, table
from tools import boards, compose, flashimage
from tools.failure import ToolError
from tools.flashing import esp, partitions
from tools.paths import MODULES, ROOT, WEBROOT

BOARD = boards.load("ESP32_GENERIC")
# CPython's side of what differs, which no firmware has either.
(NOT_ON_A_BOARD,) = [
    ast.literal_eval(node.value)
    for node in ast.parse((ROOT / "manifest.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NOT_ON_A_BOARD"
]
BANNER = b"MicroPython v1.25.0 on 2025-04-15; "
STOCK = merged(BOARD, app=program("esp32", 9000, BANNER))


@pytest.fixture(scope="module")
def image():
    """An image composed for a new device."""
    return compose.compose(BOARD, STOCK)[0]


def files_of(image, folder):
    """What the file system of an image holds, and where in the image it lies: (files, start, size)."""
    table = partitions.parse(image[0x7000:0x7C00], "the image")
    (where,) = [one for one in table if one.name == "vfs"]
    start = where.offset - BOARD.flash.install.offset
    (folder / "files.img").write_bytes(image[start:])
    return flashimage.read_image(folder / "files.img"), start, where.size


def test_the_stock_firmware_is_in_it_unchanged(image):
    assert image[: len(STOCK)] == STOCK
    esp.check(BOARD, BOARD.flash.install, image, "composed.bin")
    assert len(image) == 0x400000 - 0x1000


def test_its_files_are_those_of_a_device(image, tmp_path):
    files = files_of(image, tmp_path)[0]
    assert files["boot.py"] == (MODULES / "boot.py").read_bytes()
    assert files["main.py"] == (MODULES / "main.py").read_bytes()
    assert json.loads(files["config.json"]) == {"hostname": "mws2", "wifi": {"networks": []}}
    pages = {f"webroot/{path.relative_to(WEBROOT)}": path.read_bytes() for path in WEBROOT.rglob("*.*")}
    assert {name: data for name, data in files.items() if name.startswith("webroot/")} == pages
    on_boards = {path.relative_to(MODULES).with_suffix(".mpy") for path in MODULES.glob("*/**/*.py")}
    for absent in NOT_ON_A_BOARD:
        on_boards.remove(Path("MicroWebSrv2", absent).with_suffix(".mpy"))
    compiled = {name for name in files if name.startswith("lib/")}
    assert compiled == {f"lib/{path}" for path in on_boards} | {"lib/board.mpy"}


def test_its_modules_are_made_for_this_micropython(image, tmp_path):
    """Version 6.3, no machine code, integers of 31 bits: what the 32-bit ports of MicroPython 1.25 load."""
    files = files_of(image, tmp_path)[0]
    headers = {data[:4] for name, data in files.items() if name.endswith(".mpy")}
    assert headers == {bytes([ord("M"), 6, 0, 31])}


def device(folder, port):
    """A device's folder with a page, an app and a configuration."""
    (folder / "webroot").mkdir(parents=True)
    (folder / "webroot" / "index.html").write_text("<p>composed</p>")
    (folder / "config.json").write_text(json.dumps({"server": {"port": port}, "hostname": "composed"}))
    (folder / "app.py").write_text(
        "from MicroWebSrv2 import *\n@WebRoute(GET, '/app')\ndef app(server, request):\n"
        "    request.Response.ReturnOk('of the app')\n"
    )
    return folder


def test_a_micropython_starts_from_it(micropython, tmp_path):
    """Without anything frozen: what it serves with came out of the image."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    image = compose.compose(BOARD, STOCK, device(tmp_path / "device", port))[0]
    _, start, size = files_of(image, tmp_path)
    (tmp_path / "composed.bin").write_bytes(image)
    command = [Path(__file__).with_name("boot_image.py"), tmp_path / "composed.bin", start, size]
    with micropython.start_command(command, heap="600k") as process:
        address = process.wait_for(r"^MicroWebSrv2 serves (http://127\.0\.0\.1:\d+/)$").group(1)
        assert httpx.get(address).text == "<p>composed</p>"
        assert httpx.get(address + "app").text == "of the app"
        assert httpx.get(address + "api/status").json()["hostname"] == "composed"


def run(capsys, *options):
    """Run the verb; returns what it said."""
    compose.main(["--board", BOARD.name, *map(str, options)])
    return capsys.readouterr().out


@pytest.fixture
def target(monkeypatch, tmp_path):
    """dist/ in a place of its own."""
    monkeypatch.setattr(compose, "DIST", tmp_path / "dist")
    monkeypatch.setattr(compose, "ROOT", tmp_path)
    return tmp_path / "dist" / BOARD.name / "composed.bin"


def test_the_verb_writes_down_what_it_was_made_of(target, tmp_path, capsys):
    (tmp_path / "stock.bin").write_bytes(STOCK)
    said = run(capsys, "--stock", tmp_path / "stock.bin")
    made_of = json.loads(target.with_suffix(".json").read_text())
    digest = hashlib.sha256(STOCK).hexdigest()
    assert made_of["stock"] == {"file": "stock.bin", "bytes": len(STOCK), "sha256": digest}
    assert made_of["image"]["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert made_of["image"]["offset"] == "0x1000"
    assert made_of["files"]["boot.py"]["bytes"] == (MODULES / "boot.py").stat().st_size
    assert digest in said
    assert 'make flash BOARD=ESP32_GENERIC FLASH_ARGS="--image dist/ESP32_GENERIC/composed.bin"' in said


@pytest.mark.parametrize(
    ("stock", "problem"),
    [
        (merged(BOARD), "is no MicroPython; the modules are compiled for MicroPython 1.25"),
        (merged(BOARD, app=program("esp32", 9000, b"MicroPython v1.24.1 on ")), "is MicroPython 1.24.1; the modules"),
        (merged(boards.load("ESP32_GENERIC_S3")), "made for esp32s3, the board has esp32"),
        (STOCK[:-100], "damaged or cut short"),
        (STOCK.ljust(0x300000, b"\xff"), "reaches into the file system's place at 0x200000"),
        (merged(BOARD, table(BOARD)[:3], program("esp32", 9000, BANNER)), "has no 'vfs'"),
    ],
    ids=["no MicroPython", "another version", "another chip", "damaged", "with files", "without files"],
)
def test_a_wrong_stock_image_is_refused(stock, problem):
    with pytest.raises(ToolError, match=problem):
        compose.compose(BOARD, stock)


def test_files_that_do_not_fit_are_refused(tmp_path):
    folder = device(tmp_path / "device", 80)
    (folder / "webroot" / "film.html").write_bytes(b"x" * 3_000_000)
    with pytest.raises(ToolError, match=r"files of 3,\d+,\d+ bytes do not fit into 2,097,152"):
        compose.compose(BOARD, STOCK, folder)


def test_a_wrong_configuration_is_refused(tmp_path):
    folder = device(tmp_path / "device", 80)
    (folder / "config.json").write_text('{"server": {"port": "eighty"}}')
    with pytest.raises(ToolError, match=r"config.json:\n +server.port: expected"):
        compose.compose(BOARD, STOCK, folder)


@pytest.mark.parametrize("name", ["PYBV11", "UNIX"])
def test_a_board_without_littlefs_is_refused(name):
    with pytest.raises(ToolError, match="has no LittleFS beside its firmware"):
        compose.compose(boards.load(name), STOCK)


def test_without_a_stock_image_the_user_is_told_which(tmp_path):
    with pytest.raises(ToolError, match=r"no stock image is given. Download MicroPython 1.25.0 .*\n\n.*STOCK=path"):
        compose.main(["--board", BOARD.name])
    with pytest.raises(ToolError, match="there is no .*/absent.bin"):
        compose.main(["--board", BOARD.name, "--stock", str(tmp_path / "absent.bin")])


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ToolError, match=re.escape("/absent with config.json")):
        compose.compose(BOARD, STOCK, tmp_path / "absent")
