"""Runs the demonstration, examples/demo, on CPython or on the UNIX firmware."""

import argparse
import os
import socket
import sys

from tools.device import FIRMWARE
from tools.failure import ToolError
from tools.paths import MODULES, ROOT, shown

APP = ROOT / "examples" / "demo" / "app.py"
RUNTIMES = ("CPYTHON", "UNIX")


def command(runtime, heap):
    """Returns the interpreter and its options (list of str), and what its environment needs beside ours (dict)."""
    if runtime == "CPYTHON":
        return [sys.executable, "-u"], {"PYTHONPATH": str(MODULES)}
    if not FIRMWARE.is_file():
        raise ToolError(f"{shown(FIRMWARE)} is not there. Build it:\n\n    make firmware")
    # The modules come from the firmware, as on a board, never from the host's folders.
    return [str(FIRMWARE), "-X", f"heapsize={heap}"], {"MICROPYPATH": ".frozen"}


def check_port(address, port):
    """Raise ToolError unless the demonstration can listen there; `port` as the user said it."""
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise ToolError(f'PORT: expected 1..65535, got "{port}"')
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, int(port)))
        except OSError as error:
            raise ToolError(f"PORT: {port} cannot be used: {error.strerror}. Choose another, as PORT=8081") from None


def main(arguments):
    """The verb `demo`. Becomes the demonstration; does not return."""
    parser = argparse.ArgumentParser(prog="python3 -m tools demo", description=__doc__)
    parser.add_argument("runtime", nargs="?", default="CPYTHON", help="CPYTHON (the default) or UNIX, the firmware")
    parser.add_argument("--port", default="8080", help="the port to serve on (default: %(default)s)")
    parser.add_argument("--address", default="0.0.0.0", help="the address to serve on (default: all of this machine)")
    # A chat of eight, and a page compiled beside it: 64-bit objects are twice as large as a board's.
    parser.add_argument("--heap", default="256k", help="the firmware's heap, in bytes, k or M (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.runtime not in RUNTIMES:
        raise ToolError(f'RUNTIME: expected {" or ".join(RUNTIMES)}, got "{options.runtime}"')
    check_port(options.address, options.port)
    interpreter, env = command(options.runtime, options.heap)
    sys.stdout.flush()
    os.execve(interpreter[0], [*interpreter, str(APP), options.port, options.address], {**os.environ, **env})
