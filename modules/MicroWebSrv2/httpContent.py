"""The content of a request, out of the connection's buffer: whole, as a stream, or skipped.

Imported by the first request that has a content.
"""

from .libs.httpSyntax import HttpError
from .libs.interpreter import ECONNRESET, CollectGarbage, const
from .pipeline import Handle

_IN = const(1)  # poll's mask
_GROWTH = const(4)  # times as large as what has come: the room for a content of unknown length
_BURST = const(32)  # reads of a stream a turn, so that one fast client does not keep the others waiting


class ContentReader:
    """Takes the content's framing off (Content-Length or chunked) and counts what is left of it."""

    def __init__(self, connection, length):
        self._connection = connection
        self._decoder = _NewDecoder() if length < 0 else None
        self._left = length
        self._at = 0  # bytes at hand are buf[_at:_end] of the connection
        self._end = 0
        self._starved = False  # the decoder needs more than is there
        self._received = 0
        self._began = 0
        self.Done = not length  # everything was received; what is at hand may still be taken

    def Begin(self, now):
        """The content may come now; `now` is in ms of the worker's clock."""
        self._began = now
        self._connection.ContentDeadline(now, 0)

    def OnReadable(self):
        """Called when the connection can be read."""

    def OnLost(self):
        """Called when the content will not come any more."""

    def Skip(self):
        """Drops what comes; returns True when the content has come to its end."""
        self._at = self._end
        while self._Next():
            pass
        return self.Done

    def _Next(self):
        """Gets the next bytes to hand; False when there are none yet, or no more (`Done`)."""
        connection = self._connection
        while not self.Done:
            if self._starved or connection._pos == connection._have:
                self._starved = False
                if not connection.FillContent():
                    return False
            pos = connection._pos
            if self._decoder:
                used, end = self._decoder.Decode(connection._buf, pos, connection._have, pos)
                self.Done = self._decoder.Done
                self._starved = used < connection._have and not self.Done
            else:
                used = end = min(connection._have, pos + self._left)
                self._left -= end - pos
                self.Done = not self._left
            connection._pos = connection._scanned = used
            self._at = pos
            self._end = end
            self._received += used - pos
            if end > pos:
                connection.ContentDeadline(self._began, self._received)
                return True
        return False


class WholeContent(ContentReader):
    """Collects the content, up to a limit in bytes, then lets the request be handled."""

    def __init__(self, connection, length, limit):
        super().__init__(connection, length)
        self._limit = limit
        self._length = length
        self._content = None  # bytearray
        self._filled = 0

    def Begin(self, now):
        super().Begin(now)
        self.OnReadable()

    def OnReadable(self):
        if self._content is None:
            self._content = bytearray(self._length if self._length > 0 else 0)
        while self._Next():
            self._Collect()
        if self.Done:
            connection = self._connection
            connection.EndContent()
            _HandleContent(connection.Exchange, memoryview(self._content)[: self._filled])

    def _Collect(self):
        end = self._filled + self._end - self._at
        if end > len(self._content):  # chunks do not tell how many they are
            self._Grow(end)
        self._content[self._filled : end] = self._connection._view[self._at : self._end]
        self._filled = end

    def _Grow(self, size):
        """Makes room for `size` bytes, and for more if there is memory: each growth takes the old room and the new."""
        if size > self._limit:
            raise HttpError(413, "content larger than %d bytes" % self._limit)
        try:
            content = bytearray(min(self._limit, _GROWTH * size))
        except MemoryError:
            content = bytearray(size)
        content[: self._filled] = memoryview(self._content)[: self._filled]
        self._content = content


class ContentStream(ContentReader):
    """A request's content as it comes, for a route registered with `stream`.

    `readinto` never waits: it returns None when nothing is there at the moment, and
    `OnReady(stream)` is called when there is more. OnReady is to read until None or 0.
    """

    OnReady = None  # f(contentStream)
    _onDropped = None  # f(): the request was answered before its content was read
    _lost = False
    _inCallback = False  # OnReady is at work
    _reading = False  # readinto is at work, and raises what is to be told
    _turn = 0  # reads of this turn

    def OnHandled(self):
        """Called when the handler has returned."""
        if not self._connection.Exchange.Answered:
            self.OnReadable()

    def OnReadable(self):
        if not self.OnReady:
            if self._connection.GetWorker():  # nobody reads yet: the bytes wait in the kernel
                self._connection.Notify(_IN, False)
        elif not self._inCallback:
            self._turn = 0
            self._inCallback = True
            try:
                self.OnReady(self)
            finally:
                self._inCallback = False

    def readinto(self, buf):
        """Moves bytes into `buf`; returns the count, None if nothing is there now, 0 at the end.

        Raises OSError when the client went away before the end, or the request was answered before it.
        """
        self._turn += 1
        if not self._lost and self._turn > _BURST:  # the others' turn; then it goes on
            self._connection.Post(self._NextTurn)
            return None
        if not self._lost and self._at == self._end and not self._Receive():
            if self.Done:
                if self._connection._reader is self:  # not when it is asked once more, and another content comes
                    self._connection.EndContent()
                return 0
            if not self._lost:
                self._connection.Notify(_IN, True)
                return None
        if self._lost:
            raise OSError(ECONNRESET)
        size = min(len(buf), self._end - self._at)
        buf[:size] = self._connection._view[self._at : self._at + size]
        self._at += size
        return size

    def _Receive(self):
        self._reading = True
        received = self._Next()
        self._reading = False
        return received

    def Skip(self):
        if not self._lost:  # what comes behind the content is another request's
            self._lost = True
            if self._onDropped:
                self._onDropped()
        return super().Skip()

    def _NextTurn(self):
        if self._connection.GetWorker():
            self._connection.RunContent(self)

    def OnLost(self):
        if not self._lost and (not self.Done or self._at < self._end):
            self._lost = True
            if not self._reading:
                self.OnReadable()


def _NewDecoder():
    """httpChunked.ChunkedDecoder, which takes its place when it is first called for."""
    global _NewDecoder
    CollectGarbage()
    from .libs.httpChunked import ChunkedDecoder as _NewDecoder

    return _NewDecoder()


def SeeToContent(connection, exchange):
    """Lets the content of a request be read, as its route wants it, then the request be handled. Raises HttpError."""
    web = exchange.WebServer
    if exchange.Route and exchange.Route.Stream:
        _HandleStream(connection, exchange)
    elif exchange.Route or web.Modules:
        if exchange._length > web.MaxRequestContentLength:
            raise HttpError(413, "content larger than %d bytes" % web.MaxRequestContentLength)
        if 0 < exchange._length <= connection._have - connection._pos:
            _HandleContent(exchange, connection.TakeContent(exchange._length))
        else:
            connection.BeginContent(WholeContent(connection, exchange._length, web.MaxRequestContentLength))
    else:
        Handle(exchange)  # nobody wants the content: the answer need not wait for it


def _HandleContent(exchange, content):
    exchange.Custom = True
    exchange.Content = content
    Handle(exchange)


def _HandleStream(connection, exchange):
    stream = ContentStream(connection, exchange._length)
    exchange.Custom = True
    exchange.Stream = stream
    if exchange._length:  # an empty content is a stream too, at its end
        connection.BeginContent(stream)
    Handle(exchange)
    stream.OnHandled()
