"""This server, telling what it keeps of the heap; usage: counted.py PORT, in the files' folder. MicroPython only."""

import sys

from routes import on_accepted

from MicroWebSrv2 import MicroWebSrv2, XAsyncSocketsPool


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
