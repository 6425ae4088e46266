"""What this server is asked for under every measurement: small answers, the state of its heap, a WebSocket's echo.

The heap is MicroPython's to tell. What is between two answers of /used is what the requests between allocated.
"""

import gc

from MicroWebSrv2 import GET, WebRoute


@WebRoute(GET, "/hello")
def hello(server, request):
    """A small dynamic answer."""
    request.Response.ReturnOk("Hello, World!")


@WebRoute(GET, "/json")
def json(server, request):
    """A small JSON answer."""
    request.Response.ReturnOkJSON({"message": "Hello, World!"})


@WebRoute(GET, "/used")
def used(server, request):
    """The bytes of the heap in use, garbage too; until the next /live nothing is collected."""
    gc.disable()
    request.Response.ReturnOk(str(gc.mem_alloc()))


@WebRoute(GET, "/live")
def live(server, request):
    """The bytes of the heap in use after a collection."""
    gc.enable()
    gc.collect()
    request.Response.ReturnOk(str(gc.mem_alloc()))


def on_accepted(server, socket):
    """A new WebSocket: it echoes."""
    socket.OnTextMessage = on_text
    socket.OnBinaryMessage = on_binary
    socket.MaxRecvMessageLength = 1 << 20


def on_text(socket, message):
    """Echoes a text."""
    socket.SendTextMessage(message)


def on_binary(socket, message):
    """Echoes bytes."""
    socket.SendBinaryMessage(message)
