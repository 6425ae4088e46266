"""The app of the boards under test: JSON, the heap, an upload read piece by piece, a stream, a WebSocket echo."""

import gc

from MicroWebSrv2 import GET, POST, PUT, MicroWebSrv2, WebRoute


@WebRoute(GET, "/json")
def Json(microWebSrv2, request):
    request.Response.ReturnOkJSON({"celsius": 21, "list": [1, 2, 3]})


@WebRoute(GET, "/free")
def Free(microWebSrv2, request):
    """The free bytes of the heap, garbage taken away."""
    gc.collect()
    request.Response.ReturnOk(str(gc.mem_free()))


@WebRoute(GET, "/connections")
def Connections(microWebSrv2, request):
    """How many connections there are, this one included."""
    sockets = request.XAsyncTCPClient.GetAsyncSocketsPool().GetAllAsyncSockets()
    request.Response.ReturnOk(str(len(sockets) - 1))  # one listens


@WebRoute(POST, "/content")
def Content(microWebSrv2, request):
    """The content back."""
    request.Response.ReturnOk(request.Content)


@WebRoute(PUT, "/count", stream=True)
def Count(microWebSrv2, request):
    piece = bytearray(256)
    total = 0

    def OnReady(stream):
        nonlocal total
        count = stream.readinto(piece)
        while count:
            total += count
            count = stream.readinto(piece)
        if count == 0:
            request.Response.ReturnOkJSON({"bytes": total})

    request.ContentStream.OnReady = OnReady


class Endless:
    """A stream without an end, as fast as it is taken."""

    def readinto(self, buf):
        return len(buf)


@WebRoute(GET, "/endless")
def SendEndless(microWebSrv2, request):
    request.Response.ReturnStream(200, Endless())


def OnMessage(webSocket, msg):
    webSocket.SendTextMessage(msg)


def OnAccepted(microWebSrv2, webSocket):
    webSocket.OnTextMessage = OnMessage


# The configuration's `modules` has loaded it: loading it again gives the same.
MicroWebSrv2.LoadModule("WebSockets").OnWebSocketAccepted = OnAccepted
