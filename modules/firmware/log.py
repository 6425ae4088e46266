"""The device's log: one line a message on the console and, if wanted, in a file of bounded size.

It knows nothing of the server. A log never raises: a full or absent disk costs the file, not the device.
"""

import os

from . import runtime

LEVELS = ("debug", "info", "warning", "error")

# Two files of at most this many bytes are kept: the one being written and the one before it (`.1`). They must leave
# room on a 112 KiB filesystem, and cost flash little wear: one small append a message.
MAX_FILE_BYTES = 16 * 1024


class Log:
    """A log with a least level and an optional file.

    level: 'debug', 'info', 'warning' or 'error'; messages below it are dropped.
    path: the file's path, or None for the console alone.
    """

    def __init__(self, level="info", path=None):
        self._lock = runtime.NewLock()
        self.Configure(level, path)

    def Configure(self, level, path):
        """Set the least level and the file (None: no file). Raises ValueError for an unknown level."""
        if level not in LEVELS:
            raise ValueError("log level: expected one of %s" % ", ".join(LEVELS))
        self._level = LEVELS.index(level)
        self._path = path
        self._size = 0
        if path:
            try:
                self._size = os.stat(path)[6]
            except OSError:
                # No such file yet: the first message makes it.
                pass

    def Write(self, level, msg):
        """Log a message (any object) at a level ('debug' … 'error')."""
        if LEVELS.index(level) >= self._level:
            self._put("%s %-7s %s" % (runtime.TimeText(), level.upper(), msg))

    def Debug(self, msg):
        """Log what only a developer wants to see."""
        self.Write("debug", msg)

    def Info(self, msg):
        """Log what happened as it should."""
        self.Write("info", msg)

    def Warning(self, msg):
        """Log what is wrong but was worked around."""
        self.Write("warning", msg)

    def Error(self, msg):
        """Log what does not work."""
        self.Write("error", msg)

    def Exception(self, msg, exc):
        """Log an error together with the traceback of its exception."""
        self.Write("error", "%s\n%s" % (msg, runtime.TracebackText(exc)))

    def Say(self, msg):
        """Show a line whatever the level is: what the owner always wants to know, as the address to open."""
        self._put(msg)

    def _put(self, line):
        with self._lock:
            runtime.Print(line)
            if self._path:
                try:
                    self._append((line + "\n").encode())
                except (OSError, ValueError) as ex:
                    runtime.Print("log.file: %s cannot be written (%s), logging to the console only" % (self._path, ex))
                    self._path = None

    def _append(self, data):
        if self._size and self._size + len(data) > MAX_FILE_BYTES:
            runtime.Replace(self._path, self._path + ".1")
            self._size = 0
        # Opened for each message: nothing is lost at a reset, and no descriptor is held.
        with open(self._path, "ab") as file:
            file.write(data[:MAX_FILE_BYTES])
        self._size += min(len(data), MAX_FILE_BYTES)
