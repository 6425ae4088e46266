"""Runs a long command: its output goes to a log file, its progress to the screen, its last lines to whoever it fails.

Only the standard library: `setup` uses it before anything is installed.
"""

import shutil
import subprocess
import sys
import time

from tools.failure import ToolError
from tools.paths import LOGS, shown

TAIL_LINES = 25
REDRAW_SEC = 0.2  # on a terminal
REPORT_SEC = 15  # where there is none (CI): a line now and then, so that nobody takes it for hung


def run_step(label, command, log_name, cwd=None, env=None):
    """Run `command` (a list), telling the user of it as `label`.

    Its output goes to build/logs/`log_name`.log. Raises ToolError with the log's last lines when it fails.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{log_name}.log"
    started = time.monotonic()
    with open(log, "wb") as output:
        try:
            process = subprocess.Popen(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        except OSError as error:
            raise ToolError(f"{label}: cannot run {command[0]}: {error.strerror}") from None
        status = _watch(process, label, log, started)
    if status:
        raise ToolError(
            f"{label} failed with exit status {status}. The end of {shown(log)}:\n\n{_tail(log, TAIL_LINES)}"
        )
    _say(f"{label}: done in {time.monotonic() - started:.0f} s", end="\n")


def _watch(process, label, log, started):
    """Wait for the process, showing that it lives. Returns its exit status; ends it when interrupted."""
    interactive = sys.stdout.isatty()
    pause = REDRAW_SEC if interactive else REPORT_SEC
    if interactive:
        _say(f"{label} ...", end="")
    try:
        while True:
            try:
                return process.wait(pause)
            except subprocess.TimeoutExpired:
                note = f"{label} ... {time.monotonic() - started:.0f} s"
                if interactive:
                    note += f"  {_tail(log, 1).strip()}"
                _say(note, end="" if interactive else "\n")
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _say(text, end):
    """Print `text`; on a terminal over the line before, cut to its width."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        text = "\r\x1b[K" + text[:width]
    print(text, end=end, flush=True)


def _tail(log, count):
    """The last `count` lines of the file `log`."""
    with open(log, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 400 * count))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-count:])
