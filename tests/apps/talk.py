"""An HTTP server whose route `/talk` turns a connection into one of lines, each sent back in capitals."""

import sys

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute

closed = []


def on_line(client, line, arg):
    client.AsyncSendData(("%s %s\n" % (arg, line.upper())).encode())
    client.AsyncRecvLine(onLineRecv=on_line, onLineRecvArg=arg)


def on_closed(client, reason):
    closed.append(reason)


@WebRoute(GET, "/talk")
def talk(server, request):
    client = request.XAsyncTCPClient
    client.OnClosed = on_closed
    request.Response.SwitchingProtocols("talk")
    client.AsyncRecvLine(onLineRecv=on_line, onLineRecvArg=request.GetHeader("X-Name"))


@WebRoute(GET, "/closed")
def tell_closed(server, request):
    request.Response.ReturnOkJSON(closed)


server = MicroWebSrv2()
server.SetEmbeddedConfig()
server.BindAddress = ("127.0.0.1", int(sys.argv[1]))
server.OnLogging = lambda server, message, level: print(level, message)
server.RequestsTimeoutSec = 1
print("LISTENING", sys.argv[1])
server.StartManaged(0)
