"""The app of the device under load: JSON, an upload that is counted, a WebSocket's echo, and the state of the heap."""

import gc

from MicroWebSrv2 import GET, POST, MicroWebSrv2, WebRoute

LARGEST = 131072  # bytes: no free block is looked for beyond


def largest_block():
    """The largest number of bytes that can be had in one piece, to 64 bytes."""
    low, high = 0, LARGEST
    while high - low > 64:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
    return low


@WebRoute(GET, "/memory")
def memory(server, request):
    """The free bytes of the heap, and the largest piece that can be had."""
    gc.collect()
    free = gc.mem_free() if hasattr(gc, "mem_free") else 0
    request.Response.ReturnOkJSON({"free": free, "largest": largest_block()})


@WebRoute(GET, "/item/<id>")
def item(server, request, args):
    """What was asked for, as JSON."""
    request.Response.ReturnOkJSON({"id": args["id"], "query": request.QueryParams})


@WebRoute(POST, "/count", stream=True)
def count(server, request):
    """The bytes of an upload, read piece by piece."""
    piece = bytearray(256)
    total = [0]

    def on_ready(stream):
        try:
            got = stream.readinto(piece)
            while got:
                total[0] += got
                got = stream.readinto(piece)
        except OSError:  # the client has gone
            return
        if got == 0:
            request.Response.ReturnOkJSON({"bytes": total[0]})

    request.ContentStream.OnReady = on_ready


def on_accepted(server, web_socket):
    """A new WebSocket: it echoes."""
    web_socket.OnTextMessage = lambda web_socket, msg: web_socket.SendTextMessage(msg)


MicroWebSrv2.LoadModule("WebSockets").OnWebSocketAccepted = on_accepted
