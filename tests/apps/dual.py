"""The documentation's example of an http and an https server in one pool: two ports, a certificate and its key."""

import sys
from time import sleep

from MicroWebSrv2 import *  # noqa: F403

http_port, https_port = int(sys.argv[1]), int(sys.argv[2])


@WebRoute(GET, "/secure")  # noqa: F405
def secure(server, request):
    request.Response.ReturnOk(str(request.IsSSL and request.Response.IsSSL and server.IsSSLEnabled))


xasPool = XAsyncSocketsPool()  # noqa: F405
srvHttp = MicroWebSrv2()  # noqa: F405
srvHttps = MicroWebSrv2()  # noqa: F405
for server in (srvHttp, srvHttps):
    server.SetEmbeddedConfig()

srvHttps.EnableSSL(certFile=sys.argv[3], keyFile=sys.argv[4])
srvHttp.BindAddress = ("127.0.0.1", http_port)
srvHttps.BindAddress = ("127.0.0.1", https_port)

srvHttp.StartInPool(xasPool)
srvHttps.StartInPool(xasPool)

print("LISTENING", http_port)
try:
    import _thread  # noqa: F401
except ImportError:  # a board: it serves in this one
    xasPool.AsyncWaitEvents()
xasPool.AsyncWaitEvents(threadsCount=1)

try:
    while True:
        sleep(1)
except KeyboardInterrupt:
    srvHttp.Stop()
    srvHttps.Stop()
    xasPool.StopWaitEvents()
