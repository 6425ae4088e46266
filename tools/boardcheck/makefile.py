"""What MicroPython's makefiles make of an stm32 board's folder: they are read, nothing is built."""

import re
import subprocess

from tools.failure import ToolError
from tools.firmware import build_environment

# What is looked at: the chip, the architecture of what is frozen, the linker's scripts, the features.
VARIABLES = (
    "BOARD",
    "CMSIS_MCU",
    "LD_FILES",
    "MICROPY_PY_BLUETOOTH",
    "MICROPY_PY_LWIP",
    "MICROPY_PY_NETWORK_CYW43",
    "MICROPY_PY_NETWORK_WIZNET5K",
    "MICROPY_PY_SSL",
    "MICROPY_SSL_MBEDTLS",
    "MPY_CROSS_FLAGS",
    "TEXT0_ADDR",
    "TEXT0_SECTIONS",
    "TEXT1_ADDR",
    "TEXT1_SECTIONS",
)


def variables(board, tree):
    """The make variables of a Board's build, {name: value}. Raises ToolError when its makefiles cannot be read."""
    show = "".join(f"$(info {name}=$({name}))" for name in VARIABLES)
    command = ["make", "-C", str(board.port_folder(tree)), "--no-print-directory", "--dry-run"]
    command += [f"{name}={value}" for name, value in board.make_variables(tree).items()]
    command += [f"--eval=show-variables:;@:{show}", "show-variables"]
    done = subprocess.run(command, env=build_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"{board.name}: its makefiles cannot be read:\n\n{done.stderr.strip()[-2000:]}")
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", done.stdout, re.MULTILINE))


def check(board, tree):
    """What is wrong with an stm32 Board's makefiles against its description: a list of texts, empty if all is well."""
    try:
        found = variables(board, tree)
    except ToolError as error:
        return [str(error)]
    faults = []
    if found["CMSIS_MCU"].lower().rstrip("x") != board.chip:
        faults.append(f"the chip is {found['CMSIS_MCU']}, board.json says {board.chip}")
    if found["MPY_CROSS_FLAGS"] != f"-march={board.architecture}":
        faults.append(f"modules are frozen for {found['MPY_CROSS_FLAGS']}, board.json says {board.architecture}")
    port = board.port_folder(tree)
    faults += [f"there is no {name}" for name in found["LD_FILES"].split() if not (port / name).is_file()]
    return [f"{board.name}: mpconfigboard.mk: {fault}" for fault in faults]
