"""The head of an answer (RFC 9112 section 4), written into one buffer that every answer of a thread uses in turn.

Nothing is allocated but what is written for the first time: MicroPython
looks long for a free place that is larger than one block. Each line but the
first begins with the CRLF before it: so a small answer's head is three
pieces, the lines that answers of its kind share, its length, and the end.
"""

from .httpStatus import Reason
from .interpreter import const

_MAX_TYPES = const(16)  # MIME types a status' lines are kept for

_BARE = const(0)  # what the first lines end with: nothing; at 1 the name of the Content-Length, which is put next ...
_NO_STORE = const(2)  # ... and that after a line that forbids to keep the answer
NO_STORE_LINE = b"\r\nCache-Control: no-store"
END = b"\r\n\r\n"  # what ends the last line, and the head


class HeadWriter:
    """Bytes one behind the other: `View[:Length]` is what was written since `Begin`; `Size` is what fits."""

    def __init__(self, size):
        self.Buffer = bytearray(size)
        self.View = memoryview(self.Buffer)
        self.Length = 0
        self.Size = size
        self._starts = {}  # kind -> {MIME type: the head's first lines}
        self._date = b""

    def SetDate(self, line):
        """Sets the Date line (bytes, may be empty) of the answers from now on."""
        self._date = line
        self._starts.clear()

    def Begin(self, kind, mimeType, charset):
        """Writes the first lines: status, Server, Date, Content-Type (unless None; a text has a charset), the ending.

        `kind` is the status code << 2 and one of the endings above.
        """
        start = self._starts.get(kind)
        if start:
            start = start.get(mimeType)
        if charset or not start:
            start = self._NewStart(kind, mimeType, charset)
        self.Length = 0
        self.Put(start)

    def _NewStart(self, kind, mimeType, charset):
        code = kind >> 2
        ending = kind & 3
        text = "HTTP/1.1 %d %s\r\nServer: MicroWebSrv2" % (code, Reason(code))
        start = text.encode() + self._date
        if mimeType:
            text = "\r\nContent-Type: " + mimeType
            if charset or mimeType.startswith("text/"):
                text += "; charset=" + (charset or "UTF-8")
            start += text.encode()
        if ending == _NO_STORE:
            start += NO_STORE_LINE
        if ending != _BARE:
            start += b"\r\nContent-Length: "
        if not charset:
            starts = self._starts.setdefault(kind, {})
            if len(starts) < _MAX_TYPES:
                starts[mimeType] = start
        return start

    def Put(self, data):
        """Writes bytes."""
        start = self.Length
        end = start + len(data)
        if end > self.Size:
            self._Grow(end)
        self.Buffer[start:end] = data
        self.Length = end

    def PutFrom(self, file, length):
        """Writes `length` bytes of a file behind; False, and the file back where it stood, if it has not got them."""
        start = self.Length
        count = file.readinto(self.View[start : start + length]) if length else 0
        if count != length:
            file.seek(-(count or 0), 1)
            return False
        self.Length = start + length
        return True

    def PutNumber(self, number):
        """Writes a number >= 0 in decimal digits."""
        size = 1
        limit = 10
        while number >= limit:
            limit *= 10
            size += 1
        end = self.Length + size
        if end > self.Size:
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
        self.Size = len(buf)
