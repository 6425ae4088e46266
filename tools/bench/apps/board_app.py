"""app.py of the emulated board: tells what its server allocates, keeps and how long the processor is at it.

The times are of the handling alone: from when the poll has found a socket ready until everything is sent, without the
wait before it and without what lwIP does in interrupts. Under QEMU's -icount they count instructions.
"""

import gc
from time import ticks_diff, ticks_us

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute
from MicroWebSrv2.httpConnection import HttpConnection
from MicroWebSrv2.libs.XAsyncSockets import XAsyncTCPServer
from MicroWebSrv2.libs.xAsyncWorker import Worker

spent = [0]  # microseconds
process = Worker.Process


def first_process(self, timeout):
    """The server's loop begins: tells how long the board has been on, and steps aside."""
    print("SERVES", ticks_us())
    Worker.Process = process
    return process(self, timeout)


def timed(method):
    """The method, its time added to what is spent."""

    def call(self):
        began = ticks_us()
        method(self)
        spent[0] += ticks_diff(ticks_us(), began)

    return call


def on_accepted(server, socket):
    """A new WebSocket: it echoes."""
    socket.OnBinaryMessage = echo


def echo(socket, message):
    """Sends a message back."""
    socket.SendBinaryMessage(message)


Worker.Process = first_process
HttpConnection.OnReadyForReading = timed(HttpConnection.OnReadyForReading)
XAsyncTCPServer.OnReadyForReading = timed(XAsyncTCPServer.OnReadyForReading)
MicroWebSrv2.LoadModule("WebSockets").OnWebSocketAccepted = on_accepted


@WebRoute(GET, "/hello")
def hello(server, request):
    """A small dynamic answer."""
    request.Response.ReturnOk("Hello, World!")


@WebRoute(GET, "/json")
def json(server, request):
    """A small JSON answer."""
    request.Response.ReturnOkJSON({"message": "Hello, World!"})


@WebRoute(GET, "/total")
def total(server, request):
    """The microseconds spent so far, without this request's own."""
    request.Response.ReturnOk(str(spent[0]))


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
