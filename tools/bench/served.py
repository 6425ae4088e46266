"""The server under the benchmark, on every runtime; usage: served.py PORT, in the folder of the static files."""

import sys

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute


@WebRoute(GET, "/hello")
def hello(server, request):
    """A small dynamic answer."""
    request.Response.ReturnOk("Hello, World!")


@WebRoute(GET, "/json")
def json(server, request):
    """A small JSON answer."""
    request.Response.ReturnOkJSON({"message": "Hello, World!"})


if __name__ == "__main__":
    port = int(sys.argv[1])
    server = MicroWebSrv2()
    server.SetEmbeddedConfig()
    server.ConnQueueCapacity = 512
    server.BindAddress = ("127.0.0.1", port)
    server.RootPath = "."
    server.OnLogging = lambda *_: None
    print("LISTENING", port)
    server.StartManaged(0)
