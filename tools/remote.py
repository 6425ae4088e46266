"""A board's MicroPython at the other end of a serial port: its files, read and written whole, by mpremote.

A file is written under another name and then renamed, so that an interruption leaves the old one or the new one.
"""

import contextlib
import errno
import hashlib
import io
import re
import struct
import time

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.failure import ToolError

# One name for all files: what an interrupted transfer leaves is overwritten by the next. It is never served.
TEMPORARY = ".upload.new"
CHUNK_BYTES = 512
READ_TIMEOUT_SEC = 1  # or a board that does not answer would be waited for without end
ENTER_TIMEOUT_SEC = 5  # boot.py runs meanwhile
ENTER_ATTEMPTS = 3
ADDRESS_TIMEOUT_SEC = 10
SERVES = re.compile(r"MicroWebSrv2 serves (https?://\S+)")
_DIRECTORY = 0x4000


@contextlib.contextmanager
def connected(port):
    """A Remote at the serial port `port`; the board is restarted at the end, if it was not, so that it serves again.

    Entering interrupts what the board does and resets it softly: boot.py runs, main.py does not.
    Raises ToolError where there is no port, another program has it, no MicroPython answers, or the line breaks.
    """
    remote = Remote(port)
    try:
        yield remote
    except (TransportError, OSError, struct.error) as error:
        raise ToolError(f"{port}: the connection to the board broke ({_words(error)}). Try again.") from None
    finally:
        remote.close()


class Remote:
    """A board in its raw REPL. `free` is how many bytes of its file system are free, None if it does not tell."""

    def __init__(self, port):
        self._transport = _open(port)
        try:
            self._enter(port)
        except BaseException:
            self._transport.close()
            raise

    def _enter(self, port):
        """Enter the raw REPL. A board that starts at this moment may overhear the first Ctrl-C: try again."""
        for _ in range(ENTER_ATTEMPTS):
            try:
                with contextlib.redirect_stdout(io.StringIO()) as said:
                    self._transport.enter_raw_repl(timeout_overall=ENTER_TIMEOUT_SEC)
                return
            except (TransportError, OSError):
                heard = said.getvalue()
        raise ToolError(_silence(port, heard))

    def restart(self):
        """Restart the board softly: boot.py and main.py run. Nothing else can be asked of it then."""
        self._transport.serial.write(b"\x03\x03")  # what an interrupted transfer has left half said
        self._transport.exit_raw_repl()
        self._transport.serial.write(b"\x04")
        self._transport.serial.flush()

    def restart_and_tell(self, verb, timeout=ADDRESS_TIMEOUT_SEC):
        """Restart the board and print, for the user of `verb`, what it says that it serves; for `timeout` s at most."""
        self.restart()
        print(f"{verb}: the board restarts", flush=True)
        address = self._address(timeout)
        print(f"{verb}: it {'serves ' + address if address else 'has not said yet what it serves: make monitor'}")

    def _address(self, timeout):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            match = SERVES.search(self._transport.serial.readline().decode("utf-8", "replace"))
            if match:
                return match[1]
        return None

    def close(self):
        """Close the port; the board is restarted, if it was not."""
        # The line may be the very thing that is broken: then the board stays as it is.
        with contextlib.suppress(TransportError, OSError):
            if self._transport.in_raw_repl:
                self.restart()
        with contextlib.suppress(OSError):
            self._transport.close()

    def run(self, program):
        """Execute `program` (str) on the board. Returns what it printed; raises ToolError with its traceback."""
        try:
            return self._transport.exec(program).decode()
        except TransportExecError as error:
            raise ToolError(f"the board says:\n{error.error_output}") from None

    @property
    def free(self):
        """Bytes (int) of the board's file system that are free."""
        try:
            size, count = self._transport.eval("(lambda s: (s[0], s[3]))(__import__('os').statvfs(''))")
        except TransportExecError:
            return None
        return size * count

    def files(self, folder="", below=True):
        """The files in `folder` of the board and `below`, {path: size in bytes}; empty if there is no such folder."""
        found = {}
        try:
            entries = self._transport.fs_listdir(folder)
        except OSError:
            return found
        for name, mode, _, size in entries:
            path = f"{folder}/{name}" if folder else name
            if not mode & _DIRECTORY:
                found[path] = size
            elif below:
                found.update(self.files(path))
        return found

    def holds(self, path, data):
        """Whether the board's file `path`, which must be there, has exactly the content `data`."""
        return self._transport.fs_hashfile(path, "sha256") == hashlib.sha256(data).digest()

    def read(self, path):
        """The content (bytes) of the board's file `path`, None if there is no such file."""
        try:
            return bytes(self._transport.fs_readfile(path, chunk_size=CHUNK_BYTES))
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            raise

    def write(self, path, data, progress=None):
        """Write `data` (bytes) as the board's file `path`, folders included, whole or not at all.

        `progress(written, size)` is called as it goes. Raises ToolError if there is no room for it, or if what
        arrived is not what was sent; the old file is then as it was.
        """
        self._make_folders(path)
        try:
            self._transport.fs_writefile(TEMPORARY, data, CHUNK_BYTES, progress)
            arrived = self.holds(TEMPORARY, data)
        except OSError as error:
            self._give_up()
            if error.errno == errno.ENOSPC:
                raise ToolError(self._no_room(path, len(data))) from None
            raise
        if not arrived:
            self._give_up()
            raise ToolError(f"{path}: what arrived on the board is not what was sent. Try again, or another cable.")
        self.rename(TEMPORARY, path)

    def rename(self, old, new):
        """Rename a file of the board's over another."""
        self.run(f"import os\nos.rename({old!r}, {new!r})")

    def remove(self, path):
        """Remove a file of the board's, and the folders that are empty then."""
        self.run(f"import os\nos.remove({path!r})")
        while "/" in path:
            path = path.rpartition("/")[0]
            try:
                self._transport.fs_rmdir(path)
            except (OSError, TransportExecError):
                return  # there is more in it

    def _make_folders(self, path):
        parts = path.split("/")[:-1]
        for i in range(len(parts)):
            folder = "/".join(parts[: i + 1])
            if not self._transport.fs_isdir(folder):
                self._transport.fs_mkdir(folder)

    def _give_up(self):
        """Remove what was written of a file. The board's `f` is the file that the transport left open."""
        self.run(f"import os\ntry:\n f.close()\nexcept OSError:\n pass\nos.remove({TEMPORARY!r})")

    def _no_room(self, path, size):
        free = self.free
        has = f", {free:,} are free" if free is not None else ""
        return (
            f"{path}: no space left on the board. The file has {size:,} bytes{has}; a file that is replaced needs room "
            "for both.\nRemove what is not needed, or make it smaller."
        )


