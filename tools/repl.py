"""Opens a board's interactive prompt, by mpremote: Ctrl-C interrupts the server, Ctrl-D restarts it, Ctrl-] leaves."""

import argparse
import os
import sys

from tools import boards
from tools.failure import ToolError
from tools.ports import find_port


def command(port):
    """The command that opens the prompt at the serial port, a list. `resume`: the board is not restarted for it."""
    return [sys.executable, "-m", "mpremote", "connect", port, "resume", "repl"]


def main(arguments):
    """The verb `repl`. Becomes mpremote; does not return."""
    parser = argparse.ArgumentParser(prog="python3 -m tools repl", description=__doc__)
    parser.add_argument("--board", default="UNIX", help="the board, whose port is found by its USB ids")
    parser.add_argument("--port", help="the serial port, as /dev/ttyUSB0")
    options = parser.parse_args(arguments)
    board = boards.load(options.board)
    if not board.has_compiler:
        raise ToolError(f"the firmware of the board {board.name} has no prompt: `make monitor` shows what it says.")
    port = find_port(board, options.port)
    sys.stdout.flush()
    os.execv(sys.executable, command(port))
