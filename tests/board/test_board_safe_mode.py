"""A board whose starts fail, as its user meets it: the safe mode, its page, the configuration that was good."""

import json

import httpx

from tests.board.conftest import APP, PATIENCE_SEC, WELCOME
from tests.http.client import wait_until
from tools.flashimage import read_image

REASON = "safe mode: 5 starts in a row failed before they served"
GOOD = b'{"hostname": "good"}'
BAD = b'{"hostname": "bad", "app": "hangs"}'
HANGS = b"print('HANGING')\nwhile True: pass\n"


def switch_off_and_on(board):
    """What a person does who finds a device dead."""
    board.emulator.monitor.execute("system_reset")


def fail(board, times):
    """Have so many starts fail."""
    for time in range(times):
        switch_off_and_on(board)
        board.wait_said("HANGING", time + 1)


def write(board, name, content):
    """Put a file on the board, which is at its prompt then."""
    board.mpremote("resume", "exec", f"with open({name!r}, 'wb') as file: file.write({content!r})")


def post(board, path):
    """The answer (httpx.Response) to an empty POST."""
    return httpx.post(f"http://127.0.0.1:{board.port()}{path}", timeout=PATIENCE_SEC)


def test_five_failed_starts_and_the_way_back(switch_on):
    board = switch_on({**WELCOME, "app.py": APP, "hangs.py": HANGS, "config.json": GOOD})
    board.wait_serves()
    wait_until(lambda: read_image(board.flash).get("config.json.bak") == GOOD, "it is a good one", PATIENCE_SEC)
    assert ".starts" not in read_image(board.flash)

    write(board, "config.json", BAD)
    before = board.said().count("MicroWebSrv2 serves")
    fail(board, 5)
    assert board.said().count("MicroWebSrv2 serves") == before
    switch_off_and_on(board)
    board.wait_said(f"WARNING {REASON}")
    board.wait_serves(80, before + 1)
    page = board.get("/")
    assert f"<p>{REASON}.</p>" in page.text
    assert "Put the last good one back and start" in page.text
    assert board.get("/json").status_code == 404  # no app
    assert board.get("/api/status").json()["problems"] == [REASON]

    assert post(board, "/safe-mode/restore").status_code == 200
    board.wait_serves(80, before + 2)  # it has reset itself
    status = board.get("/api/status").json()
    assert (status["hostname"], status["problems"]) == ("good", [])
    assert board.get("/json").json()["celsius"] == 21
    files = read_image(board.flash)
    assert (files["config.json"], files["config.json.bad"]) == (GOOD, BAD)
    assert board.said().count("HANGING") == 5


def test_the_safe_mode_lets_the_app_be_repaired(switch_on, tmp_path):
    board = switch_on({"webroot/index.html": b"<p>mine", "app.py": HANGS})
    board.wait_said("HANGING")
    fail(board, 5)  # the first is among them
    switch_off_and_on(board)
    board.wait_serves()
    assert REASON in board.get("/").text
    assert "Put the last good one back" not in board.get("/").text  # there was none

    (tmp_path / "device").mkdir()
    (tmp_path / "device" / "app.py").write_text("print('REPAIRED')")
    done = board.verb("upload", "--device", tmp_path / "device")
    assert done.returncode == 0, done.stdout
    board.wait_serves(80, 2)
    assert REASON in board.get("/").text  # a soft reset is no new start
    assert post(board, "/safe-mode/start").status_code == 200
    board.wait_said("REPAIRED")
    board.wait_serves(80, 3)
    assert board.get("/").text == "<p>mine"
    wait_until(lambda: ".starts" not in read_image(board.flash), "it was a healthy start", PATIENCE_SEC)


def test_a_crash_of_the_app_is_told_and_the_board_serves(switch_on):
    app = APP + b"\nvalues = {}\nvalues['missing']\n"
    board = switch_on({"webroot/index.html": b"<p>mine", "app.py": app, "config.json": json.dumps({}).encode()})
    board.wait_serves()
    said = board.said()
    assert 'ERROR   app: "app" failed, some of its routes may be missing' in said
    assert "KeyError: missing" in said
    assert board.get("/").text == "<p>mine"
    assert board.get("/json").json()["celsius"] == 21  # what it had registered before
    assert board.get("/api/status").json()["problems"] == ['app: "app" failed (KeyError: missing)']
