"""The WiPy 1.0's files over its own FTP server, which runs beside Python there: the same calls as tools.remote's.

That server (ports/cc3200/ftp/ftp.c) lists the current folder, whatever LIST is given; takes no name with a space; and
does not rename over a file. So a file is written under another name, compared, and takes the old one's place.
"""

import contextlib
import ftplib
import io

from tools.failure import ToolError

ADDRESS = "192.168.1.1"  # while the board is the access point
USER, PASSWORD = "micro", "python"  # the factory's
ROOT = "/flash"
SYSTEM = "sys"  # the folder of the image, which is no file of the user's
TEMPORARY = "upload.new"
TIMEOUT_SEC = 20
BLOCK_BYTES = 1024
_NAME_AT = 8  # of the columns of a line of LIST


@contextlib.contextmanager
def connected(address=None, user=USER, password=PASSWORD, kept="It keeps what it has"):
    """A Remote at `address` ("host" or "host:port"; None: the board as an access point).

    Raises ToolError, which says what the board has kept of it (`kept`), if it is not reached, refuses or breaks off.
    """
    host, colon, port = (address or ADDRESS).partition(":")
    if colon and not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise ToolError(f'PORT: expected an address, perhaps with a port of 1..65535, got "{address}"')
    try:
        with ftplib.FTP(timeout=TIMEOUT_SEC) as ftp:
            ftp.connect(host, int(port or ftplib.FTP_PORT))
            ftp.login(user, password)
            yield Remote(ftp)
    except (ftplib.error_perm, ftplib.error_temp) as error:
        advice = " Give its --user and --password." if str(error).startswith("530") else ""
        raise ToolError(f"the board at {host} refused: {str(error).strip()}.{advice} {kept}.") from None
    except (OSError, EOFError, ftplib.Error) as error:
        reason = str(error) or "it closed the connection"
        raise ToolError(
            f"the board at {host} cannot be written: {reason}.\nJoin its Wi-Fi network, or give its address, "
            f"PORT={ADDRESS}. {kept}; run the command again."
        ) from None


class Remote:
    """A board that is logged in to; `ftp` is an ftplib.FTP. Paths are below /flash."""

    def __init__(self, ftp):
        self._ftp = ftp

    def files(self, folder="", below=True):
        """The files in `folder` of the board and `below`, {path: size in bytes}; empty if there is no such folder."""
        found = {}
        for name, size in self._entries(folder):
            path = f"{folder}/{name}" if folder else name
            if size is not None:
                found[path] = size
            elif below and path != SYSTEM:
                found.update(self.files(path))
        return found

    def holds(self, path, data):
        """Whether the board's file `path` has exactly the content `data`: it is read back."""
        return self.read(path) == data

    def read(self, path):
        """The content (bytes) of the board's file `path`, None if there is no such file."""
        if self._size(path) is None:
            return None
        content = io.BytesIO()
        self._ftp.retrbinary(f"RETR {_place(path)}", content.write, BLOCK_BYTES)
        return content.getvalue()

    def write(self, path, data, progress=None):
        """Write `data` (bytes) as the board's file `path`, folders included; `progress(written, size)` as it goes.

        Raises ToolError if what arrived is not what was sent; the old file is then as it was.
        """
        if " " in path:
            raise ToolError(f"{path}: the board's FTP takes no name with a space. Nothing was sent of it.")
        self._make_folders(path)
        self.store(_place(TEMPORARY), data, progress)
        if not self.holds(TEMPORARY, data):
            raise ToolError(f"{path}: what arrived is not what was sent: is the board's flash full? Try again.")
        if self._size(path) is not None:
            self._ftp.delete(_place(path))
        self._ftp.rename(_place(TEMPORARY), _place(path))

    def store(self, place, data, progress=None):
        """Send `data` (bytes) to the place (str) that the board's FTP knows it by, a file or the image's."""
        written = 0

        def on_block(block):
            nonlocal written
            written += len(block)
            if progress:
                progress(written, len(data))

        self._ftp.storbinary(f"STOR {place}", io.BytesIO(data), BLOCK_BYTES, on_block)

    def remove(self, path):
        """Remove a file of the board's, and the folders that are empty then."""
        self._ftp.delete(_place(path))
        while "/" in path:
            path = path.rpartition("/")[0]
            if self._entries(path):
                return
            self._ftp.rmd(_place(path))

    def restart_and_tell(self, verb):
        """Tell the user of `verb` to restart the board: FTP cannot."""
        print(f"{verb}: press the board's reset button; `make monitor` shows what it serves")

    def _entries(self, folder):
        """What is in a folder, a list of (name, size in bytes; None of a folder)."""
        lines = []
        try:
            self._ftp.cwd(_place(folder))
        except ftplib.error_perm:
            return lines
        self._ftp.retrlines("LIST", lines.append)
        rows = [line.split(None, _NAME_AT) for line in lines]
        return [(row[_NAME_AT], None if row[0].startswith("d") else int(row[4])) for row in rows]

    def _size(self, path):
        """How many bytes the board's file has, None if there is no such file."""
        try:
            self._ftp.voidcmd("TYPE I")  # other servers tell no size in text mode
            return self._ftp.size(_place(path))
        except ftplib.error_perm:
            return None

    def _make_folders(self, path):
        parts = path.split("/")[:-1]
        for i in range(len(parts)):
            place = _place("/".join(parts[: i + 1]))
            try:
                self._ftp.cwd(place)
            except ftplib.error_perm:
                self._ftp.mkd(place)


def _place(path):
    return f"{ROOT}/{path}" if path else ROOT
