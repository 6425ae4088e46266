"""Flashes the WiPy 1.0 over its own FTP server, which writes one file of one path into the spare half of its memory.

The board checks the image's MD5 when it starts, and goes back to the image before if it does not agree: an upload that
was interrupted harms nothing. The part of the package that is not frozen goes to /flash/lib with the image.
"""

import hashlib

from rich.progress import BarColumn, DownloadColumn, Progress

from tools import ftp
from tools.failure import ToolError
from tools.flashimage import collect
from tools.paths import DIST, shown
from tools.upload import send_changed

PLACE = f"{ftp.ROOT}/{ftp.SYSTEM}/mcuimg.bin"
LIBRARY = "lib"
_KEPT = "It keeps the image that it has"
_DIGEST_CHARS = 32


def check(board, _image, data, name):
    """Raise ToolError unless `data` ends with the MD5 of what is before it, as the board's own check wants it."""
    program, digest = data[:-_DIGEST_CHARS], data[-_DIGEST_CHARS:]
    if not program or hashlib.md5(program).hexdigest().encode() != digest:
        raise ToolError(
            f"{name}: this is no image for a {board.title}, or a damaged one: it does not end with its own MD5. "
            "Nothing was written."
        )


def install(board, path, options):
    """Remove the board's files, then send the image at `path` and its library."""
    _send(board, path, options, wipes=True)


def update(board, path, options):
    """Send the image at `path` and its library; the other files stay."""
    _send(board, path, options, wipes=False)


def library_of(board, path):
    """The modules that belong to the image at `path`, {path on the board: Path}; none for a board without such.

    Raises ToolError if they are not beside the image.
    """
    folder = path.parent / LIBRARY
    if not board.library:
        return {}
    if not folder.is_dir():
        raise ToolError(
            f"there is no {shown(folder)}, the modules that belong to the image. Both are built by:\n\n"
            f"    make firmware BOARD={board.name}        # into {shown(DIST / board.name)}"
        )
    return collect(folder, LIBRARY)


def _send(board, path, options, wipes):
    library = library_of(board, path)
    with ftp.connected(options.port, options.user, options.password, _KEPT) as remote:
        _store_image(remote, path.read_bytes())
        for name in remote.files() if wipes else ():
            remote.remove(name)
            print(f"flash: removed {name}")
        send_changed(remote, library)
    print("The board has it. Press its reset button: it checks the image and starts it.")


def _store_image(remote, data):
    """Send the image, with progress. That all of it was taken is what the board's own check of its MD5 tells."""
    with Progress("uploading", BarColumn(), DownloadColumn()) as progress:
        task = progress.add_task("", total=len(data))
        remote.store(PLACE, data, lambda written, _: progress.update(task, completed=written))
