"""Routes of site.py that take a content: whole, as a form, as JSON, as a stream."""

try:
    from binascii import crc32
except ImportError:  # the WiPy
    from crc import crc32

from MicroWebSrv2 import GET, POST, PUT, WebRoute


def serve(server, pool):
    """Told by site.py what it serves with: nothing is needed here."""


@WebRoute(POST, "/content")
def content(server, request):
    """The content back, and how its length was known."""
    request.Response.ContentType = "application/octet-stream"
    request.Response.SetHeader("X-Length", request.ContentLength)
    request.Response.SetHeader("X-Type", type(request.Content).__name__)
    request.Response.ReturnOk(b"" if request.Content is None else request.Content)


@WebRoute(POST, "/form")
def form(server, request):
    request.Response.ReturnOkJSON({"form": request.GetPostedURLEncodedForm(), "all": request.GetAll("a")})


@WebRoute(POST, "/json")
def json(server, request):
    request.Response.ReturnOkJSON({"got": request.GetPostedJSONObject()})


class Receiver:
    """Reads a content as it comes, and keeps nothing of it but its length and its CRC-32."""

    def __init__(self, request):
        self._response = request.Response
        self._buffer = bytearray(512)
        self._size = 0
        self._crc = 0
        self._reads = 0
        request.ContentStream.OnReady = self.on_ready

    def on_ready(self, stream):
        try:
            count = stream.readinto(self._buffer)
            while count:
                self._reads += 1
                self._size += count
                self._crc = crc32(memoryview(self._buffer)[:count], self._crc)
                count = stream.readinto(self._buffer)
        except OSError:
            print("UPLOAD LOST")
            return
        if count == 0:
            self._response.ReturnOkJSON({"size": self._size, "crc": self._crc & 0xFFFFFFFF})


@WebRoute(PUT, "/upload", stream=True)
def upload(server, request):
    Receiver(request)


@WebRoute(PUT, "/upload/refused", stream=True)
def refuse(server, request):
    request.Response.ReturnForbidden()


class Forgetful:
    """Reads a content as it comes, and forgets to answer."""

    def __init__(self, request):
        self._connection = request._exchange.Connection
        self._buffer = bytearray(512)
        request.ContentStream.OnReady = self.on_ready

    def on_ready(self, stream):
        count = 1
        while count:
            count = stream.readinto(self._buffer)
        if count == 0:
            left = self._connection.ExpireAt - self._connection.GetWorker().Now
            print("UPLOAD FORGOTTEN for %d s" % (left // 1000))


@WebRoute(PUT, "/upload/forgotten", stream=True)
def forget(server, request):
    if "defer" in request.QueryParams:
        request.Response.Defer(1)
    Forgetful(request)


@WebRoute(PUT, "/upload/turns", stream=True)
def count_reads(server, request):
    """Reads a content byte by byte, and tells how many of them one turn has brought at the most."""
    byte = bytearray(1)
    most = [0]

    def on_ready(stream):
        reads = 0
        count = stream.readinto(byte)
        while count:
            reads += 1
            count = stream.readinto(byte)
        most[0] = max(most[0], reads)
        if count == 0:
            request.Response.ReturnOkJSON(most)

    request.ContentStream.OnReady = on_ready


_kept = []


@WebRoute(PUT, "/upload/kept", stream=True)
def keep(server, request):
    Receiver(request)
    _kept[:] = [request.ContentStream]


@WebRoute(GET, "/upload/kept/again")
def read_again(server, request):
    request.Response.ReturnOkJSON({"read": _kept[0].readinto(bytearray(10))})


class Reset:
    """A socket whose client has reset the connection."""

    def readinto(self, buf):
        raise OSError(104)

    recv_into = readinto


@WebRoute(PUT, "/upload/reset", stream=True)
def read_a_reset(server, request):
    """Learns from reading that the client has gone, and gives up."""
    request._exchange.Connection._stream = Reset()
    buffer = bytearray(100)
    try:
        while True:
            request.ContentStream.readinto(buffer)
    except OSError:
        print("UPLOAD RESET")


@WebRoute(PUT, "/upload/raises", stream=True)
def fail(server, request):
    raise ValueError("the handler's own fault")


class Sink:
    """Takes a part of a multipart content, and tells its size."""

    def __init__(self, part, found):
        self._found = found
        self._said = {"name": part.Name, "filename": part.Filename, "type": part.ContentType, "size": 0, "crc": 0}

    def write(self, data):
        self._said["size"] += len(data)
        self._said["crc"] = crc32(data, self._said["crc"]) & 0xFFFFFFFF

    def close(self):
        self._found.append(self._said)


@WebRoute(POST, "/parts", stream=True)
def parts(server, request):
    found = []
    request.ReceiveParts(
        lambda part: Sink(part, found) if part.Name != "skip" else None,
        lambda request: request.Response.ReturnOkJSON(found),
    )
