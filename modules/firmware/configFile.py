"""config.json on the disk, and its good copy beside it: the configuration with which the device last served.

It knows nothing of the keys. A write goes to a temporary file that is then renamed, so that a power cut leaves the old
file or the new one.
"""

import os

from . import runtime

# Far more than a full configuration takes (about 1 KB); a larger file is not one, and must not fill the heap.
MAX_FILE_BYTES = 8192


def Read(path):
    """Return (the object in the file, None), or (None, what is wrong with the file)."""
    data, problem = _bytesOf(path)
    if problem:
        return None, problem
    if data[:3] == b"\xef\xbb\xbf":
        # The mark that some editors put before UTF-8 text; no JSON parser takes it.
        data = data[3:]
    try:
        data = runtime.ParseJSON(data)
    except ValueError as ex:
        return None, str(ex)
    if not isinstance(data, dict):
        return None, "expected an object {…}, got %s" % runtime.JSONTypeName(data)
    return data, None


def Write(path, data):
    """Write a file whole (bytes), or leave it as it was. Raises OSError."""
    # Renaming over the old file is what littlefs and POSIX do atomically; removing the old one first is what loses it.
    temporary = path + ".tmp"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        if hasattr(os, "fsync"):
            os.fsync(file.fileno())
    runtime.Replace(temporary, path)


def GoodCopy(path):
    """Return the path of a configuration's good copy."""
    return path + ".bak"


def Stamp(path):
    """Return what changes when the file is written anew (its size and time), or None without a file."""
    try:
        stat = os.stat(path)
        return stat[6], stat[8]
    except OSError:
        return None


def KeepGood(path):
    """Make the file the good copy: the device serves with it. Writes only what is not there already. Raises OSError."""
    data, problem = _bytesOf(path)
    if not problem and data != _bytesOf(GoodCopy(path))[0]:
        Write(GoodCopy(path), data)


def HasOtherGood(path):
    """Return True if there is a good copy, readable, that is not what the file says."""
    good, problem = _bytesOf(GoodCopy(path))
    return not problem and good != _bytesOf(path)[0] and Read(GoodCopy(path))[0] is not None


def Restore(path):
    """Put the good copy in the file's place; what the file said is kept as `.bad`.

    Raises ValueError without a usable copy, OSError when the disk refuses. In between there may be no file: the copy
    stands in for it at the next start.
    """
    data, problem = Read(GoodCopy(path))
    if problem:
        raise ValueError("%s: %s" % (GoodCopy(path), problem))
    del data
    if runtime.FileExists(path):
        runtime.Replace(path, path + ".bad")
    Write(path, _bytesOf(GoodCopy(path))[0])


def _bytesOf(path):
    """Return (the file's bytes, None), or (None, why not)."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as ex:
        return None, "cannot be read (%s)" % ex if runtime.FileExists(path) else "not found"
    except MemoryError:
        return None, "too large for the memory that is free"
    if len(data) > MAX_FILE_BYTES:
        return None, "larger than %d bytes" % MAX_FILE_BYTES
    return data, None
