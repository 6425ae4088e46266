"""app.py of the emulated board: tells what its server allocates, keeps and how long the processor is at it.

The times are of the handling alone: from when the poll has found a socket ready until everything is sent, without the
wait before it and without what lwIP does in interrupts. Under QEMU's -icount they count instructions.
"""

from time import ticks_diff, ticks_us

from routes import on_accepted

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute
from MicroWebSrv2.httpConnection import HttpConnection
from MicroWebSrv2.libs.XAsyncSockets import XAsyncTCPServer
from MicroWebSrv2.libs.xAsyncWorker import Worker

spent = [0]  # microseconds
step = Worker.Step


def first_step(self, timeout):
    """The server's loop begins: tells how long the board has been on, and steps aside."""
    print("SERVES", ticks_us())
    Worker.Step = step
    return step(self, timeout)


def timed(method):
    """The method, its time added to what is spent."""

    def call(self):
        began = ticks_us()
        method(self)
        spent[0] += ticks_diff(ticks_us(), began)

    return call


Worker.Step = first_step
HttpConnection.OnReadyForReading = timed(HttpConnection.OnReadyForReading)
XAsyncTCPServer.OnReadyForReading = timed(XAsyncTCPServer.OnReadyForReading)
MicroWebSrv2.LoadModule("WebSockets").OnWebSocketAccepted = on_accepted


@WebRoute(GET, "/total")
def total(server, request):
    """The microseconds spent so far, without this request's own."""
    request.Response.ReturnOk(str(spent[0]))
