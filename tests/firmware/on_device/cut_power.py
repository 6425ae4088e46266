"""Saves a configuration on LittleFS and cuts the power at every write to the flash in turn.

After each cut the file system is mounted anew, as after a reset, and the configuration must load as the old one or
the new one, without a problem. Prints how many cuts were made and what was found after them.
"""

import json

import vfs

from firmware import config

BLOCK = 512
BLOCKS = 64


class Flash:
    """A block device in memory that fails for good after `writesLeft` more writes or erases."""

    def __init__(self, data):
        self.data = data
        self.writesLeft = 1 << 30

    def readblocks(self, block, buf, offset=0):
        start = block * BLOCK + offset
        buf[:] = self.data[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        self._spend()
        start = block * BLOCK + offset
        self.data[start : start + len(buf)] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK
        if op == 6:
            self._spend()
            self.data[arg * BLOCK : (arg + 1) * BLOCK] = b"\xff" * BLOCK
        return 0

    def _spend(self):
        if not self.writesLeft:
            raise OSError(5)
        self.writesLeft -= 1


def save_with_power_for(image, writes, new):
    """Return (the flash's content afterwards, whether the power lasted)."""
    flash = Flash(bytearray(image))
    vfs.mount(vfs.VfsLfs2(flash), "/flash")
    flash.writesLeft = writes
    try:
        config.Save(new, "/flash/config.json")
        lasted = True
    except OSError:
        lasted = False
    flash.writesLeft = 0
    vfs.umount("/flash")
    return flash.data, lasted


def load(image):
    vfs.mount(vfs.VfsLfs2(Flash(bytearray(image))), "/flash")
    loaded = config.Load("/flash/config.json")
    vfs.umount("/flash")
    return loaded


def port(number):
    return config.Check({"server": {"port": number}})[0]


flash = Flash(bytearray(BLOCK * BLOCKS))
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/flash")
config.Save(port(1001), "/flash/config.json")
vfs.umount("/flash")

found = {}
cuts = 0
while True:
    image, lasted = save_with_power_for(flash.data, cuts, port(1002))
    loaded, problems = load(image)
    assert problems == [], (cuts, problems)
    name = str(loaded["server"]["port"])
    found[name] = found.get(name, 0) + 1
    if lasted:
        break
    cuts += 1
print(json.dumps({"cuts": cuts, "found": found}))
