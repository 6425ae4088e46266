"""This server under the benchmark, on every runtime; usage: mws2.py PORT [CERT KEY], in the folder of the files."""

import sys

from MicroWebSrv2 import GET, POST, MicroWebSrv2, WebRoute, XAsyncSocketsPool

ON_A_DEVICE = sys.implementation.name == "micropython"


@WebRoute(GET, "/hello")
def hello(server, request):
    """A small dynamic answer."""
    request.Response.ReturnOk("Hello, World!")


@WebRoute(GET, "/json")
def json(server, request):
    """A small JSON answer."""
    request.Response.ReturnOkJSON({"message": "Hello, World!"})


@WebRoute(POST, "/form")
def form(server, request):
    """Says one field of a form."""
    request.Response.ReturnOk(request.GetPostedURLEncodedForm()["name"])


def on_text(socket, message):
    """Echoes a text."""
    socket.SendTextMessage(message)


def on_binary(socket, message):
    """Echoes bytes."""
    socket.SendBinaryMessage(message)


def on_accepted(server, socket):
    """A new WebSocket: it echoes."""
    socket.OnTextMessage = on_text
    socket.OnBinaryMessage = on_binary
    socket.MaxRecvMessageLength = 1 << 20


def main(port, cert=None, key=None):
    """Serves until it is ended."""
    server = MicroWebSrv2()
    if ON_A_DEVICE:
        server.SetEmbeddedConfig()
    server.ConnQueueCapacity = 512
    server.RequestsTimeoutSec = 60  # a busy machine may take its time to open thousands of connections
    server.BindAddress = ("127.0.0.1", port)
    server.RootPath = "."
    server.OnLogging = lambda *_: None
    server.LoadModule("WebSockets").OnWebSocketAccepted = on_accepted
    if cert:
        server.EnableSSL(cert, key)
    pool = XAsyncSocketsPool()
    server.StartInPool(pool)
    print("LISTENING", port)
    pool.AsyncWaitEvents()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:4])
