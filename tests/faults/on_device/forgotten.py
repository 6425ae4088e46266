"""A server in this process, its buffers taken by clients that never finish; one that does is answered, then all leave.

argv[1] is a port. Prints how many the server knew as slow when it answered; and at the end how many connections it has,
and how many it still knows as slow.
"""

import socket
import sys
import time

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute, XAsyncSocketsPool

SLOTS = 16  # of the embedded configuration
PATIENCE_SEC = 20
PORT = int(sys.argv[1])


@WebRoute(GET, "/plain")
def plain(server, request):
    request.Response.ReturnOk("plain")


def connect(message):
    client = socket.socket()
    client.connect(socket.getaddrinfo("127.0.0.1", PORT)[0][-1])
    client.setblocking(False)
    client.send(message)
    return client


def process(times):
    for _ in range(times):
        pool.Process(20)


def is_answered(client):
    try:
        return client.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


server = MicroWebSrv2()
server.SetEmbeddedConfig()
server.BindAddress = ("127.0.0.1", PORT)
pool = XAsyncSocketsPool()
server.StartInPool(pool)
share = server.ShareOf(pool.Workers[0])
slow = []
for _ in range(SLOTS):
    slow.append(connect(b"GET /plain HTTP/1.1\r\nHost:"))
    process(2)
client = connect(b"GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
began = time.time()
while not is_answered(client):
    assert time.time() - began < PATIENCE_SEC, "no answer"
    pool.Process(20)
print("slow", len(share._slow))
for one in slow:
    one.close()
client.close()
began = time.time()
while (share._slow or len(list(pool.GetAllAsyncSockets())) > 1) and time.time() - began < PATIENCE_SEC:
    pool.Process(20)
print("left", len(list(pool.GetAllAsyncSockets())) - 1, len(share._slow))
