"""The head of an answer (RFC 9112 section 4), written into one buffer that every answer of a thread uses in turn.

Nothing is allocated but what is written for the first time: MicroPython
looks long for a free place that is larger than one block.
"""

from .httpStatus import Reason
from .interpreter import const

_MAX_TYPES = const(16)  # MIME types a status' lines are kept for


class HeadWriter:
    """Bytes one behind the other: `View[:Length]` is what was written since `Begin`; `Room` bytes more fit."""

    def __init__(self, size):
        self.Buffer = bytearray(size)
        self.View = memoryview(self.Buffer)
        self.Length = 0
        self.Room = size
        self._size = size
        self._starts = {}  # status -> {MIME type: the head's first lines}
        self._date = b""

    def SetDate(self, line):
        """Sets the Date line (bytes, may be empty) of the answers from now on."""
        self._date = line
        self._starts.clear()

    def Begin(self, code, mimeType, charset):
        """Writes the first lines: status, Server, Date, Content-Type (unless None; a text has a charset)."""
        starts = self._starts.get(code)
        start = starts and starts.get(mimeType)
        if charset or not start:
            start = self._NewStart(code, mimeType, charset)
        self.Length = 0
        self.Room = self._size
        self.Put(start)

    def _NewStart(self, code, mimeType, charset):
        text = "HTTP/1.1 %d %s\r\nServer: MicroWebSrv2\r\n" % (code, Reason(code))
        start = text.encode() + self._date
        if mimeType:
            text = "Content-Type: " + mimeType
            if charset or mimeType.startswith("text/"):
                text += "; charset=" + (charset or "UTF-8")
            start += text.encode() + b"\r\n"
        if not charset:
            starts = self._starts.setdefault(code, {})
            if len(starts) < _MAX_TYPES:
                starts[mimeType] = start
        return start

    def PutLength(self, length):
        """Writes the Content-Length line."""
        self.Put(b"Content-Length: ")
        self.PutNumber(length)
        self.Put(b"\r\n")

    def End(self):
        """Writes the empty line that ends the head."""
        self.Put(b"\r\n")

    def Put(self, data):
        """Writes bytes."""
        start = self.Length
        end = start + len(data)
        if end > self._size:
            self._Grow(end)
        self.Buffer[start:end] = data
        self.Length = end
        self.Room = self._size - end

    def PutFrom(self, file, length):
        """Writes `length` bytes of a file behind; False, and the file back where it stood, if it has not got them."""
        start = self.Length
        count = file.readinto(self.View[start : start + length]) if length else 0
        if count != length:
            file.seek(-(count or 0), 1)
            return False
        self.Length = start + length
        self.Room -= length
        return True

    def PutNumber(self, number):
        """Writes a number >= 0 in decimal digits."""
        size = 1
        limit = 10
        while number >= limit:
            limit *= 10
            size += 1
        end = self.Length + size
        if end > self._size:
            self._Grow(end)
        self.Length = end
        buf = self.Buffer
        while size:
            end -= 1
            buf[end] = 48 + number % 10
            number //= 10
            size -= 1

    def _Grow(self, end):
        """A head longer than the buffer: it gets a larger one, and keeps it."""
        buf = bytearray(end + 256)
        buf[: self.Length] = self.View[: self.Length]
        self.Buffer = buf
        self.View = memoryview(buf)
        self._size = len(buf)
