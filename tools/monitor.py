"""Shows what a board says on its serial port, without a word to it; Ctrl-C ends."""

import argparse
import sys

import serial

from tools import boards
from tools.failure import ToolError
from tools.ports import find_port
from tools.remote import why_not_open

BAUD = 115200


def follow(line, output):
    """Copy what comes from `line` (a serial.Serial) to `output` (a binary file), until the board is gone."""
    while True:
        data = line.read(line.in_waiting or 1)
        output.write(data)
        output.flush()


def main(arguments):
    """The verb `monitor`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools monitor", description=__doc__)
    parser.add_argument("--board", default="UNIX", help="the board, whose port is found by its USB ids")
    parser.add_argument("--port", help="the serial port, as /dev/ttyUSB0")
    options = parser.parse_args(arguments)
    port = find_port(boards.load(options.board), options.port)
    try:
        line = serial.serial_for_url(port, BAUD, exclusive=True)
    except (OSError, ValueError) as error:
        raise ToolError(why_not_open(port, error)) from None
    print(f"monitor: {port}, Ctrl-C ends it", flush=True)
    try:
        follow(line, sys.stdout.buffer)
    except OSError as error:
        raise ToolError(f"{port}: the board is gone ({error})") from None
    except KeyboardInterrupt:
        print("\nmonitor: ended")
    finally:
        line.close()
