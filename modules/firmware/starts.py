"""Counts the starts in a row that did not come to serve, so that a device which cannot start normally starts safely.

The count is a file of one character, absent once a start has served for a while:

    1..5    so many starts in a row have failed, the one that runs included until it serves
    S       this start is the safe one after five; the next is a normal one again, with one try

A start costs one small write, and a removal once it serves; a soft reset (Ctrl-D, mpremote) is none, and goes on in the
mode in which the device was. The count is a hint: where it cannot be kept, the device starts normally.
"""

import os

from . import runtime

PATH = ".starts"

# Tries in a row before a safe start.
MOST_FAILED = 5

# A start that serves this long has not failed. Longer than an app's slowest import, shorter than a person's patience.
HEALTHY_SEC = 10

_SAFE = "S"


def Begin(path=PATH):
    """Count this start. Returns True if it has to be a safe one."""
    before = _read(path)
    if runtime.IsSoftReset():
        return before == _SAFE
    if before == _SAFE:
        # A try in between: somebody may have repaired the cause and switched the device off and on.
        _write(path, str(MOST_FAILED))
        return False
    failed = int(before) if len(before) == 1 and "0" <= before <= "9" else 0
    isSafe = failed >= MOST_FAILED
    _write(path, _SAFE if isSafe else str(failed + 1))
    return isSafe


def Forget(path=PATH):
    """The start has served: none has failed."""
    try:
        os.remove(path)
    except OSError:
        # It was not there, or the file system is read-only and it never was.
        pass


def Interrupt(path=PATH):
    """A person ended the start: it has not failed. A safe mode stays one, for the soft reset that may follow."""
    if _read(path) != _SAFE:
        Forget(path)


def _read(path):
    try:
        with open(path) as file:
            return file.read(2)
    except (OSError, ValueError):
        # Absent; or bytes that are no text, which a power cut may leave on FAT.
        return ""


def _write(path, text):
    try:
        with open(path, "w") as file:
            file.write(text)
    except OSError:
        # A full or read-only file system: the device starts normally, as without a count.
        pass
