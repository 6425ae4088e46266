"""The head of an answer (RFC 9112 section 4), written into one buffer that every answer of a thread uses in turn.

Nothing is allocated but what is written for the first time: MicroPython
looks long for a free place that is larger than one block.
"""

from .httpStatus import Reason


class HeadWriter:
    """Bytes one behind the other: `View[:Length]` is what was written since `Begin`."""

    def __init__(self, size):
        self.Buffer = bytearray(size)
        self.View = memoryview(self.Buffer)
        self.Length = 0
        self._size = size
        self._starts = {}  # status -> the head's first lines
        self._types = {}  # MIME type, charset -> the line
        self._date = b""

    def SetDate(self, line):
        """Sets the Date line (bytes, may be empty) of the answers from now on."""
        if line != self._date:
            self._date = line
            self._starts.clear()

    def Begin(self, code):
        """Writes the first lines: status, Server, Date."""
        line = self._starts.get(code)
        if not line:
            line = ("HTTP/1.1 %d %s\r\nServer: MicroWebSrv2\r\n" % (code, Reason(code))).encode()
            line += self._date
            self._starts[code] = line
        self.Length = 0
        self.Put(line)

    def PutType(self, mimeType, charset):
        """Writes the Content-Type line; a text has a charset."""
        line = self._types.get(mimeType)
        if charset or not line:
            text = "Content-Type: " + mimeType
            if charset or mimeType.startswith("text/"):
                text += "; charset=" + (charset or "UTF-8")
            line = (text + "\r\n").encode()
            if not charset and len(self._types) < 32:
                self._types[mimeType] = line
        self.Put(line)

    def Put(self, data):
        """Writes bytes."""
        start = self.Length
        end = start + len(data)
        if end > self._size:
            self._Grow(end)
        self.Buffer[start:end] = data
        self.Length = end

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

    def Fits(self, size):
        """Says whether so many bytes more have room."""
        return self.Length + size <= self._size

    def _Grow(self, end):
        """A head longer than the buffer: it gets a larger one, and keeps it."""
        buf = bytearray(end + 256)
        buf[: self.Length] = self.View[: self.Length]
        self.Buffer = buf
        self.View = memoryview(buf)
        self._size = len(buf)
