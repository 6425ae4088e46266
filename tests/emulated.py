"""The emulated board, MPS2_AN385 under QEMU, as a runtime of the suite.

Each server is a board of its own: a flash memory with the program and its files is made, the board is switched on, its
boot.py imports app.py, which is the program here. What it says on its serial line is its output, Ctrl-C on it an
interrupt. The board sees nothing of this computer but what is in its flash memory, under the paths it has here.
"""

import ast
import functools
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.runtimes import APPS, FEEDING, RUN_TIMEOUT_SEC, STOP_TIMEOUT_SEC, ReservedPort, Runtime, ServerProcess
from tools import emulator, flashimage
from tools.failure import ToolError
from tools.firmware import MPY_CROSS
from tools.paths import BUILD

CONFIG = b'{"ethernet": {"enabled": true}, "log": {"level": "warning"}}'
# Why a test cannot be on the board: for the mark `not_on_board`.
NO_REFUSAL = "QEMU's user network takes the connection before it knows whether the board does"
NO_PROCESS = "it has no process whose descriptors and time could be looked at"
TOO_SLOW = "a request may take longer than this test's server has patience with one"
NO_THREADS = "its firmware has no threads"
TOO_LARGE = "2 MB of heap are too small for that"
SMALL_INTEGERS = "its lengths have 32 bits, a longer one is another error"
MUCH_ON_THE_WAY = "QEMU's user network takes far more ahead of a slow client than a network card"
FILES_OF_ITS_OWN = "it has copies of the files, and sees no change of this computer's"

GATEWAY = "10.0.2.2"  # who a client of this computer is to the board

BEGAN = "PROGRAM BEGAN\n"
ENDED = re.compile(r"^PROGRAM ENDED (\d+)", re.MULTILINE)
FOLDER = "apps"  # on the board
PROGRAM = 30_000  # bytes of the heap that the largest program takes, once it is imported

# app.py on the board. It goes on when the board has its address: a client could not reach it before.
STARTER = """
import sys

def set_clock(*now):
    from machine import RTC
    RTC().datetime(now)

def wait_for_address():
    from network import LAN
    from time import sleep_ms
    lan = LAN()
    while lan.ifconfig()[0] == "0.0.0.0":
        sleep_ms(2)

def run(name, arguments):
    sys.path.insert(0, {folder!r})
    sys.argv[:] = [name + ".py"] + arguments
    try:
        __import__(name)
    except SystemExit as ex:
        return ex.args[0] if ex.args and ex.args[0] is not None else 0
    except BaseException as ex:
        sys.print_exception(ex)
        return 1
    return 0

def keep_heap_whole():
    # As the firmware does when its own server begins: then the program, {program} bytes, is there.
    from firmware import runtime
    runtime.KeepHeapWhole(runtime.MemoryLeft() - {program})

set_clock{now!r}
wait_for_address()
keep_heap_whole()
print({began!r}, end="")
print("PROGRAM ENDED", run({name!r}, {arguments!r}))
"""


def but_on_board(reason, values, is_left_out):
    """`values` for pytest's parametrize: those for which `is_left_out(value)` holds are not on the board."""
    mark = pytest.mark.not_on_board(reason)
    rows = [(value, value if isinstance(value, tuple) else (value,)) for value in values]
    return [pytest.param(*row, marks=mark) if is_left_out(value) else value for value, row in rows]


class BoardProcess(ServerProcess):
    """An emulated board that serves: what a ServerProcess is, and `set_link` for its network cable."""

    LAST_LINE = ENDED

    def __init__(self, firmware, files, reserved):
        self._firmware = firmware
        self._folder = tempfile.TemporaryDirectory(prefix="board-")
        self._flash = Path(self._folder.name) / "flash.img"
        flashimage.write_image(files, self._flash, emulator.FLASH_BYTES)
        super().__init__([emulator.QEMU, "-kernel", str(firmware)], None, None, reserved)

    def _open(self, env, cwd):
        forwards = [(port.number, port.number) for port in self._reserved]
        process, self._monitor = emulator.start(
            lambda monitor: emulator.command_line(
                self._firmware, self._flash, "stdio,signal=off", monitor, emulator.user_network(forwards)
            ),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=crowd_environment(),
        )  # fmt: skip
        return process

    @property
    def is_running(self):
        """Whether the program has not ended, and the board is on."""
        return super().is_running and not ENDED.search(self.output())

    def set_link(self, up):
        """Plug the board's network cable in (`up` True) or pull it."""
        self._monitor.execute("set_link", name=emulator.NETWORK, up=up)

    def interrupt(self):
        """Send Ctrl-C on the serial line."""
        self._process.stdin.write(b"\x03")
        self._process.stdin.flush()

    def wait_end(self, timeout=STOP_TIMEOUT_SEC):
        """Wait until the program ends by itself, then switch the board off. Returns the program's exit status."""
        if not ENDED.search(self.output()):
            self.wait_for(ENDED, timeout)
        self.stop()
        return int(ENDED.search(self.output())[1])

    def stop(self):
        """Switch the board off."""
        if super().is_running:
            self._monitor.close()
        emulator.end(self._process)
        status = super().stop()
        self._process.stdin.close()
        self._folder.cleanup()
        return status


