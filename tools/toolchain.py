"""Tells whether this machine can build a board: its compiler, its chip maker's kit, MicroPython's submodules."""

import os
import shutil
import subprocess

ARM_COMPILER = "arm-none-eabi-gcc"
ARM_PACKAGES = "gcc-arm-none-eabi libnewlib-arm-none-eabi"

# The releases of ESP-IDF that MicroPython 1.25 is made for (its ports/esp32/README.md).
IDF_VERSIONS = ("5.2", "5.3", "5.4")


def missing(board, tree):
    """What this machine lacks to build a Board from MicroPython's source `tree`, with what to do. None if nothing."""
    problem = None
    if board.port == "esp32":
        problem = _missing_idf(board)
    elif board.architecture == "x86":
        problem = _missing_32_bit()
    elif (board.architecture or "").startswith("arm") and not shutil.which(ARM_COMPILER):
        problem = f"{ARM_COMPILER} is not there. Install it:\n\n    sudo apt-get install {ARM_PACKAGES}"
    return problem or _missing_submodules(board, tree)


def _missing_32_bit():
    """What the host's compiler lacks to make 32-bit programs. None if nothing."""
    program = "#include <stdio.h>\nint main(void) { return 0; }\n"
    command = ["gcc", "-m32", "-x", "c", "-", "-o", os.devnull]
    if shutil.which("gcc"):
        tried = subprocess.run(command, input=program, text=True, capture_output=True, check=False)
        if tried.returncode == 0:
            return None
    return "gcc makes no 32-bit programs here. Install what it needs:\n\n    sudo apt-get install gcc-multilib"


def _missing_idf(board):
    in_container = f"Or build in a container, which brings it:\n\n    make docker BOARD={board.name}"
    if not shutil.which("idf.py") or not os.environ.get("IDF_PATH"):
        return f"ESP-IDF is not active here. Activate it:\n\n    . /path/to/esp-idf/export.sh\n\n{in_container}"
    version = os.environ.get("ESP_IDF_VERSION", "")
    if version and ".".join(version.split(".")[:2]) not in IDF_VERSIONS:
        return f"ESP-IDF {version} is active, expected {', '.join(IDF_VERSIONS)}.\n{in_container}"
    return None


def _missing_submodules(board, tree):
    lacking = [name for name in board.submodules if not _is_filled(tree / name)]
    if not lacking:
        return None
    return (
        f"MicroPython's source here lacks {', '.join(lacking)}. Get a full checkout, and name it by MPY_DIR:\n\n"
        "    git clone --branch v1.25.0 https://github.com/micropython/micropython\n"
        f"    git -C micropython submodule update --init {' '.join(board.submodules)}\n"
        f"    make firmware BOARD={board.name} MPY_DIR=$PWD/micropython"
    )


def _is_filled(folder):
    """Whether a submodule is there: a stripped one is empty, or has a note in the place of its folders."""
    return folder.is_dir() and any(path.is_dir() for path in folder.iterdir())
