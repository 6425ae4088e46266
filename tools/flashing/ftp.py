"""Flashes the WiPy 1.0 over its own FTP server, which writes one file of one path into the spare half of its memory.

The board checks the image's MD5 when it starts, and goes back to the image before if it does not agree: an upload that
was interrupted harms nothing.
"""

import ftplib
import hashlib

from rich.progress import BarColumn, DownloadColumn, Progress

from tools.failure import ToolError

# The board's address while it is the access point.
ADDRESS = "192.168.1.1"
FOLDERS = ("/flash", "sys")
NAME = "mcuimg.bin"
TIMEOUT_SEC = 20
_DIGEST_CHARS = 32
_BLOCK = 1024


def check(board, image, data):
    """Raise ToolError unless `data` ends with the MD5 of what is before it, as the board's own check wants it."""
    program, digest = data[:-_DIGEST_CHARS], data[-_DIGEST_CHARS:]
    if not program or hashlib.md5(program).hexdigest().encode() != digest:
        raise ToolError(
            f"{image.file}: this is no image for a {board.title}, or a damaged one: it does not end with its own MD5. "
            "Nothing was written."
        )


def install(board, path, options):
    """Send the image at `path`. The board's FTP server cannot wipe its files: they stay, and the user is told."""
    _send(path, options)
    print("flash: the board's files are still there; to wipe them: import os; os.mkfs('/flash')")


def update(board, path, options):
    """Send the image at `path`."""
    _send(path, options)


def _send(path, options):
    address, _, port = (options.port or ADDRESS).partition(":")
    try:
        with ftplib.FTP(timeout=TIMEOUT_SEC) as ftp:
            ftp.connect(address, int(port or ftplib.FTP_PORT))
            ftp.login(options.user, options.password)
            _upload(ftp, path)
    except ftplib.error_perm as error:
        advice = " Give its --user and --password." if str(error).startswith("530") else ""
        raise ToolError(f"the board at {address} refused: {error}.{advice} It keeps the image that it has.") from None
    except (OSError, EOFError, ftplib.Error) as error:
        reason = str(error) or "it closed the connection"
        raise ToolError(
            f"the board at {address} cannot be written: {reason}.\nJoin its Wi-Fi network, or give its address, "
            "PORT=192.168.1.1. It keeps the image that it has; run the command again."
        ) from None
    print("The board has it. Press its reset button: it checks the image and starts it.")


def _upload(ftp, path):
    """Send the file at `path`, with progress. Raises ToolError if less was taken than there is."""
    size = path.stat().st_size
    for folder in FOLDERS:
        ftp.cwd(folder)
    with Progress("uploading", BarColumn(), DownloadColumn()) as progress, open(path, "rb") as file:
        task = progress.add_task("", total=size)
        ftp.storbinary(f"STOR {NAME}", file, _BLOCK, lambda block: progress.advance(task, len(block)))
        sent = int(progress.tasks[0].completed)
    if sent != size:
        raise ToolError(f"{sent:,} of {size:,} bytes were sent. Run the command again.")
