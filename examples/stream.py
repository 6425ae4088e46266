"""Answers that flow: larger than memory, made while they are sent, or ready only later.

    python3 examples/stream.py [PORT [ADDRESS]]

Then

    curl http://127.0.0.1:8080/stream/known      1 MB, its length known beforehand
    curl http://127.0.0.1:8080/stream/ticks      a line a second, in chunks
    curl -OJ http://127.0.0.1:8080/stream/file   a file to be saved
    curl http://127.0.0.1:8080/stream/later      an answer that takes its time
"""

from time import time

from MicroWebSrv2 import GET, WebRoute

_LINE = b"All work and no play makes Jack a dull boy.\r\n"
_KNOWN_BYTES = 1000000
_TICKS = 5
_LATER_MS = 1000


class _Lines:
    """The same line again and again. The server closes a stream by its close() if it has one."""

    def __init__(self):
        self._at = 0

    def readinto(self, buf):
        """Fills `buf`, the server's own buffer; returns how many bytes were put there."""
        count = min(len(buf), len(_LINE) - self._at)
        buf[:count] = _LINE[self._at : self._at + count]
        self._at = (self._at + count) % len(_LINE)
        return count


class _Ticks:
    """A line a second; nothing holds the server up between them."""

    def __init__(self):
        self._count = 0
        self._due = time()

    def readinto(self, buf):
        """Returns 0 at the end, and None when there is nothing yet: the server asks again a little later."""
        if self._count == _TICKS:
            return 0
        if time() < self._due:
            return None
        self._count += 1
        self._due += 1
        line = b"tick %d\n" % self._count
        buf[: len(line)] = line
        return len(line)


@WebRoute(GET, "/stream/known")
def SendKnown(microWebSrv2, request):
    """With a ContentLength the client knows how much is to come, and the stream is read no further."""
    request.Response.ContentType = "text/plain"
    request.Response.ContentLength = _KNOWN_BYTES
    request.Response.ReturnStream(200, _Lines())


@WebRoute(GET, "/stream/ticks")
def SendTicks(microWebSrv2, request):
    """Without one the answer goes out in chunks, until readinto returns 0."""
    request.Response.ContentType = "text/plain"
    request.Response.ReturnStream(200, _Ticks())


@WebRoute(GET, "/stream/file")
def SendFile(microWebSrv2, request):
    """A file, whatever its size, takes one buffer. The name makes browsers save it."""
    request.Response.ReturnFile(__file__, "stream example.py")


@WebRoute(GET, "/stream/later")
def AnswerLater(microWebSrv2, request):
    """Announces an answer that comes after the handler has returned; meanwhile the server serves others."""
    response = request.Response
    response.Defer(timeoutSec=10)  # without an answer by then the client gets 503
    pool = request.XAsyncTCPClient.GetAsyncSocketsPool()

    def OnTimer():
        pool.RemoveTimer(OnTimer)
        response.ReturnOk("It took %d ms.\n" % _LATER_MS)

    pool.AddTimer(_LATER_MS, OnTimer)


if __name__ == "__main__":
    from standalone import Serve

    Serve("/stream/known")
