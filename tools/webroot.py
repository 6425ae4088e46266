"""Keeps a compressed copy, `name.gz`, beside each text file of a web folder where it pays.

The server sends `name.gz` to browsers that accept gzip, so a copy older than its file would show an old page:
`python3 -m tools webroot` renews the copies, `--check` only looks and fails when one is missing, stale or needless.
A copy is judged by what it unpacks to, not by its bytes: zlib versions differ in those, and all of them are right.
"""

import argparse
import gzip
import io
import os
import zlib
from pathlib import Path

from tools.failure import ToolError
from tools.paths import WEBROOT, shown

TEXT_SUFFIXES = frozenset((".txt", ".htm", ".html", ".css", ".csv", ".js", ".xml", ".xhtml", ".json", ".ts", ".svg"))
# Below this many bytes saved, the copy costs the flash more than it spares the network.
LEAST_SAVING = 512


def compress(data):
    """Return `data` (bytes) as a gzip file without name or time, so that the same content gives the same bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(data)
    return packed.getvalue()


def expected_copy(path):
    """Return the bytes that belong into `path`'s copy, or None where a copy does not pay (`path`: a Path)."""
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return None
    data = path.read_bytes()
    packed = compress(data)
    return packed if len(data) - len(packed) >= LEAST_SAVING else None


def unpacks_to(copy, path):
    """Tell whether `copy` is a whole gzip file, without a time in it, of exactly what `path` holds (both: Path)."""
    packed = copy.read_bytes()
    if packed[4:8] != bytes(4):  # MTIME, RFC 1952 section 2.3
        return False
    try:
        return gzip.decompress(packed) == path.read_bytes()
    except (OSError, EOFError, zlib.error):
        return False


def copy_of(path):
    """Return the Path of the copy of `path`: the same name with `.gz` behind it."""
    return path.with_name(path.name + ".gz")


def find_faults(folder):
    """Return {copy: (fault, bytes or None)} for `folder` (a Path), walked with its subfolders.

    `fault` is "missing", "stale" or "needless"; the bytes are what the copy should hold, None where none should be.
    """
    faults = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".gz"):
        copy, wanted = copy_of(path), expected_copy(path)
        if wanted is None and copy.exists():
            faults[copy] = ("needless", None)
        elif wanted is not None and not copy.exists():
            faults[copy] = ("missing", wanted)
        elif wanted is not None and not unpacks_to(copy, path):
            faults[copy] = ("stale", wanted)
    return faults


def find_orphans(folder):
    """Return the `.gz` files of `folder` (a Path) that have no file beside them; they may be the user's own."""
    return sorted(p for p in folder.rglob("*.gz") if not p.with_suffix("").exists())


def renew(faults):
    """Write or remove the copies that `find_faults` named. A copy is replaced at once, never half written."""
    for copy, (_, wanted) in faults.items():
        if wanted is None:
            copy.unlink()
            continue
        draft = copy.with_name(copy.name + ".tmp")
        draft.write_bytes(wanted)
        os.replace(draft, copy)


def report(faults, checking):
    """Print what was found (`checking`) or done about each of `faults`."""
    for copy, (fault, wanted) in faults.items():
        done = "removed" if wanted is None else f"written, {len(wanted)} bytes"
        print(f"{shown(copy)}: {fault if checking else done}")


def main(arguments):
    """The verb `webroot`. Raises ToolError when the folder cannot be used or --check found a fault."""
    parser = argparse.ArgumentParser(prog="python3 -m tools webroot", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=WEBROOT, help="the web folder (default: webroot)")
    parser.add_argument("--check", action="store_true", help="change nothing, fail where a copy is not right")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    if not folder.is_dir():
        raise ToolError(f"{options.folder}: expected a folder of web files, such as webroot")
    try:
        faults = find_faults(folder)
        if not options.check:
            renew(faults)
    except OSError as error:
        raise ToolError(f"{error.filename or folder}: {error.strerror}") from None
    report(faults, options.check)
    for orphan in find_orphans(folder):
        print(f"{shown(orphan)}: no {orphan.stem} beside it, left alone")
    if faults and options.check:
        raise ToolError(f"renew the copies with\n\n    python3 -m tools webroot {options.folder}")
    if not faults:
        print(f"{shown(folder)}: every .gz is fresh")
