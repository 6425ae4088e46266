"""Asks for what nobody may have, on a file system in memory; its argument: VfsLfs2 or VfsFat. Prints what was had."""

import os
import sys

import vfs

from MicroWebSrv2 import MicroWebSrv2

BLOCK = 512
BLOCKS = 256
SECRET = "SECRET"
FILES = {
    "/disk/config.json": SECRET,
    "/disk/www/index.html": "page",
    "/disk/www/.hidden.txt": SECRET,
    "/disk/www/.git/config.txt": SECRET,
    "/disk/www/template.pyhtml": SECRET,
    "/disk/www/.git/index.html": SECRET,
    "/disk/www/named~1.html": "page",
    "/disk/www/other.bin": SECRET,
    "/disk/www-secret/secret.txt": SECRET,
}
WANTED = (
    "/../config.json", "/..\\config.json", "/./../config.json", "//../config.json", "/../www-secret/secret.txt",
    "/.hidden.txt", "/.HIDDEN.TXT", "/HIDDEN~1.TXT", "/hidden~1.txt", "/.git/config.txt",
    "/GIT~1/config.txt", "/GIT~1/", "/GIT~1", "/named~1.html/../HIDDEN~1.TXT",
    "/template.pyhtml", "/TEMPLATE.PYHTML", "/template.pyhtml.", "/template.pyhtml ",
    "/TEMPLA~1.PYH", "/index.html\0.txt", "/template.pyhtml\x01.txt", "/template.pyhtml\n.html", "/template.pyhtml\t",
    "/other.bin\x1f.txt", "/other.bin\0.txt", "/other.bin .txt/../other.bin\x01.txt",
    "/config.json", "/index.html/../../config.json", "/disk/config.json", "/dev/null", "",
)  # fmt: skip


class Disk:
    """A block device in memory."""

    def __init__(self):
        self.data = bytearray(BLOCK * BLOCKS)

    def readblocks(self, block, buf, offset=0):
        start = block * BLOCK + offset
        buf[:] = self.data[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        start = block * BLOCK + offset
        self.data[start : start + len(buf)] = buf

    def ioctl(self, op, arg):
        return {4: BLOCKS, 5: BLOCK}.get(op, 0)


def make(kind):
    disk = Disk()
    kind.mkfs(disk)
    vfs.mount(kind(disk), "/disk")
    for folder in ("www", "www/.git", "www-secret"):
        os.mkdir("/disk/" + folder)
    for path in FILES:
        with open(path, "w") as file:
            file.write(FILES[path])


def main():
    make(getattr(vfs, sys.argv[1]))
    from MicroWebSrv2.staticFiles import IsTemplate

    server = MicroWebSrv2()
    server.RootPath = "/disk/www"
    for path in WANTED:
        found = server.ResolvePhysicalPath(path) if path else None
        if found and not IsTemplate(found) and server.GetMimeTypeFromFilename(found):
            with open(found) as file:
                print("HAD", repr(path), found, file.read())
    print("PAGE", *[server.ResolvePhysicalPath(path) for path in ("/index.html", "/", "/named~1.html")])


main()
