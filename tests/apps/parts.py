"""Takes multipart contents and tells what was in them, as JSON; for the tests of HttpRequest.ReceiveParts.

`/parts` takes them as they come, `/whole` from memory, `/accepted` answers before they have come. What a part is
called decides what is done with it: `skip` is left out, `fail` makes the sink raise, `stop` answers 403 at once,
`unanswered` leaves the end without an answer, `later` defers it, `too late` raises behind it.
"""

import sys
from binascii import crc32

from MicroWebSrv2 import GET, POST, MicroWebSrv2, WebRoute

deferred = []  # responses to be answered when the events are told
events = []  # what became of the sinks: "closed name", "aborted name"


class Sink:
    """Keeps of a part's bytes their number and their CRC-32."""

    def __init__(self, name):
        self.name = name
        self.size = self.crc = 0

    def write(self, data):
        if self.name == "fail":
            raise OSError(28)
        self.size += len(data)
        self.crc = crc32(data, self.crc)

    def close(self):
        events.append("closed " + self.name)

    def abort(self):
        events.append("aborted " + self.name)


class CloseOnly:
    """A sink that only knows the end."""

    def write(self, data):
        pass

    def close(self):
        events.append("closed only")


class Receiver:
    """Receives the parts of one request."""

    def __init__(self, request):
        self.parts = []
        self.sinks = []
        self.answers = True
        request.ReceiveParts(self.on_part, self.on_end)

    def on_part(self, part):
        events.append("began " + part.Name)
        if part.Name == "stop":
            self.request.Response.ReturnForbidden()
        self.answers = self.answers and part.Name != "unanswered"
        sink = CloseOnly() if part.Name == "only" else None if part.Name == "skip" else Sink(part.Name)
        self.parts.append((part.Name, part.Filename, part.ContentType))
        self.sinks.append(sink)
        return sink

    def on_end(self, request):
        events.append("end")
        names = [part[0] for part in self.parts]
        if "later" in names:
            request.Response.Defer()
            deferred.append(request.Response)
        elif self.answers:
            found = [
                list(part) + ([sink.size, sink.crc & 0xFFFFFFFF] if hasattr(sink, "size") else [])
                for part, sink in zip(self.parts, self.sinks)
            ]
            request.Response.ReturnOkJSON(found)
            if "too late" in names:
                raise OSError(28)


class StoppingReceiver(Receiver):
    """One whose parts may answer by themselves."""

    def __init__(self, request):
        self.request = request
        super().__init__(request)


@WebRoute(POST, "/parts", stream=True)
def take_parts(server, request):
    StoppingReceiver(request)


@WebRoute(POST, "/accepted", stream=True)
def answer_at_once(server, request):
    StoppingReceiver(request)
    request.Response.ReturnOk()


@WebRoute(POST, "/parts/<name>", stream=True)
def take_named_parts(server, request, args):
    StoppingReceiver(request)


@WebRoute(POST, "/whole")
def take_whole(server, request):
    StoppingReceiver(request)


@WebRoute(GET, "/events")
def tell_events(server, request):
    request.Response.ReturnOkJSON(events)
    events.clear()
    while deferred:
        deferred.pop().ReturnOkJSON("at last")


server = MicroWebSrv2()
server.SetEmbeddedConfig()
server.BindAddress = ("127.0.0.1", int(sys.argv[1]))
server.RequestsTimeoutSec = 2


def on_logging(server, message, level):
    if level >= MicroWebSrv2.INFO:
        print(level, message)
    if message.startswith("listening"):
        print("LISTENING", sys.argv[1])


server.OnLogging = on_logging
server.StartManaged(0)