class BoardRuntime(Runtime):
    """The emulated board with the firmware `firmware` (Path). A heap cannot be asked for: it is the firmware's own."""

    def __init__(self, name, firmware):
        missing = None
        try:
            emulator.require(firmware)
        except ToolError as error:
            missing = str(error).replace("\n", " ")
        super().__init__(name, [emulator.QEMU, "-kernel", firmware], {}, missing=missing)
        self.firmware = firmware

    @property
    def is_board(self):
        """True."""
        return True

    @property
    def roomy(self):
        """The board with 2 MB of heap, see Runtime.roomy."""
        return BoardRuntime(self.name, self.firmware.with_name("firmware-2m.elf"))

    def start(self, script, args=(), ports=1, heap=None, cwd=None, env=None, files=()):
        """Start a program on a board of its own, see Runtime.start. `cwd` and `env` are not for a board."""
        reserved = [ReservedPort() for _ in range(ports)]
        arguments = [*(str(port.number) for port in reserved), *map(str, args)]
        source = APPS / f"{script}.py"
        contents = self._contents(compiled(source), source.stem, arguments, [*paths_in(args), *files])
        server = BoardProcess(self.firmware, contents, reserved)
        server.wait_listening()
        return server

    def run(self, script, args=(), heap=None, cwd=None, env=None, timeout=RUN_TIMEOUT_SEC, files=()):
        """Run `script` to its end, see Runtime.run."""
        with tempfile.TemporaryDirectory(prefix="program-") as folder:
            source = script
            if not isinstance(script, Path):
                source = Path(folder) / "program.py"
                source.write_text(script)
            programs, name = compiled(source), source.stem
        return self._run(self._contents(programs, name, [*map(str, args)], [*paths_in(args), *files]), timeout)

    def start_command(self, *_, **__):
        """Not on a board: there are no command lines."""
        raise NotImplementedError("a board has no command line")

    def _fed(self, program, args, heap):
        call = f"import feeding\nfeeding.main({'/' + FOLDER!r}, {program.stem!r}, *{list(map(str, args))!r})\n"
        programs = {**compiled(program), **compiled(FEEDING), "feed": compile_module("feed.py", call)}
        return self._run(self._contents(programs, "feed", [], paths_in(args)), RUN_TIMEOUT_SEC)

    def _run(self, contents, timeout):
        """Switch a board on, wait until its program has ended. Returns what that wrote."""
        with BoardProcess(self.firmware, contents, []) as board:
            status = board.wait_end(timeout)
        assert status == 0, f"{self.name}: exit status {status}\n{board.output()}"
        return ENDED.split(board.output().partition(BEGAN)[2])[0]

    def _contents(self, programs, name, arguments, files):
        """What the flash memory holds: the program and its modules, app.py which starts it, and `files`."""
        year, month, day, hour, minute, second, weekday, *_ = time.gmtime()
        now = (year, month, day, weekday, hour, minute, second, 0)
        starter = STARTER.format(
            folder="/" + FOLDER, began=BEGAN, name=name, arguments=arguments, now=now, program=PROGRAM
        )
        contents = {"config.json": CONFIG, "app.py": starter.encode()}
        contents.update({f"{FOLDER}/{module}.mpy": code for module, code in programs.items()})
        for path in map(Path, files):
            inside = sorted(path.rglob("*")) if path.is_dir() else [path]
            contents.update({str(one): one for one in inside if one.is_file()})
        return contents


def crowd_environment():
    """The environment in which QEMU lets many clients wait for the board."""
    return {**os.environ, "LD_PRELOAD": str(room_for_a_crowd())}


@functools.cache
def room_for_a_crowd():
    """The library made of crowd.c, a Path; made once."""
    source, library = Path(__file__).with_name("crowd.c"), BUILD / "emulate" / "crowd.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        library.parent.mkdir(parents=True, exist_ok=True)
        fresh = library.with_suffix(f".{os.getpid()}")  # several processes test at a time
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", fresh, source, "-ldl"], check=True)
        fresh.replace(library)
    return library


def paths_in(args):
    """Those of a program's arguments that are files or folders of this computer."""
    return [arg for arg in args if isinstance(arg, Path) or (isinstance(arg, str) and arg.startswith("/"))]


def compiled(source):
    """The program `source` (Path) and the modules beside it that it imports, {module: .mpy as bytes}.

    Programs listen on 127.0.0.1, to which no cable leads: on the board they listen on all addresses.
    """
    found, waiting = {}, [source]
    while waiting:
        path = waiting.pop()
        text = path.read_text(encoding="utf-8")
        found[path.stem] = compile_module(path.name, text.replace('"127.0.0.1"', '"0.0.0.0"'))
        beside = (path.with_name(f"{name}.py") for name in imports(text))
        waiting += [module for module in beside if module.is_file() and module.stem not in found]
    return found


def imports(text):
    """The names of the modules that the source `text` imports."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names


def compile_module(name, text):
    """The .mpy (bytes) of a module's source `text`; tracebacks show `name`."""
    with tempfile.TemporaryDirectory(prefix="mpy-") as folder:
        source, target = Path(folder) / "module.py", Path(folder) / "module.mpy"
        source.write_text(text, encoding="utf-8")
        command = [str(MPY_CROSS), "-s", name, "-o", str(target), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        return target.read_bytes()


MPS2 = BoardRuntime("mps2", emulator.FIRMWARE)
