"""This server, telling what it keeps of the heap; usage: counted.py PORT, in the folder of the files. MicroPython only.

What is between two answers of /used is what the requests between allocated.
"""

import gc
import sys

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute, XAsyncSocketsPool


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
    socket.OnTextMessage = echo
    socket.OnBinaryMessage = echo


def echo(socket, message):
    """Sends a message back."""
    socket.SendBinaryMessage(message)


def main(port):
    """Serves until it is ended."""
    server = MicroWebSrv2()
    server.SetEmbeddedConfig()
    server.ConnQueueCapacity = 128
    server.RequestsTimeoutSec = 600  # idle connections are to stay
    server.BindAddress = ("127.0.0.1", port)
    server.RootPath = "."
    server.OnLogging = lambda *_: None
    server.LoadModule("WebSockets").OnWebSocketAccepted = on_accepted
    pool = XAsyncSocketsPool()
    server.StartInPool(pool)
    print("LISTENING", port)
    pool.AsyncWaitEvents()


if __name__ == "__main__":
    main(int(sys.argv[1]))
