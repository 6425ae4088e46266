"""Cuts the power at every write and erase of the flash memory, under MicroPython's own LittleFS.

argv[1] is the case: `upload` replaces a page and `edit` the configuration, both as this computer's tools have a board
do it, `save` saves a configuration, `good` keeps it as the good copy too, `restore` puts the copy back, `starts` counts
a start. argv[2] says how a write is cut: `before` it, or `torn`, in its middle. argv[3], for the first two, is a file
of what the tools have the board execute: JSON, two lists of programs, for the old file and for the new one. After each
cut the file system is mounted anew, as after a reset. Prints as JSON what was found, and how often.
"""

import json
import os
import sys

import vfs

from firmware import config, configFile, starts

BLOCK = 512
BLOCKS = 96
PAGE = "/flash/page.html"
CONFIG = "/flash/config.json"
STARTS = "/flash/.starts"


class Flash:
    """A block device in memory that fails for good after `left` more writes or erases."""

    def __init__(self, data, torn=False):
        self.data = data
        self.left = 1 << 30
        self._torn = torn

    def readblocks(self, block, buf, offset=0):
        start = block * BLOCK + offset
        buf[:] = self.data[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        self._put(block * BLOCK + offset, bytes(buf))

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK
        if op == 6:
            self._put(arg * BLOCK, b"\xff" * BLOCK)
        return 0

    def _put(self, start, data):
        if self.left <= 0:
            if self._torn and self.left == 0:
                data = data[: len(data) // 2]
                self.data[start : start + len(data)] = data
                self.left = -1
            raise OSError(5)
        self.left -= 1
        self.data[start : start + len(data)] = data


held = []


def execute(number):
    """Execute one of the lists of programs, as the board's prompt does: with its own names, in the flash's root."""
    with open(sys.argv[3]) as file:
        programs = json.load(file)[number]
    names = {}
    held.append(names)  # a file that the cut leaves open must not be closed by the collector, on a mount that is gone
    os.chdir("/flash")
    try:
        for program in programs:
            exec(program, names)
    finally:
        os.chdir("/")


def page():
    with open(PAGE, "rb") as file:
        data = file.read()
    assert len(data) == 3072 and data == data[:1] * len(data), "half a page"
    return data[:1].decode()


def save(port):
    config.Save(config.Check({"server": {"port": port}})[0], CONFIG)


def saved():
    """The port of the configuration, which loads without a problem."""
    found, problems = config.Load(CONFIG)
    assert problems == [], problems
    return found["server"]["port"]


def keep(port):
    """A configuration is saved, and served with: it becomes the good copy."""
    save(port)
    configFile.KeepGood(CONFIG)


def restore():
    configFile.Restore(CONFIG)


def loaded():
    """The port of the configuration with which the device would start."""
    found, problems = config.Load(CONFIG)
    assert not problems or problems[0].endswith("config.json.bak is used instead"), problems
    return found["server"]["port"]


def bad():
    configFile.Write(CONFIG, b'{"server": {"port": 1003}}')


def count():
    starts.Begin(STARTS)


def counted():
    """What the next start takes the count for."""
    try:
        with open(STARTS) as file:
            return file.read()
    except OSError:
        return "none"


CASES = {
    "upload": (lambda: execute(0), lambda: execute(1), page),
    "edit": (lambda: execute(0), lambda: execute(1), saved),
    "save": (lambda: save(1001), lambda: save(1002), saved),
    "good": (lambda: keep(1001), lambda: keep(1002), loaded),
    "restore": (lambda: (keep(1001), bad()), restore, loaded),
    "starts": (count, count, counted),
}
before, action, look = CASES[sys.argv[1]]


def with_power_for(image, writes):
    """Return (the flash's content afterwards, whether the power lasted)."""
    flash = Flash(bytearray(image), sys.argv[2] == "torn")
    vfs.mount(vfs.VfsLfs2(flash), "/flash")
    flash.left = writes
    try:
        action()
    except OSError:
        pass
    lasted = flash.left > 0
    flash.left = -1
    vfs.umount("/flash")
    data, flash.data = flash.data, b""  # whatever holds the mount, it need not hold that
    return data, lasted


def after_reset(image):
    vfs.mount(vfs.VfsLfs2(Flash(bytearray(image))), "/flash")
    found = look()
    before()  # the file system can still be written
    vfs.umount("/flash")
    return str(found)


flash = Flash(bytearray(BLOCK * BLOCKS))
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/flash")
before()
vfs.umount("/flash")
image = bytes(flash.data)
found, cuts, lasted = {}, 0, False
while not lasted:
    data, lasted = with_power_for(image, cuts)
    outcome = after_reset(data)
    found[outcome] = found.get(outcome, 0) + 1
    cuts += 1
print(json.dumps({"cuts": cuts, "found": found}))
