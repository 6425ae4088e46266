"""The one file of the firmware that asks the interpreter and the board what they are and can do.

Everything here has the same face on MicroPython and CPython. It knows nothing of the configuration, the network or
the server.
"""

import gc
import io
import json
import os
import sys
import time

try:
    import _thread
except ImportError:
    _thread = None

IS_MICROPYTHON = sys.implementation.name == "micropython"

# A clock that was never set starts in 1970 or 2000, by port.
_CLOCK_IS_SET_FROM_YEAR = 2024

_TICKS_PER_SEC = 1000

# Once the device serves, garbage is collected whenever one part of these of what was free then was allocated since, but
# not sooner than after the least, in bytes.
_PARTS = 8
_LEAST = 4096

if IS_MICROPYTHON:
    _ticks = time.ticks_ms
    _ticksSince = time.ticks_diff
    _ticksAfter = time.ticks_add
else:

    def _ticks():
        return time.monotonic_ns() // 1000000

    def _ticksSince(now, before):
        return now - before

    def _ticksAfter(before, ms):
        return before + ms


# Seconds counted so far, and the tick up to which they are counted: ticks_ms wraps after 12 days on a 32-bit board.
_uptime = [0, _ticks()]


def UptimeSec():
    """Return the whole seconds (int) since this interpreter started the firmware.

    It must be called at least once in six days to keep counting through the wrap of the board's tick counter; the
    supervision of the network calls it every second.
    """
    elapsed = _ticksSince(_ticks(), _uptime[1]) // _TICKS_PER_SEC
    if elapsed > 0:
        _uptime[0] += elapsed
        _uptime[1] = _ticksAfter(_uptime[1], elapsed * _TICKS_PER_SEC)
    return _uptime[0]


def SleepMs(ms):
    """Sleep for ms milliseconds; KeyboardInterrupt escapes."""
    if IS_MICROPYTHON:
        time.sleep_ms(ms)
    else:
        # The only division that makes a float here, and CPython's alone.
        time.sleep(ms / 1000)


def TimeText():
    """Return the time for a line of the log: '2026-11-22 07:21:03' if the clock is set, else the uptime, '+75s'."""
    now = time.localtime()
    if now[0] >= _CLOCK_IS_SET_FROM_YEAR:
        return "%04d-%02d-%02d %02d:%02d:%02d" % tuple(now[:6])
    return "+%ds" % UptimeSec()


def IsHosted():
    """Return True when an operating system is around the program (the unix port, CPython), False on a board."""
    return not IS_MICROPYTHON or sys.platform in ("linux", "darwin", "win32")


def EnableCtrlC():
    """Make Ctrl-C raise KeyboardInterrupt, as it does on every board that runs main.py.

    The unix port lets it kill the process when the program is a frozen module.
    """
    if IS_MICROPYTHON and IsHosted():
        import micropython

        micropython.kbd_intr(3)


def NetworkComesAfterBoot():
    """Return True on the ports that bring USB and the network up only once boot.py has ended (stm32)."""
    return sys.platform == "pyboard"


def HasThreads():
    """Return True when this interpreter can start threads."""
    return _thread is not None


class _NoLock:
    """Stands in for a lock where there are no threads."""

    def __enter__(self):
        return self

    def __exit__(self, excType, exc, traceback):
        return False


def NewLock():
    """Return a lock for a `with` statement; it does nothing where there are no threads."""
    return _thread.allocate_lock() if _thread else _NoLock()


def MemoryFree():
    """Return the free bytes (int) of the heap, garbage not yet collected not counted, or None where nobody tells."""
    return gc.mem_free() if IS_MICROPYTHON else None


def MemoryLeft():
    """Collect the garbage and return the free bytes (int) of the heap, or None where nobody tells."""
    gc.collect()
    return MemoryFree()


def HasRoom(size):
    """Return True if the heap has so many bytes in one piece, once garbage was collected if it must be.

    False also where nobody knows without taking them. It takes a Cortex-M3 2,000 instructions a KB asked for; to count
    what is free would take 2,300 a KB of the heap, and a collection as much again.
    """
    if not IS_MICROPYTHON or sys.platform == "esp32":
        # An ESP32's heap would grow, and leave less to the Wi-Fi.
        return False
    try:
        # Closed, it gives the memory up at once, as nothing else does.
        io.BytesIO(size).close()
        return True
    except MemoryError:
        return False


def MemoryTotal():
    """Return the bytes (int) of the heap, or None where nobody tells."""
    return gc.mem_free() + gc.mem_alloc() if IS_MICROPYTHON else None


