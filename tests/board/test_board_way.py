"""The user's whole way with a board: blank, configured over the serial port, filled, changed; broken configurations."""

import json
import sys

import pytest

from tests.runtimes import ROOT

PAGE = "<!DOCTYPE html><title>Mine</title>" + "<p>a page of mine</p>\n" * 100


@pytest.fixture
def editor(tmp_path):
    """A function that gives the environment in which EDITOR writes a configuration."""

    def editor(configuration):
        script = tmp_path / "editor.py"
        script.write_text(f"import sys\nopen(sys.argv[1], 'w').write({json.dumps(configuration)!r})\n")
        return {"VISUAL": "", "EDITOR": f"{sys.executable} {script}"}

    return editor


def test_from_a_blank_board_to_a_changed_page(switch_on, editor, tmp_path):
    board = switch_on()
    board.wait_serves(80)
    status = board.get("/api/status").json()
    assert (status["board"], status["hostname"]) == ("MPS2_AN385", "mws2")
    assert "It has no pages yet. Send yours to its folder <b>webroot</b>" in board.get("/").text

    done = board.verb("config", env=editor({"hostname": "kitchen", "server": {"port": 8000}}))
    assert done.returncode == 0, done.stdout
    assert "config: it serves http://10.0.2.15:8000/" in done.stdout
    assert board.get("/api/status", 8000).json()["hostname"] == "kitchen"

    done = board.verb("upload")
    assert done.returncode == 0, done.stdout
    board.wait_serves(8000, 2)
    first = board.get("/", 8000)
    assert first.content == (ROOT / "webroot" / "index.html").read_bytes()

    mine = tmp_path / "device" / "webroot" / "index.html"
    mine.parent.mkdir(parents=True)
    mine.write_text(PAGE)
    done = board.verb("upload", "--device", tmp_path / "device")
    assert done.returncode == 0, done.stdout
    board.wait_serves(8000, 3)
    # A browser that has the old page asks with its tag, and gets the new one.
    again = board.get("/", 8000, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text) == (200, PAGE)


def test_a_configuration_that_is_not_right_is_not_sent(switch_on, editor):
    board = switch_on({"config.json": b'{"hostname": "kitchen"}'})
    board.wait_serves()
    done = board.verb("config", env=editor({"server": {"port": "eighty"}}))
    assert done.returncode == 1
    assert "server.port: expected" in done.stdout
    assert "nothing was sent" in done.stdout
    board.wait_serves(80, 2)
    assert board.get("/api/status").json()["hostname"] == "kitchen"


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        (b'{"hostname": "kitchen", ', "config.json: line 1, column"),
        (b'{"server": {"port": "eighty"}}', 'server.port: expected 1..65535, got "eighty"'),
        (b"\x00\xff\x00\xff" * 100, "config.json: "),
    ],
)
def test_a_broken_configuration_is_told_and_served_without(switch_on, configuration, said):
    board = switch_on({"config.json": configuration, "webroot/index.html": PAGE.encode()})
    board.wait_serves()
    assert said in board.said()
    assert board.get("/").text == PAGE
    assert board.get("/api/status").json()["hostname"] == "mws2"


def test_what_the_board_wrote_outlives_it(switch_on):
    board = switch_on()
    board.wait_serves()
    board.mpremote("exec", "open('kept.txt', 'w').write('kept')")
    board.mpremote("reset")
    board.wait_serves(80, 2)
    assert board.mpremote("fs", "cat", ":kept.txt") == "kept"
