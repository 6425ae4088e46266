"""One request and its answer: the state that the connection, the handlers and the modules share.

`HttpRequest` and `HttpResponse` are what handlers see of it. One object
serves the exchanges of a connection one after the other. It has no
properties: see `PolledSocket` for why.
"""

from .httpRequest import HttpRequest
from .httpResponse import HttpResponse
from .libs.httpSyntax import SEEN_CLOSE, SEEN_KEEP_ALIVE, RequestHead


class Exchange(RequestHead):
    """The parsed head of a request, where it leads, its content, and how far its answer is."""

    # What few requests have; the instance holds what differs, see RequestHead.
    Content = None  # memoryview
    Stream = None  # ContentStream
    Params = None  # [(name, value), …] of the query, once asked for

    def __init__(self, connection):
        super().__init__(connection.Share.Files)
        self.Connection = connection
        self.WebServer = connection.WebServer
        self.Path = b"/"  # encoded, without the query
        self.Route = None  # RouteResult
        self.Args = None  # list of the route's arguments
        self.Answered = False  # an answer is on its way, or was sent
        self.Deferred = False
        self.Custom = True  # something is set that must not reach the next exchange
        self.Fields = None  # bytes: lines of the answer's head, each behind its CRLF, its caching among them
        self.Body = None  # the answer's content that is still to be sent: bytes-like, a stream
        self.BodyLength = 0  # its bytes; -1: not known
        self.Request = HttpRequest(self)
        self.Response = HttpResponse(self)
        self.Clear()

    def Clear(self):
        """Forgets the former exchange, where there is something to forget."""
        self.Answered = False
        self.Fields = None
        if self.Custom:
            self.Custom = False
            self.Deferred = False
            if self.Content is not None or self.Stream is not None:
                self.Content = self.Stream = None
            if self.Params is not None or self._authority is not None:
                self.Params = self._authority = None
            self.Response.Clear()

    def DropBody(self):
        """The answer has no content, or nobody takes it: what was meant for one is closed."""
        body = self.Body
        self.Body = None
        if hasattr(body, "close"):
            body.close()

    def Name(self):
        """Returns what the log calls the request: its path encoded, so that it forges no line, and cut."""
        return "%s %s" % (self._method, str(self.Path[:128], "ascii"))

    def IsKeepAlive(self):
        """Says whether the connection stays open after the answer (RFC 9112 section 9.3)."""
        if self._seen & SEEN_CLOSE:
            return False
        return self._minor == 1 or self._seen & SEEN_KEEP_ALIVE != 0
