"""Freezes a board's modules without the board's toolchain, and compiles what comes out for a machine like it.

MicroPython's own makemanifest.py and mpy-cross, for the board's architecture, make the C file that a build would
compile. It is compiled here with the port's and the board's own headers, for an Arm: the data are the same on any
machine of 32 bits. What those headers include of the chip maker's kit is replaced by next to nothing.
"""

import re
import shutil
import subprocess
import sys

from tools.boardcheck import sdkconfig
from tools.failure import ToolError
from tools.firmware import MPY_CROSS, build_environment
from tools.paths import BUILD, shown

COMPILER = "arm-none-eabi-gcc"
FOLDER = BUILD / "check"

# The names of the qstrs that every firmware has; which port's they are makes no difference to what is frozen.
NAMES = BUILD / "UNIX" / "genhdr"
NAMES_FILES = ("qstrdefs.preprocessed.h", "qstrdefs.generated.h")

# A connection's send buffer is full for as long as its client takes nothing. When the memory that all of them share
# runs out, modlwip waits for more, even for a socket that must not block: one slow client then stops the server.
LWIP_RULES = """
#include "lwip/opt.h"
_Static_assert(MEMP_NUM_TCP_PCB >= 8, "MEMP_NUM_TCP_PCB: a browser opens six connections, and closed ones linger");
_Static_assert(MEM_SIZE >= MEMP_NUM_TCP_PCB * TCP_SND_BUF, "MEM_SIZE: too small for every connection's TCP_SND_BUF");
_Static_assert(MEMP_NUM_TCP_SEG >= MEMP_NUM_TCP_PCB * TCP_SND_QUEUELEN, "MEMP_NUM_TCP_SEG: too few for all");
#ifndef LWIP_HOOK_TCP_ISN
#error "LWIP_HOOK_TCP_ISN: lwIP's own sequence numbers can be guessed"
#endif
"""

ARCHITECTURES = {"xtensawin": "XTENSA", "rv32imc": "RISCV"}

# What MicroPython's headers include of ESP-IDF, as far as they need it to be compiled.
IDF_HEADERS = {
    "esp_random.h": "",
    "esp_system.h": "",
    "esp_wifi_types.h": "",
    "driver/i2s_std.h": "",
    "hal/gpio_types.h": "",
    "freertos/FreeRTOS.h": "",
    "freertos/task.h": "",
    "freertos/queue.h": "",
    "freertos/semphr.h": "typedef void *SemaphoreHandle_t;\ntypedef struct { void *unused; } StaticSemaphore_t;\n",
}