def _open(port):
    """A transport at the serial port `port`. Raises ToolError that says why it cannot be opened."""
    try:
        return SerialTransport(port, baudrate=115200, timeout=READ_TIMEOUT_SEC)
    except TransportError:
        pass
    # The transport does not say why: ask the port itself.
    try:
        serial.serial_for_url(port, exclusive=True).close()
    except (OSError, ValueError) as error:
        raise ToolError(why_not_open(port, error)) from None
    raise ToolError(f"{port}: cannot be opened. Try again.")


def why_not_open(port, error):
    """What to tell the user about the error (OSError or ValueError) of opening the serial port `port`."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return f"there is no port {port}. Is the board plugged in?"
    if number == errno.EACCES:
        return f"{port}: permission denied. Join the group that owns it (dialout on Debian), then log in again."
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusive" in str(error).lower():
        return f"{port} is busy: another program uses it (a REPL, a monitor). End it, then try again."
    return f"{port} is no serial port that can be opened: {error}"


def _silence(port, said):
    """What to tell the user when the raw REPL was not entered; `said`: what the board said instead."""
    heard = re.sub(r"^b'|'$", "", said.strip())
    answer = f"it said {heard[-200:]!r}" if heard else "it said nothing"
    return (
        f"{port}: no MicroPython answers there, {answer}.\n"
        "Is this the board's port? Is its firmware flashed? Press its reset button and try again."
    )


def _words(error):
    """The text of an exception, its name where it has none."""
    return str(error) or type(error).__name__
