"""The chunked transfer coding (RFC 9112 section 7.1): bytes in, data out. No sockets here.

Imported by the first request whose content is chunked.
"""

from .httpSyntax import MAX_FIELDS, HttpError, TrimEnd
from .interpreter import IsToken, const

_CR = const(13)

_SIZE = const(0)  # in a chunk's size line
_DATA = const(1)  # in its bytes
_DATA_END = const(2)  # in the CRLF behind them
_TRAILER = const(3)  # in the trailer section
_DONE = const(4)

_MAX_CHUNK_LINE = const(256)  # bytes of a size line with its extensions, or of a trailer line
_MAX_SIZE_DIGITS = const(8)  # hex digits: 4 GiB
_MAX_EXTENSIONS = const(16384)  # bytes of all extensions together: they are read and dropped


class ChunkedDecoder:
    """Takes chunked bytes in pieces of any size and moves their data together, in place."""

    def __init__(self):
        self._state = _SIZE
        self._left = 0  # bytes of the current chunk still to come
        self._trailers = 0
        self._extensions = 0  # bytes

    @property
    def Done(self):
        """True once the last chunk and the trailer section were read."""
        return self._state == _DONE

    def Decode(self, buf, start, end, out):
        """Decodes buf[start:end], moving the data to `out` (<= start) and on in the same buffer.

        Returns (consumed, written): the offset of the first byte not used yet
        (an incomplete line, or what follows the body) and the end of the data.
        Raises HttpError(400).
        """
        while start < end and self._state != _DONE:
            if self._state == _DATA:
                size = self._left if self._left < end - start else end - start
                if out != start:
                    buf[out : out + size] = buf[start : start + size]
                out += size
                start += size
                self._left -= size
                if not self._left:
                    self._state = _DATA_END
                continue
            eol = buf.find(b"\n", start, end)
            if eol < 0:
                self._CheckPartial(buf, start, end)
                break
            if eol - start > _MAX_CHUNK_LINE:
                raise HttpError(400, "chunk line too long")
            if eol == start or buf[eol - 1] != _CR or buf.find(b"\r", start, eol - 1) >= 0:
                raise HttpError(400, "bare CR or LF in a chunk")
            self._Line(buf, start, eol - 1)
            start = eol + 1
        return start, out

    def _CheckPartial(self, buf, start, end):
        # What cannot become right is refused at once, not when the rest comes.
        if self._state == _DATA_END and (end - start > 1 or buf[start] != _CR):
            raise HttpError(400, "chunk without CRLF")
        if end - start > _MAX_CHUNK_LINE:
            raise HttpError(400, "chunk line too long")

    def _Line(self, buf, start, end):
        if self._state == _SIZE:
            self._left = _ChunkSize(buf, start, end)
            if end - start > _MAX_SIZE_DIGITS:
                self._extensions += end - start - _MAX_SIZE_DIGITS
                if self._extensions > _MAX_EXTENSIONS:
                    raise HttpError(400, "chunk extensions too long")  # RFC 9112 section 7.1.1
            self._state = _DATA if self._left else _TRAILER
        elif self._state == _DATA_END:
            if end != start:
                raise HttpError(400, "chunk without CRLF")
            self._state = _SIZE
        elif end == start:
            self._state = _DONE
        else:  # a trailer field: checked, and left aside
            self._trailers += 1
            if self._trailers > MAX_FIELDS or not IsToken(buf, start, buf.find(b":", start, end)):
                raise HttpError(400, "malformed trailer")
            if buf.find(b"\0", start, end) >= 0:
                raise HttpError(400, "NUL in a trailer")


def _ChunkSize(buf, start, end):
    """Returns the size that a chunk's first line says: hex digits, then perhaps extensions."""
    semicolon = buf.find(b";", start, end)
    stop = TrimEnd(buf, start, semicolon if semicolon >= 0 else end)
    if semicolon < 0 and stop != end:
        raise HttpError(400, "malformed chunk size")
    if not 0 < stop - start <= _MAX_SIZE_DIGITS:
        raise HttpError(400, "malformed chunk size")
    size = 0
    for i in range(start, stop):
        byte = buf[i]
        if 48 <= byte <= 57:
            size = size * 16 + byte - 48
        elif 65 <= byte & 0xDF <= 70:
            size = size * 16 + (byte & 0xDF) - 55
        else:
            raise HttpError(400, "malformed chunk size")
    if buf.find(b"\0", stop, end) >= 0:
        raise HttpError(400, "NUL in a chunk extension")
    return size
