"""Runs one verb: `python3 -m tools VERB [options]`. The Makefile's targets call these."""

import errno
import importlib
import os
import sys

from tools.failure import ToolError

VERBS = {
    "setup": "install what is needed to build and test: system packages, a virtual environment in build/venv",
    "micropython": "bring MicroPython's source into build/micropython, or check MPY_DIR's",
    "firmware": "build a board's firmware into dist/BOARD/",
    "docker": "build a board's firmware in a container, or flash it from one",
    "boardcheck": "check the boards' folders: modules, partition tables, settings",
    "size": "measure a board's firmware: sections, frozen modules, heap",
    "device": "make or update a device folder and run the UNIX firmware in it",
    "flash": "put a board's firmware on it for the first time",
    "update": "put a newer firmware on a board, which keeps its files",
    "emulate": "run the board MPS2_AN385 under QEMU",
    "config": "edit a board's config.json over its serial port",
    "upload": "send changed files to a board over its serial port",
    "repl": "open a board's interactive prompt",
    "monitor": "show what a board says on its serial port",
    "user": "give a user of the device a name and a password: the entry for its config.json",
    "compose": "compose an image of a stock MicroPython and files, without a compiler",
    "demo": "run the demonstration, examples/demo, on CPython or on the UNIX firmware",
    "bench": "measure the server's speed beside other servers', on CPython and on the UNIX firmware",
    "bench-check": "compare what the server allocates, keeps and freezes with the baseline",
    "conformance": "put the WebSockets to the Autobahn cases on every runtime",
    "fuzz": "put what is parsed to made-up inputs, led by the code's coverage",
    "tls-check": "put the server's TLS to testssl.sh on both runtimes",
    "soak": "load a device for long, look at its answers and its memory",
    "webroot": "make or check the compressed files of webroot/",
}


def usage():
    """The text that lists the verbs."""
    width = max(map(len, VERBS))
    lines = ["usage: python3 -m tools VERB [options]", "", "verbs:"]
    lines += [f"  {verb:{width}}  {purpose}" for verb, purpose in VERBS.items()]
    return "\n".join(lines)


def run(arguments):
    """Run the verb, or tell which there are. Returns the exit status; raises what the verb raises."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage(), flush=True)
        return 0 if arguments else 2
    verb, *options = arguments
    if verb not in VERBS:
        print(f"error: there is no verb {verb!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    # Imported by name, so that `setup` needs nothing of what it is about to install.
    return importlib.import_module(f"tools.{verb.replace('-', '_')}").main(options) or 0


def main(arguments):
    """Run the verb that `arguments` (without the program's name) begin with. Returns the exit status."""
    try:
        return run(arguments)
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read has gone (`| head`): nobody is left to be told, not even at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        # A file that cannot be read or written, a full disk. What else a system call may refuse is a fault of ours.
        if error.filename is None and error.errno != errno.ENOSPC:
            raise
        print(f"error: {error.filename or 'the disk'}: {error.strerror}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