def KeepHeapWhole(free):
    """Have garbage collected early, long before the heap is full; `free`: the bytes that are, None where nobody tells.

    The collector moves nothing. Left alone, allocation wanders through the whole heap before it begins anew, and each
    object that stays splits the free memory: of 44 KB free no 4 KB were left in one piece. Now it stays low. A start
    makes little garbage and keeps what it makes, and a collection would be a fifteenth of it: it is left alone.
    """
    if free is not None and hasattr(gc, "threshold"):
        gc.threshold(max(free // _PARTS, _LEAST))


def RuntimeName():
    """Return the interpreter's name and version: 'MicroPython 1.25.0'."""
    name = "MicroPython" if IS_MICROPYTHON else "CPython"
    return "%s %d.%d.%d" % ((name,) + tuple(sys.implementation.version[:3]))


def BoardModule():
    """Return the module `board` that a board's firmware freezes (its name, its Ethernet wiring), or None."""
    try:
        return __import__("board")
    except ImportError:
        return None


def BoardName():
    """Return the board's name: `board.NAME` if the firmware has that module, otherwise what the interpreter knows."""
    name = getattr(BoardModule(), "NAME", None)
    if name:
        return name
    if IsHosted():
        return "UNIX" if IS_MICROPYTHON else sys.platform
    return getattr(sys.implementation, "_machine", sys.platform)


def IsSoftReset():
    """Return True when only the interpreter began anew, by Ctrl-D or a tool's, and the board did not."""
    try:
        import machine

        return machine.reset_cause() == machine.SOFT_RESET
    except (ImportError, AttributeError):
        return False


def Reset():
    """Start the board anew; does not return there. Where an operating system is around the program, nothing happens."""
    if not IsHosted():
        import machine

        machine.reset()


def ImageConfirmation():
    """Return the function that makes the running image the one to stay, or None where there is no way back from one.

    That is an ESP32's with two slots for the application (ESP-IDF, "Over The Air Updates", App rollback): their
    subtypes are 0x10 to 0x1F.
    """
    if not IsHosted() and sys.platform != "esp32":
        # The search for its module would take a while.
        return None
    try:
        from esp32 import Partition

        subtype = Partition(Partition.RUNNING).info()[1]
    except (ImportError, OSError):
        return None
    return Partition.mark_app_valid_cancel_rollback if 0x10 <= subtype < 0x20 else None


def TracebackText(exc):
    """Return the traceback of an exception as text, without the last line's end; its name where memory is short."""
    if IS_MICROPYTHON:
        try:
            stream = io.StringIO()
            sys.print_exception(exc, stream)
            return stream.getvalue().rstrip()
        except MemoryError:
            return type(exc).__name__
    import traceback

    return "".join(traceback.format_exception(type(exc), exc, exc.__traceback__)).rstrip()


def Print(text):
    """Write a line to the standard output at once; a closed output is not an error."""
    try:
        print(text)
        if not IS_MICROPYTHON:
            sys.stdout.flush()
    except (OSError, ValueError):
        # The reader is gone (a closed pipe or file), or the console cannot show a character: nobody is left to be told.
        pass


def ParseJSON(data):
    """Parse JSON from UTF-8 bytes and return the value.

    Raises ValueError whose text says what is wrong and where: 'line 3, column 7: …'.
    """
    stream = io.BytesIO(data)
    try:
        value = json.load(stream)
        if not IS_MICROPYTHON:
            # Half a surrogate pair, which JSON can write and UTF-8 cannot: here no file and no log takes such a name.
            json.dumps(value, ensure_ascii=False).encode()
            return value
        problem = _bracketProblem(data)
        if problem is None:
            return value
    except UnicodeError:
        problem = "not UTF-8 text"
    except ValueError as ex:
        problem = _jsonProblem(data, stream, ex)
    except MemoryError:
        problem = "too large for the memory that is free"
    except RuntimeError:
        # CPython's parser recurses (RecursionError).
        problem = "nested too deeply"
    raise ValueError(problem)


def JSONTypeName(value):
    """Return what a value of a JSON file is called: 'an object', 'a list', 'a text', 'a number', 'true', 'null'."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    for kind, name in ((dict, "an object"), (list, "a list"), (str, "a text")):
        if isinstance(value, kind):
            return name
    return "a number"


def _jsonProblem(data, stream, ex):
    if not IS_MICROPYTHON:
        # A number of thousands of digits is refused without a place.
        return "line %d, column %d: %s" % (ex.lineno, ex.colno, ex.msg) if hasattr(ex, "msg") else str(ex)
    # MicroPython does not say where it stopped, but it reads byte by byte: the stream's position tells.
    return _place(data, stream.tell()) + str(ex)


def _place(data, count):
    lines = data[:count].split(b"\n")
    return "line %d, column %d: " % (len(lines), max(1, len(lines[-1])))


def _bracketProblem(data):
    """Return what is wrong with the brackets of JSON text, or None.

    MicroPython's parser takes a text cut short, and brackets closed by the wrong ones, for good.
    """
    closing = []
    i = 0
    while i < len(data):
        char = data[i]
        if char == 0x22:
            i = _endOfString(data, i)
        elif char == 0x7B or char == 0x5B:
            # In ASCII each closing bracket is two above its opening one.
            closing.append(char + 2)
        elif (char == 0x7D or char == 0x5D) and (not closing or closing.pop() != char):
            return _place(data, i + 1) + "this bracket closes nothing"
        i += 1
    return _place(data, i) + "a bracket is not closed" if closing else None


def _endOfString(data, i):
    """Return where the JSON string ends whose opening quote is at i: at its closing one, or at the end of the data."""
    while True:
        i = data.find(b'"', i + 1)
        if i < 0:
            return len(data)
        before = i - 1
        while data[before] == 0x5C:
            before -= 1
        if (i - before) & 1:
            # Backslashes stand for themselves in pairs: none is left for the quote.
            return i


def Replace(source, target):
    """Rename a file over another one, which need not exist. Raises OSError."""
    # Only Windows refuses os.rename over an existing file, and only CPython has os.replace.
    getattr(os, "replace", os.rename)(source, target)


def IsHome(folder):
    """Return True when the device's own folder, with its config.json, is a path or lies below it, however written.

    None when there is no such folder.
    """
    try:
        before = os.getcwd()
        os.chdir(folder)
    except OSError:
        return None
    try:
        # Windows and macOS aside, a folder has one name once it was gone to.
        return (before + "/").startswith(os.getcwd().rstrip("/") + "/")
    finally:
        os.chdir(before)


def FileExists(path):
    """Return True when the path is a file or folder that can be seen."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False
