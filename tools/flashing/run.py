"""Runs another program that shows its own progress to the user."""

import subprocess
import sys

from tools.failure import ToolError


def run(command, advice):
    """Run `command`, a list, with its output on the screen. Raises ToolError that ends with `advice` if it fails."""
    sys.stdout.flush()
    try:
        status = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    except OSError as error:
        raise ToolError(f"cannot run {command[0]}: {error.strerror}. {advice}") from None
    if status:
        raise ToolError(f"{_shown(command)}\nended with exit status {status}. {advice}")


def _shown(command):
    """A command as it would be typed."""
    if command[:2] == [sys.executable, "-m"]:
        command = command[2:]
    return " ".join(map(str, command))
