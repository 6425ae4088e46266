"""Images of a flash memory: what went in comes out, with its times; a large image takes little room."""

import os
import struct

from littlefs import LittleFS

from tools import flashimage

SIZE = 1 << 20


def test_what_goes_in_comes_out(tmp_path):
    page = tmp_path / "page.html"
    page.write_bytes(b"<p>" * 3000)
    files = {"config.json": b"{}", "webroot/pictures/one.html": page, "empty": b"", "/with/slash": b"1"}
    flashimage.write_image(files, tmp_path / "flash.img", SIZE)
    assert flashimage.read_image(tmp_path / "flash.img") == {
        "config.json": b"{}", "webroot/pictures/one.html": b"<p>" * 3000, "empty": b"", "with/slash": b"1",
    }  # fmt: skip


def test_a_file_keeps_its_time(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("x")
    os.utime(page, (1_700_000_000, 1_700_000_000))
    flashimage.write_image({"page.html": page}, tmp_path / "flash.img", SIZE)
    system = LittleFS(block_size=flashimage.BLOCK_BYTES, block_count=SIZE // flashimage.BLOCK_BYTES, mount=False)
    system.context.buffer = bytearray((tmp_path / "flash.img").read_bytes())
    system.mount()
    (when,) = struct.unpack("<Q", system.getattr("page.html", flashimage.TIME_ATTRIBUTE))
    assert when == 1_700_000_000 * 10**9


def record(flash):
    """(How often the root's record was made anew, where it ends in its block): of the later of its two blocks."""
    blocks = (bytes(flash[at : at + flashimage.BLOCK_BYTES]) for at in (0, flashimage.BLOCK_BYTES))
    return max((struct.unpack_from("<I", block)[0], len(block.rstrip(b"\xff"))) for block in blocks)


def test_a_device_reads_little_to_find_a_file_and_writes_at_once(tmp_path):
    """A folder's record is one entry, however many files came, and a file of the device's own gets the next one."""
    flashimage.write_image({f"file{number}.txt": b"x" for number in range(20)}, tmp_path / "flash.img", SIZE)
    system = LittleFS(
        block_size=flashimage.BLOCK_BYTES, block_count=SIZE // flashimage.BLOCK_BYTES, mount=False,
        read_size=flashimage.PIECE_BYTES, prog_size=flashimage.PIECE_BYTES, cache_size=flashimage.KEPT_BYTES,
    )  # fmt: skip
    system.context.buffer = flash = bytearray((tmp_path / "flash.img").read_bytes())
    system.mount()
    made, end = record(flash)
    assert end < 20 * 32
    with system.open("own", "wb") as file:
        file.write(b"1")
    assert record(flash) == (made, record(flash)[1])
    assert end < record(flash)[1] < end + 256


def test_an_image_has_its_size_and_takes_little_room(tmp_path):
    image = tmp_path / "flash.img"
    flashimage.write_image({"a": b"x" * 10_000}, image, SIZE)
    assert image.stat().st_size == SIZE
    assert image.stat().st_blocks * 512 < SIZE // 4


def test_hidden_files_and_compiled_ones_stay_here(tmp_path):
    for name in ("app.py", "webroot/a.html", "webroot/.swp", ".git/config", "__pycache__/app.pyc"):
        path = tmp_path / "device" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert list(flashimage.collect(tmp_path / "device")) == ["app.py", "webroot/a.html"]
    assert list(flashimage.collect(tmp_path / "device" / "webroot", "site")) == ["site/a.html"]
