"""`make upload` on the emulated board: what changed goes, whole or not at all; what else is there stays."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.board.conftest import PATIENCE_SEC
from tests.runtimes import ROOT
from tools.flashimage import read_image

OLD = b"old page\n" * 500
FIRST = b"<p>the first page</p>" * 100
NEW = random.Random(4).randbytes(30_000)


# Files of a size until there is no room for one more, then smaller ones: LittleFS itself cannot tell so exactly.
FILL = """
import os

def fill(name, blocks):
    with open(name, "wb") as file:
        for _ in range(blocks):
            file.write(block)

block = bytes(4096)
os.mkdir("filling")
for blocks in (512, 32, 1):
    name = ""
    try:
        for number in range(4096):
            name = "filling/%d-%d" % (blocks, number)
            fill(name, blocks)
    except OSError as error:
        os.remove(name)
        assert error.errno == 28, error
"""
EMPTY = """
import os
for name in os.listdir("filling"):
    os.remove("filling/" + name)
os.rmdir("filling")
"""


@pytest.fixture(scope="module")
def board(switch_on, tmp_path_factory):
    copy = tmp_path_factory.mktemp("pages") / "first.html.gz"
    copy.write_bytes(gzip.compress(FIRST, mtime=0))  # as a file it has a time, that of this computer
    pages = {"webroot/first.html": FIRST, "webroot/first.html.gz": copy}
    board = switch_on({"webroot/page.bin": OLD, "webroot/theirs.txt": b"kept", "config.json": b"{}", **pages})
    board.wait_serves()
    return board


@pytest.fixture
def full(board):
    """The board with no room left."""
    board.mpremote("exec", FILL)
    yield board
    board.mpremote("exec", EMPTY)


@pytest.fixture
def folder(tmp_path):
    """A device folder."""
    for name, data in (("webroot/page.bin", OLD), ("webroot/sub/new.txt", b"new"), ("app.py", b"X = 1\n")):
        path = tmp_path / "device" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "device" / "config.json").write_text("{ not sent }")
    return tmp_path / "device"


def upload(board, folder, *options):
    done = board.verb("upload", "--device", folder, *options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_only_what_changed_is_sent(board, folder):
    said = upload(board, folder)
    assert "upload: sent app.py" in said and "upload: sent webroot/sub/new.txt (3 bytes)" in said
    assert "sent webroot/page.bin" not in said
    assert "2 sent, 1 already there, 3 on the board that are not here left alone" in said
    assert "0 sent, 3 already there" in upload(board, folder)
    (folder / "webroot" / "sub" / "new.txt").write_text("NEW")  # of the same length
    assert "1 sent, 2 already there" in upload(board, folder)
    files = read_image(board.flash)
    assert files["webroot/sub/new.txt"] == b"NEW"
    assert files["config.json"] == b"{}"
    assert files["webroot/theirs.txt"] == b"kept"
    assert ".upload.new" not in files


def test_a_new_page_is_seen_at_once(board, folder):
    """Browsers accept gzip: the copy of the page before is not for them, though the board takes it for newer."""
    assert board.get("/first.html").text == FIRST.decode()
    (folder / "webroot" / "first.html").write_text("<p>mine</p>")
    times = board.said().count("MicroWebSrv2 serves")
    assert "removed webroot/first.html.gz" in upload(board, folder)
    board.wait_serves(80, times + 1)
    assert board.get("/first.html").text == "<p>mine</p>"


def test_what_is_not_here_goes_when_asked(board, folder):
    upload(board, folder)
    (folder / "webroot" / "sub" / "new.txt").unlink()
    said = upload(board, folder, "--delete")
    assert "removed webroot/sub/new.txt" in said and "removed webroot/theirs.txt" in said
    files = read_image(board.flash)
    assert [name for name in files if name.startswith("webroot/")] == ["webroot/page.bin"]
    assert {"app.py", "config.json"} <= set(files)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_an_interruption_leaves_the_old_file(board, folder, end):
    upload(board, folder)
    (folder / "webroot" / "page.bin").write_bytes(NEW)
    command = [sys.executable, "-m", "tools", "upload", "--port", board.serial, "--device", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + PATIENCE_SEC
    while ".upload.new" not in read_image(board.flash):
        assert time.monotonic() < deadline and process.poll() is None, process.stdout.read()
        time.sleep(0.05)
    times = board.said().count("MicroWebSrv2 serves")
    process.send_signal(end)
    process.communicate(timeout=PATIENCE_SEC)
    if end == signal.SIGINT:  # there was somebody who could start the board again
        board.wait_serves(80, times + 1)
    assert read_image(board.flash)["webroot/page.bin"] == OLD
    assert "1 sent" in upload(board, folder)  # and the next one gets through
    files = read_image(board.flash)
    assert files["webroot/page.bin"] == NEW
    assert ".upload.new" not in files


def test_no_space_left(full, folder):
    """What was there stays."""
    board = full
    (folder / "webroot" / "page.bin").write_bytes(NEW[::-1])
    done = board.verb("upload", "--device", folder)
    assert done.returncode == 1
    assert "webroot/page.bin: no space left on the board. The file has 30,000 bytes" in done.stdout
    assert "Traceback" not in done.stdout
    files = read_image(board.flash)
    assert files["webroot/page.bin"] in (OLD, NEW)
    assert ".upload.new" not in files
    board.mpremote("exec", EMPTY + "os.mkdir('filling')")
    assert "1 sent" in upload(board, folder)
