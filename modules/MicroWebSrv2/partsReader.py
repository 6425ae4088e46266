"""The parts of a multipart/form-data request, each into an object of the handler's choice.

Imported by the first request whose handler asks for parts.
"""

from .libs.httpSyntax import HttpError
from .libs.interpreter import TraceText, const
from .libs.multipart import MultipartParser, ParseContentType

_BURST = const(16)  # reads a turn, so that one fast client does not keep the others waiting


class PartsReader:
    """Reads the content of `request`, as a stream if its route has one; see HttpRequest.ReceiveParts.

    What `onPart` returns is written to, then closed if it has `close`. When the rest of its part will not come (the
    client has gone, the content is malformed, the request was answered) its `abort` is called instead, if it has one.
    """

    def __init__(self, request, onPart, onEnd):
        for name, value in (("onPart", onPart), ("onEnd", onEnd)):
            if not callable(value):
                raise ValueError('"%s" must be a function, got %r' % (name, value))
        self._request = request
        self._web = request._exchange.Connection.WebServer
        self._onPart = onPart
        self._onEnd = onEnd
        self._sink = None  # what takes the present part's bytes
        self._stream = None
        try:
            boundary = ParseContentType(request.GetHeader("Content-Type"))
            size = self._web.BufferSlotSize
            self._parser = MultipartParser(boundary, self._BeginPart, self._Write, self._EndPart, size)
            self._Begin()
        except Exception as ex:
            self._Fail(ex)

    def _Begin(self):
        self._stream = self._request.ContentStream
        if self._stream:
            self._stream.OnReady = self._OnReady
            self._stream._onDropped = self._GiveUp
            self._Read()
            return
        if self._request.Content is not None:
            self._parser.Feed(self._request.Content)
        self._End()

    def _OnReady(self, stream):
        self._GoOn()

    def _GoOn(self):
        """Reads on, called from the loop."""
        if self._stream:
            try:
                self._Read()
            except Exception as ex:
                self._Fail(ex)

    def _Read(self):
        for _ in range(_BURST):
            try:
                count = self._stream.readinto(self._parser.Room())
            except OSError:  # the client has gone, or was too slow
                self._GiveUp()
                return
            if count is None:
                return
            if not count:
                self._End()
                return
            self._parser.Filled(count)
            if self._request.Response.HeadersSent:  # the handler has seen enough
                self._GiveUp()
                return
        self._request._exchange.Connection.GetWorker().Post(self._GoOn)

    def _End(self):
        response = self._request.Response
        if response.HeadersSent:
            self._GiveUp()
            return
        self._parser.Finish()
        self._Stop()
        self._onEnd(self._request)
        if not response.HeadersSent and not response.IsDeferred:
            name = self._request._exchange.Name()
            self._web.Log("%s was not answered when its parts were read" % name, self._web.WARNING)
            response.ReturnNotImplemented()

    def _BeginPart(self, part):
        if not self._request.Response.HeadersSent:
            self._sink = self._onPart(part)

    def _Write(self, data):
        if self._sink:
            self._sink.write(data)

    def _EndPart(self):
        sink = self._sink
        self._sink = None
        if hasattr(sink, "close"):
            sink.close()

    def _Stop(self):
        if self._stream:
            self._stream.OnReady = None
            self._stream = None

    def _Fail(self, error):
        """Ends it: the client's fault is answered as it says, the handler's with 500; a client that has gone, not."""
        connection = self._request._exchange.Connection
        web = self._web
        self._GiveUp()
        if not connection.GetWorker():
            return
        if isinstance(error, HttpError):
            web.Log("%s:%s refused: %s" % (self._request.UserAddress + (error,)), web.DEBUG)
            status = error.Status
        else:
            web.Log(TraceText(error), web.ERROR)
            status = 500
        if self._request.Response.HeadersSent:  # a half answer must not look like a whole one
            connection.Close()
        else:
            connection.CloseAfterwards()  # what the client still sends is not worth reading
            self._request.Response.ReturnRefusal(status)

    def _GiveUp(self):
        self._Stop()
        sink = self._sink
        self._sink = None
        try:
            if hasattr(sink, "abort"):
                sink.abort()
            elif hasattr(sink, "close"):
                sink.close()
        except Exception as ex:  # of the handler: the answer is on its way all the same
            self._web.Log(TraceText(ex), self._web.ERROR)
