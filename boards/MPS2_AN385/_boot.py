"""Mounts the file system before boot.py. A blank flash is formatted; one with something else on it is left alone."""

import mps2
import vfs


def _isBlank(flash):
    """Whether the two blocks in which LittleFS keeps its root hold nothing, as from the factory."""
    block = bytearray(4096)
    for number in (0, 1):
        flash.readblocks(number, block)
        if block.count(b"\xff") != len(block) and block.count(b"\x00") != len(block):
            return False
    return True


def _mount():
    flash = mps2.Flash()
    try:
        fileSystem = vfs.VfsLfs2(flash)
    except OSError:
        if not _isBlank(flash):
            print("flash: its file system cannot be read. To lose what it holds and begin anew:")
            print("    import mps2, vfs; vfs.VfsLfs2.mkfs(mps2.Flash())")
            return
        vfs.VfsLfs2.mkfs(flash)
        fileSystem = vfs.VfsLfs2(flash)
    vfs.mount(fileSystem, "/")


_mount()
