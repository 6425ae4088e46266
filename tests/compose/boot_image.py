"""Starts a device from the file system in an image as a board does: argv is the image, where it begins, its size.

The file system is mounted in the place of the host's, which is then out of reach; only /lib is left to import from.
"""

import os
import sys

import vfs

BLOCK = 4096


class Flash:
    """The part of the image that holds the file system, as a block device."""

    def __init__(self, path, start, size):
        self._file = open(path, "r+b")  # noqa: SIM115
        self._start = start
        self._blocks = size // BLOCK

    def _at(self, block, offset):
        self._file.seek(self._start + block * BLOCK + offset)
        return self._file

    def readblocks(self, block, buf, offset=0):
        self._at(block, offset).readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        self._at(block, offset).write(buf)

    def ioctl(self, op, arg):
        if op == 4:
            return self._blocks
        if op == 5:
            return BLOCK
        if op == 6:
            self._at(arg, 0).write(b"\xff" * BLOCK)
        return 0


flash = Flash(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(flash), "/")
os.chdir("/")
sys.path[:] = ["", "/lib"]
for name in ("boot.py", "main.py"):
    with open(name) as file:
        exec(file.read())