def freeze(tree, board):
    """Make the C file with the board's frozen modules, in build/check/BOARD. Returns its path. Raises ToolError."""
    folder = FOLDER / board.name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "genhdr").mkdir(parents=True)
    if not (NAMES / NAMES_FILES[0]).is_file():
        raise ToolError(f"{shown(NAMES)} is not there. Build the firmware of UNIX first:\n\n    make firmware")
    for name in NAMES_FILES:
        shutil.copy(NAMES / name, folder / "genhdr" / name)
    # The objects that a port keeps alive: nothing frozen refers to them.
    (folder / "genhdr" / "root_pointers.h").touch()
    port = board.port_folder(tree)
    variables = {"MPY_DIR": tree, "MPY_LIB_DIR": _library(tree, port), "PORT_DIR": port, "BOARD_DIR": board.folder}
    command = [sys.executable, tree / "tools" / "makemanifest.py", "-o", folder / "frozen_content.c", "-b", folder]
    command += [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
    if board.architecture:
        command += [f"-f=-march={board.architecture}"]
    run(f"{board.name}: freezing its modules", [*command, board.folder / "manifest.py"], MICROPY_MPYCROSS=MPY_CROSS)
    return folder / "frozen_content.c"


def _library(tree, port):
    """micropython-lib: the tree's, or where it was left out empty packages of the names that the port asks for."""
    library = tree / "lib" / "micropython-lib"
    if (library / "micropython").is_dir():
        return library
    library = FOLDER / "micropython-lib"
    for manifest in (port / "boards").rglob("manifest*.py"):
        for name in re.findall(r'require\("([^"]+)"', manifest.read_text(encoding="utf-8")):
            package = library / "micropython" / name / "manifest.py"
            package.parent.mkdir(parents=True, exist_ok=True)
            package.write_text('metadata(version="0")\n')
    return library


def compile_frozen(tree, board):
    """Compile what `freeze` made. Returns the path of the object file. Raises ToolError."""
    folder = FOLDER / board.name
    target = folder / "frozen_content.o"
    command = [*compiler(tree, board, folder), "-c", "-Wall", "-Werror", "-o", target, folder / "frozen_content.c"]
    run(f"{board.name}: compiling its frozen modules", command)
    return target


def compile_lwip(tree, board):
    """Compile the files of lwIP that check its settings against one another and use most, and our own demands on them.

    `freeze` comes first. Raises ToolError.
    """
    lwip = tree / "lib" / "lwip" / "src"
    rules = FOLDER / board.name / "lwip_rules.c"
    rules.write_text(LWIP_RULES)
    command = [*compiler(tree, board, FOLDER / board.name), "-fsyntax-only", "-DMICROPY_PY_LWIP=1"]
    command += ["-Wall", "-Werror", f"-I{board.port_folder(tree) / 'lwip_inc'}", f"-I{lwip / 'include'}"]
    command += [lwip / "core" / "init.c", lwip / "core" / "tcp.c", rules]
    run(f"{board.name}: compiling lwIP's settings", command)


def macros(tree, board, header="py/mpconfig.h"):
    """What the port's and the board's headers define, {name: text}: how MicroPython is built. `freeze` comes first."""
    command = [*compiler(tree, board, FOLDER / board.name), "-E", "-dM", "-include", header]
    command += ["-x", "c", "/dev/null"]
    text = run(f"{board.name}: reading its settings", command)
    return dict(re.findall(r"^#define (\w+) (.*)$", text, re.MULTILINE))


def compiler(tree, board, folder):
    """The compiler's command with the board's settings. Writes the headers that stand for the maker's kit."""
    if not shutil.which(COMPILER):
        raise ToolError(f"{COMPILER} is not there. Install it:\n\n    sudo apt-get install gcc-arm-none-eabi")
    includes = [folder, board.folder, board.port_folder(tree), tree]
    options = ["-std=gnu99", "-mthumb", "-mcpu=cortex-m4"]
    options += ["-DMICROPY_QSTR_EXTRA_POOL=mp_qstr_frozen_const_pool", "-DMICROPY_MODULE_FROZEN_MPY=1"]
    if board.port == "esp32":
        _write_idf_headers(tree, board, folder)
        options += ["-include", "sdkconfig.h", *(f"-D{macro}" for macro in sdkconfig.definitions(board))]
    if board.port == "stm32":
        # As ST's headers would define them for -DSTM32F405xx.
        options += ["-DSTM32_HAL_H=<stdint.h>", f"-D{board.chip[:7].upper()}", f"-D{board.chip.upper()}xx"]
    return [COMPILER, *options, *(f"-I{path}" for path in includes)]


def _write_idf_headers(tree, board, folder):
    settings = sdkconfig.settings_of(sdkconfig.fragments(board, board.port_folder(tree)))
    headers = {**IDF_HEADERS, "sdkconfig.h": sdkconfig.header(board, settings, ARCHITECTURES[board.architecture])}
    for name, text in headers.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def run(what, command, cwd=None, **environment):
    """Run a command. Returns what it printed; raises ToolError with it when it fails."""
    env = {**build_environment(), **{name: str(value) for name, value in environment.items()}}
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, env=env, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise ToolError(f"{what} failed:\n\n{(done.stdout + done.stderr).strip()[-3000:]}")
    return done.stdout
