"""board.json: read, checked, with variants; and every board of the repository."""

import json

import pytest

from tools import boards
from tools.failure import ToolError
from tools.paths import BOARDS

GOOD = {
    "title": "Moon board",
    "port": "esp32",
    "architecture": "xtensawin",
    "chip": "esp32",
    "heap": 100000,
    "products": ["firmware.bin", "micropython.bin"],
    "make": {"BOARD_DIR": "{folder}", "LIB": "{tree}/lib"},
    "flash": {
        "method": "esptool",
        "size": "0x400000",
        "partitions": "partitions.csv",
        "install": {"file": "firmware.bin", "offset": "0x1000"},
        "update": {"file": "micropython.bin", "offset": "0x10000", "largest": "0x1f0000"},
    },
    "usb": [{"vid": "0x303a", "pid": "0x1001", "what": "its own USB"}],
    "builtByCI": False,
    "variants": {
        "OTA": {
            "title": "Moon board with two slots",
            "make": {"BOARD_VARIANT": "OTA"},
            "flash": {
                "partitions": "ota.csv",
                "update": {"largest": "0x180000", "erase": {"offset": "0xd000", "size": "0x2000"}},
            },
        }
    },
}


@pytest.fixture
def folder(tmp_path):
    """A folder of boards with the one board MOON."""
    (tmp_path / "MOON").mkdir()
    (tmp_path / "MOON/board.json").write_text(json.dumps(GOOD))
    return tmp_path


def changed(folder, **keys):
    """Write MOON's board.json with other values; None takes a key out."""
    data = {key: value for key, value in {**GOOD, **keys}.items() if value is not None}
    (folder / "MOON/board.json").write_text(json.dumps(data))


def test_a_board_is_read(folder):
    board = boards.load("MOON", folder)
    assert (board.name, board.variant, board.port, board.architecture) == ("MOON", None, "esp32", "xtensawin")
    assert board.products == ("firmware.bin", "micropython.bin")
    assert board.flash.size == 4 * 1024 * 1024
    assert board.flash.partitions == folder / "MOON/partitions.csv"
    assert board.flash.install == boards.Image("firmware.bin", 0x1000)
    assert board.flash.update == boards.Image("micropython.bin", 0x10000, 0x1F0000)
    assert board.usb == (boards.USBDevice(0x303A, 0x1001, "its own USB"),)
    assert not board.is_built_by_ci


def test_what_make_is_told(folder, tmp_path):
    board = boards.load("MOON", folder)
    tree = tmp_path / "tree"
    assert board.port_folder(tree) == tree / "ports/esp32"
    assert board.make_variables(tree) == {"BOARD_DIR": str(folder / "MOON"), "LIB": f"{tree}/lib"}


def test_a_port_of_its_own_lies_in_the_boards_folder(folder, tmp_path):
    changed(folder, ownPort=True, make=None)
    board = boards.load("MOON", folder)
    assert board.port_folder(tmp_path / "tree") == folder / "MOON"
    assert board.make_variables(tmp_path / "tree") == {"TOP": str(tmp_path / "tree")}


def test_a_variant_says_what_differs(folder):
    board = boards.load("MOON-OTA", folder)
    assert (board.name, board.variant, board.title) == ("MOON-OTA", "OTA", "Moon board with two slots")
    assert board.folder == folder / "MOON"
    assert board.make == {**GOOD["make"], "BOARD_VARIANT": "OTA"}
    assert board.flash.partitions == folder / "MOON/ota.csv"
    assert board.flash.update == boards.Image("micropython.bin", 0x10000, 0x180000, (0xD000, 0x2000))
    assert board.flash.install == boards.load("MOON", folder).flash.install
    assert boards.names(folder) == ["MOON", "MOON-OTA"]


def test_a_wrong_name_is_answered_with_the_right_ones(folder):
    for name in ("SUN", "", ".", "../MOON", "moon/"):
        with pytest.raises(ToolError, match="there is no board .* Boards: MOON, MOON-OTA"):
            boards.load(name, folder)
    for name in ("MOON-", "MOON-BIG"):
        with pytest.raises(ToolError, match="the board MOON has no variant .*: it has OTA"):
            boards.load(name, folder)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"title": None}, "the file: 'title' is a required property"),
        ({"heap": "much"}, "heap: 'much' is not of type 'integer'"),
        ({"architecture": "arm"}, "architecture: 'arm' is not one of"),
        ({"products": []}, "products: "),
        ({"products": ["../firmware.bin"]}, "products.0: "),
        ({"products": ["firmware.bin"]}, "flash.update.file: 'micropython.bin' is not one of the products"),
        ({"usb": [{"vid": "303a", "pid": "0x1", "what": "?"}]}, "usb.0.vid: '303a' does not match"),
        ({"colour": "red"}, "'colour' was unexpected"),
        ({"variants": {"ota": {"heap": 20000}}}, "variants"),
    ],
)
def test_a_wrong_description_is_told_by_its_key(folder, keys, told):
    changed(folder, **keys)
    with pytest.raises(ToolError) as caught:
        boards.load("MOON", folder)
    assert "MOON/board.json: not a board's description" in str(caught.value)
    assert told in str(caught.value)


def test_a_wrong_variant_is_told_as_such(folder):
    changed(folder, variants={"BIG": {"heap": 1}})
    boards.load("MOON", folder)
    with pytest.raises(ToolError, match=r"variant BIG: not a board's description:\n  heap: 1 is less than"):
        boards.load("MOON-BIG", folder)


def test_what_is_no_json_is_told_with_its_place(folder):
    (folder / "MOON/board.json").write_text('{\n "title": ,}')
    with pytest.raises(ToolError, match=r"MOON/board.json: .*line 2 column"):
        boards.names(folder)


def test_every_folder_is_a_board_with_what_it_needs():
    folders = sorted(path.name for path in BOARDS.iterdir() if path.is_dir())
    assert folders == [name for name in boards.names() if "-" not in name]
    for board in boards.load_all():
        assert (board.folder / "manifest.py").is_file(), board.name
        assert board.folder.name == board.name.partition("-")[0]
        if board.flash and board.flash.partitions:
            assert board.flash.partitions.is_file(), board.name
