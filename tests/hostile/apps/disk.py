"""A server whose files lie on a file system of a device, made in memory.

Arguments: the port, VfsFat or VfsLfs2; or "posix" and a folder of this computer; then the modules to load. With Users
whoever is to see what is below /admin has to be the user "admin" with the password "pass".
"""

import os
import sys

from MicroWebSrv2 import MicroWebSrv2, XAsyncSocketsPool
from MicroWebSrv2.libs.passwords import MakeHash

BLOCK = 512
BLOCKS = 512
SECRET = "SECRET"
FOLDERS = ("www", "www/.git", "www/admin", "www/long folder", "www/sub", "www-secret")
FILES = {
    "config.json": SECRET,
    "www-secret/secret.txt": SECRET,
    "www/index.html": "the index",
    "www/page.txt": "a page",
    "www/named~1.html": "another page",
    "www/long folder/a long name.html": "a long name",
    "www/.hidden.txt": SECRET,
    "www/.git/config.txt": SECRET,
    "www/.git/index.html": SECRET,
    "www/template.pyhtml": "{{ py }}\n# SECRET\n{{ end }}a template",
    "www/sub/index.pyhtml": "{{ py }}\n# SECRET\n{{ end }}an index",
    "www/data.bin": SECRET,
    "www/noextension": SECRET,
    "www/admin/secret.txt": SECRET,
}


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


def mount(kind):
    """Make a file system of a kind, and mount it. Returns its folder."""
    import vfs

    disk = Disk()
    made = getattr(vfs, kind)
    made.mkfs(disk)
    vfs.mount(made(disk), "/disk")
    return "/disk"


def fill(base):
    for folder in FOLDERS:
        os.mkdir(base + "/" + folder)
    for path in FILES:
        with open(base + "/" + path, "w") as file:
            file.write(FILES[path])


def main(port, kind, *more):
    base, *modules = more if kind == "posix" else (mount(kind),) + more
    fill(base)
    server = MicroWebSrv2()
    server.SetEmbeddedConfig()
    server.BindAddress = ("127.0.0.1", int(port))
    server.RootPath = base + "/www"
    server.MaxAuthFailures = None
    for name in modules:
        module = server.LoadModule(name)
        if name == "Users":
            module.ProtectedPath = "/admin"
            module.AddUser("admin", MakeHash("pass", bytes(12), 3))
    server.OnLogging = lambda server, message, level: print(level, message)
    pool = XAsyncSocketsPool()
    server.StartInPool(pool)
    print("LISTENING", port)
    pool.AsyncWaitEvents()


main(*sys.argv[1:])
