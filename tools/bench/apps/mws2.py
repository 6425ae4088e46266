"""This server under the benchmark, on every runtime; usage: mws2.py PORT [CERT KEY], in the folder of the files."""

import sys

from routes import on_accepted

from MicroWebSrv2 import POST, MicroWebSrv2, WebRoute, XAsyncSocketsPool

ON_A_DEVICE = sys.implementation.name == "micropython"


@WebRoute(POST, "/form")
def form(server, request):
    """Says one field of a form."""
    request.Response.ReturnOk(request.GetPostedURLEncodedForm()["name"])


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
