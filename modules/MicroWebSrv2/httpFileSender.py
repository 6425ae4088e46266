"""A file that the kernel sends by itself: no byte of it comes into this process. CPython on Linux only.

It stands where a ContentSender would (`httpSender.py`), with the same methods.
"""

from .libs.interpreter import SendFile, WriteMore

_BURST = 4  # sends a turn, so that one fast client does not keep the others waiting


class FileSender:
    """Sends `head` (memoryview, used up or copied by the first step), then `length` bytes of a file of `OpenFile`."""

    WantsWriting = True
    Moved = True  # since whoever looks at it has set it to False: the client has taken something
    Slot = None  # it needs none

    def __init__(self, stream, code, head, file, length):
        self.Code = code
        self._stream = stream
        self._head = head
        self._file = file
        self._left = length

    def Step(self):
        """Sends on; returns True when all is sent. Raises OSError when the connection is lost."""
        if self._head and not self._SendHead():
            return False
        for _ in range(_BURST):
            count = SendFile(self._stream, self._file, self._left)
            if count is None:
                return False
            self._left -= count
            self.Moved = True
            if not self._left:
                return True
            if not count:  # fewer bytes than were announced: only the end of the connection can tell
                raise OSError("the file ended %d bytes early" % self._left)
        return False

    def _SendHead(self):
        head = self._head
        count = WriteMore(self._stream, head) or 0
        self._head = bytes(head[count:]) if count < len(head) else None
        return not self._head

    def Close(self):
        """Closes the file."""
        self._file.close()
