"""The part of an answer that did not go out in one send: the rest of a head, a large content, a stream.

Imported by the first answer that needs it. A file that the client takes
slowly holds no buffer meanwhile: what was not taken is read again.
"""

from .libs.interpreter import const
from .libs.xAsyncWorker import Guarded

_BURST = const(16)  # sends a turn, so that one fast client does not keep the others waiting
_CHUNK_HEAD = const(6)  # bytes of "xxxx\r\n"
_RETRY_MS = const(50)  # how soon a stream that had nothing is asked again


class ContentSender:
    """Sends `rest` (bytes), then the Body of the connection's exchange: bytes-like, or a stream."""

    def __init__(self, connection, code, rest):
        exchange = connection.Exchange
        content = exchange.Body
        self._connection = connection
        self.Code = code
        self.WantsWriting = True  # False while it waits for something else than the client
        self.Moved = True  # since whoever looks at it has set it to False: the client has taken something
        self._out = memoryview(rest)
        self._stream = None
        self.Slot = None  # XBufferSlot: what the present piece of a stream lies in
        self._left = exchange.BodyLength
        self._chunked = exchange.BodyLength < 0 and exchange._minor == 1
        self._bytes = None
        self._ended = content is None
        self._timer = False
        if hasattr(content, "readinto"):
            self._stream = content
        elif content is not None:
            self._bytes = memoryview(content)
        exchange.Body = None

    def Step(self):
        """Sends on; returns True when all is sent. Raises OSError when the connection is lost."""
        self.WantsWriting = True
        waited = self.Slot is not None  # the client let the slot wait
        for _ in range(_BURST):
            if not self._out and not self._NextPiece():
                return self._ended
            count = self._connection.Write(self._out) or 0
            if count:
                self.Moved = True
            if count < len(self._out):
                self._KeepRest(count)
                return False
            self._out = None
            if waited and not self._ended and self._connection.Share.IsWanted():  # others are next
                self._ReleaseSlot()
                self.WantsWriting = False
                self._connection.Share.Await(self._connection)
                return False
        self._ReleaseSlot()
        return self._ended and not self._bytes

    def _NextPiece(self):
        """Puts the next bytes into `_out`; False when there are none (yet)."""
        if self._bytes:
            self._out = self._bytes
            self._bytes = None
            self._ended = True
            return True
        if self._ended:
            return False
        if not self.Slot:
            self.Slot = self._connection.Share.Take(self._connection)
            if not self._stream:  # the connection that was let go for it was this one
                self._ReleaseSlot()
                return False
            if not self.Slot:
                self.WantsWriting = False  # OnSlot will tell
                return False
        return self._ReadPiece(self.Slot.View)

    def _ReadPiece(self, view):
        start = _CHUNK_HEAD if self._chunked else 0
        size = len(view) - (start + 2 if self._chunked else 0)
        if 0 <= self._left < size:
            size = self._left
        count = self._stream.readinto(view[start : start + size]) if size else 0
        if count is None:
            self._AskLater()
            return False
        if not count:
            return self._OnStreamEnd()
        if self._left >= 0:
            self._left -= count
        if self._chunked:
            view[:start] = ("%04x\r\n" % count).encode()
            view[start + count : start + count + 2] = b"\r\n"
            count += start + 2
        self._out = view[:count]
        return True

    def _OnStreamEnd(self):
        if self._left > 0:  # fewer bytes than were announced: only the end of the connection can tell
            raise OSError("the stream ended %d bytes early" % self._left)
        self._ended = True
        self._ReleaseSlot()
        if self._chunked:
            self._out = memoryview(b"0\r\n\r\n")
            return True
        return False

    def _KeepRest(self, count):
        """Keeps what the client did not take: as a place in the file if it can be read again."""
        rest = len(self._out) - count
        if self.Slot and not self._chunked and hasattr(self._stream, "seek"):
            self._stream.seek(-rest, 1)
            if self._left >= 0:
                self._left += rest
            self._out = None
            self._ReleaseSlot()
        else:
            self._out = self._out[count:]

    def _AskLater(self):
        self.WantsWriting = False
        self.Moved = True  # it is not the client who lets us wait
        self._ReleaseSlot()
        if not self._timer:
            self._timer = True
            self._connection.GetWorker().AddTimer(_RETRY_MS, self._OnTimer)

    def _OnTimer(self):
        self._StopTimer()
        Guarded(self._connection.OnSlot, self._connection)  # the next request may be handled, and fail

    def _StopTimer(self):
        if self._timer:
            self._timer = False
            self._connection.GetWorker().RemoveTimer(self._OnTimer)

    def _ReleaseSlot(self):
        if self.Slot:
            self._connection.Share.Release(self.Slot)
            self.Slot = None

    def Close(self):
        """Gives back the buffer, closes the stream."""
        self._StopTimer()
        self._ReleaseSlot()
        stream = self._stream
        self._stream = None
        if hasattr(stream, "close"):
            stream.close()
