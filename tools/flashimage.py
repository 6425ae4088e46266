"""Makes the image of a board's flash memory, a LittleFS, from files of this computer."""

import struct
from pathlib import Path

from littlefs import LittleFS

BLOCK_BYTES = 4096
# How MicroPython writes: at least 32 bytes, four times as many kept in memory (extmod/vfs_lfs.c).
PIECE_BYTES = 32
KEPT_BYTES = 4 * PIECE_BYTES
# MicroPython keeps a file's time in this attribute: nanoseconds since 1970, 64 bits (extmod/vfs_lfsx.c).
TIME_ATTRIBUTE = 1
SKIPPED = frozenset(("__pycache__",))


def collect(folder, below=""):
    """The files of `folder` (Path) and its subfolders, {path on the device, below `below`: Path}, in order.

    What begins with a dot is left out (editors' and systems' own, and never served), and what Python has compiled.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part in SKIPPED for part in parts):
            found["/".join((*([below] if below else []), *parts))] = path
    return found


def write_image(files, image, size):
    """Write the file `image` (Path): a flash memory of `size` bytes that holds `files`, {path on it: bytes or Path}.

    A Path's file keeps its time. Only what is not empty is written, so that a large image takes little room.
    """
    system = LittleFS(block_size=BLOCK_BYTES, block_count=size // BLOCK_BYTES, inline_max=KEPT_BYTES)
    for name, content in files.items():
        folder = name.strip("/").rpartition("/")[0]
        if folder:
            system.makedirs(folder, exist_ok=True)
        with system.open(name, "wb") as file:
            file.write(content.read_bytes() if isinstance(content, Path) else content)
        if isinstance(content, Path):
            system.setattr(name, TIME_ATTRIBUTE, struct.pack("<Q", content.stat().st_mtime_ns))
    _tidy(system)
    _write_sparse(system.context.buffer, image)


def _tidy(system):
    """Leave each folder's record as one entry, where there was one a change.

    The device reads a record whole for each file that it looks for, and makes a full one anew at its first write.
    """
    system.unmount()
    count = system.block_count
    sizes = {"read_size": PIECE_BYTES, "prog_size": PIECE_BYTES, "cache_size": KEPT_BYTES}
    LittleFS(context=system.context, block_size=BLOCK_BYTES, block_count=count, **sizes).fs_gc()


def read_image(image):
    """What the flash memory in the file `image` (Path) holds: {path on it: bytes}."""
    data = image.read_bytes()
    system = LittleFS(block_size=BLOCK_BYTES, block_count=len(data) // BLOCK_BYTES, mount=False)
    system.context.buffer = bytearray(data)
    system.mount()
    found = {}
    for folder, _, names in system.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with system.open(path, "rb") as file:
                found[path.lstrip("/")] = file.read()
    return found


def _write_sparse(data, image):
    """Write `data` to a file with holes where its blocks are erased: LittleFS never reads those."""
    erased = b"\xff" * BLOCK_BYTES
    with open(image, "wb") as file:
        for at in range(0, len(data), BLOCK_BYTES):
            block = data[at : at + BLOCK_BYTES]
            if block != erased:
                file.seek(at)
                file.write(block)
        file.truncate(len(data))
