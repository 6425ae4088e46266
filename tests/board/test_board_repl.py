"""The serial port of a board that serves: mpremote's prompt, Ctrl-C, the verbs repl and monitor."""

import os
import pty
import select
import socket
import subprocess
import sys
import termios
import time

import pytest
import serial

from tests.board.conftest import PATIENCE_SEC
from tests.runtimes import ROOT

APP = b"""
from MicroWebSrv2 import GET, WebRoute

@WebRoute(GET, "/say")
def Say(microWebSrv2, request):
    print("SAID", request.QueryParams["what"])
    request.Response.ReturnOk()
"""


@pytest.fixture(scope="module")
def board(switch_on):
    board = switch_on({"webroot/index.html": b"<p>page", "app.py": APP})
    board.wait_serves()
    return board


def test_mpremote_gets_its_prompt_while_the_board_serves(board):
    times = board.said().count("MicroWebSrv2 serves")
    assert board.get("/").text == "<p>page"
    assert board.mpremote("eval", "6 * 7").strip() == "42"
    assert "index.html" in board.mpremote("fs", "ls", ":webroot")
    board.mpremote("reset")
    board.wait_serves(80, times + 1)
    assert board.get("/").text == "<p>page"


def test_many_calls_of_mpremote_are_no_failed_starts(board):
    """Each restarts the interpreter, and main.py does not run: that is no device that cannot start."""
    for _ in range(7):
        assert board.mpremote("eval", "6 * 7").strip() == "42"
    times = board.said().count("MicroWebSrv2 serves")
    board.mpremote("reset")
    board.wait_serves(80, times + 1)
    assert "safe mode" not in board.said()
    assert board.get("/say?what=it").status_code == 200


def test_mpremote_gets_its_prompt_after_it_has_served(board):
    """Ctrl-C ends serving; the prompt is there, and what served can be looked at."""
    times = board.said().count("MicroWebSrv2 serves")
    with serial.Serial(board.serial, 115200, timeout=PATIENCE_SEC) as line:
        line.write(b"\r\x03")
        assert line.read_until(b">>> ").endswith(b">>> ")
    assert board.mpremote("resume", "eval", "6 * 7").strip() == "42"
    with serial.Serial(board.serial, 115200, timeout=PATIENCE_SEC) as line:
        line.write(b"\x02\x04")  # the friendly prompt, then a soft reset
        board.wait_serves(80, times + 1)
    assert board.get("/").text == "<p>page"


def test_mpremote_gets_its_prompt_while_a_client_waits(board):
    """A connection that is open, and a request that has come by half, hold nobody up."""
    with socket.create_connection(("127.0.0.1", board.port()), PATIENCE_SEC) as client:
        client.sendall(b"GET / HT")
        assert board.mpremote("eval", "1 + 1").strip() == "2"
    times = board.said().count("MicroWebSrv2 serves")
    board.mpremote("reset")
    board.wait_serves(80, times + 1)


IN_CONTROL = ["setsid", "--ctty", "--wait"]


class Terminal:
    """A command run in a terminal. Keys are signals to it only if it begins with IN_CONTROL."""

    def __init__(self, command):
        self._ours, its = pty.openpty()
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=its, stdout=its, stderr=its, env={**os.environ, "TERM": "dumb"}
        )
        os.close(its)
        self.shown = b""

    def type(self, keys):
        os.write(self._ours, keys)

    def wait_shown(self, text):
        end = time.monotonic() + PATIENCE_SEC
        while text not in self.shown:
            assert time.monotonic() < end, self.shown
            if select.select([self._ours], [], [], 0.1)[0]:
                self.shown += os.read(self._ours, 4096)

    def wait_raw(self):
        """Until keys go to the program as they are: until then Ctrl-C is the terminal's own, and lost."""
        end = time.monotonic() + PATIENCE_SEC
        while termios.tcgetattr(self._ours)[3] & termios.ISIG:
            assert time.monotonic() < end
            time.sleep(0.01)

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


def test_the_verb_repl(board):
    terminal = Terminal([sys.executable, "-m", "tools", "repl", "--port", board.serial])
    try:
        terminal.wait_shown(b"Connected to MicroPython")
        terminal.wait_raw()
        terminal.type(b"\x03")
        terminal.wait_shown(b">>> ")
        terminal.type(b"print(1200 + 34)\r")
        terminal.wait_shown(b"\n1234")
        times = board.said().count("MicroWebSrv2 serves")
        terminal.type(b"\x04")
        board.wait_serves(80, times + 1)
        terminal.type(b"\x1d")
        assert terminal.process.wait(PATIENCE_SEC) == 0
    finally:
        terminal.end()


def test_the_verb_monitor(board):
    terminal = Terminal([*IN_CONTROL, sys.executable, "-m", "tools", "monitor", "--port", board.serial])
    try:
        terminal.wait_shown(b"Ctrl-C ends it")
        # QEMU looks once a second whether somebody has opened the pseudo terminal.
        for number in range(3):
            assert board.get(f"/say?what={number}").status_code == 200
            time.sleep(1)
        terminal.wait_shown(b"SAID 2")
        terminal.type(b"\x03")
        terminal.wait_shown(b"monitor: ended")
        assert terminal.process.wait(PATIENCE_SEC) == 0
    finally:
        terminal.end()
    assert board.get("/").text == "<p>page"  # it was not disturbed
