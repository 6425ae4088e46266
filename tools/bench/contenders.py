"""Who takes part, how each is started, and what it can be asked. What cannot run is named with the reason."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.runtimes import RUNTIMES, ReservedPort, ServerProcess
from tools.bench.workloads import ALL, ECHO, FILES, FOLDER, STATIC, certificate_files
from tools.paths import ROOT
from tools.step import run_step

HERE = ROOT / "tools" / "bench"
APPS = HERE / "apps"
REQUIREMENTS = HERE / "requirements.txt"
ENVIRONMENT = FOLDER / "venv"
STAMP = ENVIRONMENT / "installed.txt"
FOR_MICROPYTHON = FOLDER / "micropython"  # what a MicroPython is to find of the packages
HEAP = "4m"  # of a MicroPython: 512 connections take a sixth of it, so that collections stay rare
UP_TIMEOUT_SEC = 30


class CannotRunError(Exception):
    """A contender that cannot take part: the reason."""


@dataclass(frozen=True)
class Contender:
    """A server on a runtime ("cpython", "unix", or "native" for one that is no Python).

    `package` is the PyPI package that it is; `can` the names of the workloads worth trying; `prefix` goes before a
    file's path; `closes` says whether it ends a connection that asks for that; `note` is said in the tables.
    """

    name: str
    runtime: str
    program: str
    package: str = None
    can: frozenset = field(default=ALL)
    prefix: str = ""
    closes: bool = True
    note: str = ""

    @property
    def key(self):
        """What names it in the results."""
        return f"{self.name}@{self.runtime}"


FLOOR = frozenset(("dynamic",))
NO_FILES = ALL - STATIC
CONTENDERS = {
    contender.key: contender
    for contender in (
        Contender("mws2", "cpython", "mws2.py"),
        Contender("floor", "cpython", "floor.py", can=FLOOR, closes=False),
        Contender("microdot", "cpython", "microdot_app.py", "microdot", note="a connection each"),
        Contender("aiohttp", "cpython", "aiohttp_app.py", "aiohttp"),
        Contender("uvicorn", "cpython", "uvicorn_app.py", "uvicorn", NO_FILES, note="httptools, uvloop"),
        Contender("tornado", "cpython", "tornado_app.py", "tornado"),
        Contender("granian", "cpython", "granian_app.py", "granian", prefix="/files", note="RSGI, uvloop"),
        Contender("websockets", "cpython", "websockets_app.py", "websockets", ECHO),
        Contender("nginx", "native", "nginx.conf", can=STATIC, note="one worker, sendfile"),
        Contender("mws2", "unix", "mws2.py"),
        Contender("floor", "unix", "floor.py", can=FLOOR, closes=False),
        Contender("microdot", "unix", "microdot_app.py", "microdot", note="a connection each"),
    )
}


def make_environment():
    """Install the contenders' packages into an environment of their own. Quick when there is nothing to do."""
    wanted = f"{sys.version}\n{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()}\n"
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    run_step("contenders' environment", [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], "bench-venv")
    command = [str(_python()), "-m", "pip", "install", "--disable-pip-version-check", "--requirement"]
    run_step("contenders' packages", [*command, str(REQUIREMENTS)], "bench-pip")
    shutil.rmtree(FOR_MICROPYTHON, ignore_errors=True)
    package = next(ENVIRONMENT.glob("lib/python*/site-packages/microdot"))
    shutil.copytree(package, FOR_MICROPYTHON / "microdot", ignore=shutil.ignore_patterns("__pycache__"))
    STAMP.write_text(wanted)


def versions():
    """{name: version} of the contenders' packages, of nginx, and of what measures."""
    pins = [line.strip().split("==") for line in REQUIREMENTS.read_text().splitlines() if "==" in line]
    found = dict(pins)
    for name, option in (("nginx", "-v"), ("wrk", "-v")):
        path = _tool(name)
        if path:
            done = subprocess.run([path, option], capture_output=True, text=True, check=False)
            found[name] = (done.stdout + done.stderr).splitlines()[0].rpartition(": ")[2]
    return found


def start(contender, tls):
    """Start a contender and wait until it takes connections. Returns a ServerProcess; raises CannotRunError."""
    port = ReservedPort()
    try:
        command, env = _command(contender, port.number, tls)
    except CannotRunError:
        port.release()
        raise
    server = ServerProcess(command, env, FILES, [port])
    end = time.monotonic() + UP_TIMEOUT_SEC
    while not _is_listening(port.number):
        if not server.is_running or time.monotonic() > end:
            server.stop()
            lines = server.output().strip().splitlines()
            raise CannotRunError(lines[-1] if lines else "did not start to listen")
        time.sleep(0.05)
    return server


def _command(contender, port, tls):
    """The command line and the environment of a contender."""
    certificate = certificate_files(der=contender.runtime == "unix") if tls else []
    if contender.program == "nginx.conf":
        return _nginx(port), dict(os.environ)
    runtime = RUNTIMES[contender.runtime]
    if runtime.missing:
        raise CannotRunError(runtime.missing)
    command = [*runtime.command]
    env = {**os.environ, **runtime.env}
    if runtime.is_micropython:
        command += [part.format(HEAP) for part in runtime.heap_option]
        env["MICROPYPATH"] = f"{runtime.env['MICROPYPATH']}:{FOR_MICROPYTHON}"
    elif contender.package:
        command = [str(_python())]
        env["PYTHONPATH"] = str(APPS)
    return [*command, str(APPS / contender.program), str(port), *certificate], env


def _nginx(port):
    """nginx's command line, with a configuration and a prefix of its own: the machine's service is not touched."""
    path = _tool("nginx")
    if not path:
        raise CannotRunError("nginx is not there: Debian's package nginx-light brings it")
    prefix = FOLDER / "nginx"
    prefix.mkdir(parents=True, exist_ok=True)
    text = (APPS / "nginx.conf").read_text().replace("@PORT@", str(port)).replace("@FOLDER@", str(FILES))
    if os.geteuid() == 0:  # its worker would be nobody, who may not come to the folder
        text = f"user root;\n{text}"
    (prefix / "nginx.conf").write_text(text)
    return [path, "-p", str(prefix), "-c", str(prefix / "nginx.conf"), "-e", "stderr"]


def _python():
    return ENVIRONMENT / "bin" / "python"


def _tool(name):
    """The path of a program, where Debian puts it for root too."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def _is_listening(port):
    """Whether somebody listens on a port of 127.0.0.1, looked up: a connection would be a first client."""
    wanted = f"0100007F:{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1] == wanted and line.split()[3] == "0A" for line in lines)
