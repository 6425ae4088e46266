"""The WiPy 1.0: an upload to an FTP server that behaves like the board's, and what that does not take."""

import dataclasses
import hashlib

import pytest

from tests.flashing.images import board
from tools.boards import Flash, Image
from tools.failure import ToolError

LARGEST = 0x30000
FLASH = Flash("ftp", None, None, Image("mcuimg.bin", None, LARGEST), Image("mcuimg.bin", None, LARGEST))
WIPY = board("WIPY", "cc3200", FLASH)


def image(size=150_000):
    """An image of the board's: a program and the digits of its MD5."""
    program = b"micropython " * (size // 12)
    return program + hashlib.md5(program).hexdigest().encode()


@pytest.fixture
def file(tmp_path):
    """A function that makes a file of some bytes and gives its path."""

    def make(data):
        (tmp_path / "mcuimg.bin").write_bytes(data)
        return tmp_path / "mcuimg.bin"

    return make


@pytest.mark.parametrize("verb", ["flash", "update"])
def test_the_image_is_sent(wipy, file, run_verb, capsys, verb):
    run_verb(verb, WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.received == image()
    said = capsys.readouterr().out
    assert "Press its reset button" in said


def test_the_first_flash_wipes_and_an_update_does_not(wipy, file, run_verb):
    files = {"config.json": b"{}", "webroot/a/page.html": b"<p>"}
    for name, data in files.items():
        (wipy.folder / "flash" / name).parent.mkdir(parents=True, exist_ok=True)
        (wipy.folder / "flash" / name).write_bytes(data)
    run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.files == {**files, "sys/mcuimg.bin": image()}
    run_verb("flash", WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.files == {"sys/mcuimg.bin": image()}


def test_the_library_goes_with_the_image(wipy, file, run_verb):
    path = file(image())
    whole = dataclasses.replace(WIPY, library=True)
    with pytest.raises(ToolError, match="there is no .*/lib, the modules that belong to the image"):
        run_verb("update", whole, "--port", wipy.address, "--image", path)
    assert wipy.received is None
    module = path.parent / "lib" / "MicroWebSrv2" / "libs" / "urlUtils.mpy"
    module.parent.mkdir(parents=True)
    module.write_bytes(b"M\x06\x00\x1f")
    run_verb("update", whole, "--port", wipy.address, "--image", path)
    assert wipy.files == {"sys/mcuimg.bin": image(), "lib/MicroWebSrv2/libs/urlUtils.mpy": b"M\x06\x00\x1f"}


def test_an_interrupted_upload_is_repeated(wipy, file, run_verb):
    wipy.cut_after = 50_000
    with pytest.raises(ToolError, match="cannot be written.*\n.*It keeps the image that it has; run the command again"):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.received != image()
    wipy.cut_after = None
    run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.received == image()


def test_another_password(wipy, file, run_verb):
    wipy._server.handler.authorizer.remove_user("micro")
    wipy._server.handler.authorizer.add_user("me", "mine", str(wipy.folder), perm="elradfmw")
    with pytest.raises(ToolError, match="refused: 530 .* Give its --user and --password"):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))
    given = ["--user", "me", "--password", "mine"]
    run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()), *given)
    assert wipy.received == image()


def test_a_board_without_the_folder_refuses(wipy, file, run_verb):
    (wipy.folder / "flash" / "sys").rmdir()
    with pytest.raises(ToolError, match="refused: 550"):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))


@pytest.mark.parametrize("port", ["ftp", "0", "65536", "\u00b2"])
def test_an_address_whose_port_is_none(port, file, run_verb):
    with pytest.raises(ToolError, match="PORT: expected an address, perhaps with a port of 1..65535"):
        run_verb("update", WIPY, "--port", f"127.0.0.1:{port}", "--image", file(image()))


def test_nobody_there(file, run_verb):
    with pytest.raises(ToolError, match="cannot be written: .*Connection refused.\nJoin its Wi-Fi network"):
        run_verb("update", WIPY, "--port", "127.0.0.1:1", "--image", file(image()))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "does not end with its own MD5"),
        (image()[:-1], "does not end with its own MD5"),
        (b"X" + image()[1:], "does not end with its own MD5"),
        (b"\xe9" * 5000, "this is no image for a the WIPY of the tests"),
        (image(LARGEST), "196,640 bytes, the board WIPY has room for 196,608"),
    ],
    ids=["empty", "cut short", "damaged", "of another chip", "too large"],
)
def test_a_wrong_image_is_refused(wipy, file, run_verb, data, problem):
    with pytest.raises(ToolError, match=problem):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(data))
    assert wipy.received is None
