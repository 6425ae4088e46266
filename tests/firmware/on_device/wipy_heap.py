"""How much of the heap is left when the server of the WiPy listens. argv: the port, the folder of the .mpy files.

Prints the free bytes: when it listens, and after a request was answered.
"""

import gc
import socket
import sys

import MicroWebSrv2
from MicroWebSrv2 import libs

MicroWebSrv2.__path__ = sys.argv[2] + "/MicroWebSrv2"
libs.__path__ = sys.argv[2] + "/MicroWebSrv2/libs"

PORT = int(sys.argv[1])


@MicroWebSrv2.WebRoute(MicroWebSrv2.GET, "/hello")
def hello(server, request):
    request.Response.ReturnOk("hello")


pool = MicroWebSrv2.XAsyncSocketsPool()
server = MicroWebSrv2.MicroWebSrv2()
server.SetEmbeddedConfig()
server.BufferSlotsCount = 2  # as boards/WIPY/modules/device.py has it
server.ConnQueueCapacity = 4
server.BindAddress = ("127.0.0.1", PORT)
server.StartInPool(pool)
gc.collect()
print("LISTENING_FREE", gc.mem_free())

client = socket.socket()
client.connect(socket.getaddrinfo("127.0.0.1", PORT)[0][-1])
client.write(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
for _ in range(5):
    pool.Process(20)
assert client.read(15) == b"HTTP/1.1 200 OK"
gc.collect()
print("ANSWERED_FREE", gc.mem_free())
