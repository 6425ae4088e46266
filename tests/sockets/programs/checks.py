"""What the programs here share: each is a list of checks, functions that raise when something is wrong.

`run` calls them all, prints `ok <name>` or `FAILED <name>: …` for each, and at last how many there were.
"""

import sys

from MicroWebSrv2.libs.interpreter import SleepMs, TicksDiff, TicksMs, TraceText

PATIENCE_MS = 15000  # against hangs only


def ports():
    """The ports that the program was given."""
    return [int(argument) for argument in sys.argv[1:] if argument.isdigit()]


def expect(got, wanted):
    """Raises AssertionError unless both are equal."""
    if got != wanted:
        raise AssertionError(f"expected {wanted!r}, got {got!r}")


def raises(kind, text, call, *args):
    """Raises AssertionError unless call(*args) raises an exception of this kind with `text` in its message."""
    try:
        said = f"no exception but {call(*args)!r}"
    except kind as ex:
        said = str(ex)
    if text not in said:
        raise AssertionError(f"expected {text!r}, got {said!r}")


def step(pool, condition, least_ms=0):
    """Steps the pool by hand until `condition()` holds, and at least so long."""
    began = TicksMs()
    while not condition() or TicksDiff(TicksMs(), began) < least_ms:
        pool.Process(20)
        if TicksDiff(TicksMs(), began) > PATIENCE_MS + least_ms:
            raise AssertionError("it did not come to that")


def wait(condition):
    """Waits until `condition()` holds: the pool is served by other threads."""
    began = TicksMs()
    while not condition():
        SleepMs(5)
        if TicksDiff(TicksMs(), began) > PATIENCE_MS:
            raise AssertionError("it did not come to that")


def run(checks):
    """Calls every check."""
    for check in checks:
        try:
            check()
            print("ok", check.__name__)
        except Exception as ex:
            print("FAILED", check.__name__ + ":", TraceText(ex))
    print("CHECKS", len(checks))
