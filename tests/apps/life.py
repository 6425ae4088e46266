"""Starts and stops servers in one of the ways there are, and asks them itself: arguments are two ports and the way.

Prints `LISTENING` at once, for the harness, and `DONE way` when all was as it should be.
"""

import socket
import sys

from MicroWebSrv2 import GET, MicroWebSrv2, MicroWebSrv2Exception, WebRoute, XAsyncSocketsPool
from MicroWebSrv2.libs.interpreter import SleepMs

ports = [int(text) for text in sys.argv[1:3]]


@WebRoute(GET, "/hello")
def hello(server, request):
    request.Response.ReturnOk("hello from %d" % server.BindAddress[1])


@WebRoute(GET, "/stop")
def stop(server, request):
    request.Response.ReturnOk("hello from %d" % server.BindAddress[1])
    server.Stop()


def new_server(port):
    server = MicroWebSrv2()
    server.SetEmbeddedConfig()
    server.BindAddress = ("127.0.0.1", port)
    return server


def connect(port):
    sock = socket.socket()
    try:
        sock.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    except OSError:
        sock.close()
        raise
    return sock


def ask(port, path="/hello", step=None):
    """Asks the server on `port`, which serves in another thread, or with `step` in this one."""
    sock = connect(port)
    sock.send(b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % path.encode())
    if step:
        step()
    answer = b""
    piece = sock.recv(1000)
    while piece:
        answer += piece
        piece = sock.recv(1000)
    sock.close()
    expected = b"hello from %d" % port
    assert answer.endswith(expected), answer


def is_refused(port):
    try:
        connect(port).close()
    except OSError:
        return True
    return False


def raises(function, *args):
    try:
        function(*args)
    except MicroWebSrv2Exception:
        return True
    return False


def managed(threads):
    """A server in threads of its own, three times; what cannot be done meanwhile is refused."""
    server = new_server(ports[0])
    assert not server.IsRunning
    server.Stop()
    for _ in range(3):
        server.StartManaged(threads)
        assert server.IsRunning
        ask(ports[0])
        assert raises(server.StartManaged)
        assert raises(server.SetLightConfig)
        assert raises(setattr, server, "BindAddress", ("127.0.0.1", 1))
        assert raises(new_server(ports[0]).StartManaged), "two servers on a port"
        server.Stop()
        assert not server.IsRunning
        assert is_refused(ports[0])
    server.BindAddress = ("127.0.0.1", ports[1])
    server.StartManaged(threads)
    ask(ports[1])
    server.Stop()


def managed_here():
    """A server in the calling thread, until a request stops it; asked from another thread."""
    import _thread

    server = new_server(ports[0])
    said = []

    def ask_and_stop():
        while is_refused(ports[0]):
            SleepMs(10)
        ask(ports[0])
        said.append(server.IsRunning)
        sock = connect(ports[0])
        sock.send(b"GET /stop HTTP/1.1\r\nHost: a\r\n\r\n")
        said.append(True)

    for _ in range(2):
        _thread.start_new_thread(ask_and_stop, ())
        server.StartManaged(0)
        assert not server.IsRunning
    while len(said) < 4:
        SleepMs(10)
    assert said == [True] * 4


def stepped():
    """A pool without a thread, stepped by hand beside other work."""
    pool = XAsyncSocketsPool()
    server = new_server(ports[0])
    server.StartInPool(pool)
    assert pool.Process(0) == 0
    ask(ports[0], step=lambda: [pool.Process(20) for _ in range(10)])
    server.Stop()
    assert is_refused(ports[0])
    assert pool.GetAllAsyncSockets() == []
    server.StartInPool(pool)
    ask(ports[0], step=lambda: [pool.Process(20) for _ in range(10)])
    server.Stop()


def two_in_a_pool():
    """Two servers share a pool; the one goes on when the other stops."""
    pool = XAsyncSocketsPool()
    servers = [new_server(port) for port in ports]
    for server in servers:
        server.StartInPool(pool)
    pool.AsyncWaitEvents(1)
    for port in ports:
        ask(port)
    for _ in range(3):
        servers[0].Stop()
        assert is_refused(ports[0])
        servers[0].StartInPool(pool)
    servers[0].Stop()
    ask(ports[1])
    servers[0].StartInPool(pool)
    ask(ports[0])
    ask(ports[1])
    for server in servers:
        server.Stop()
    pool.StopWaitEvents()
    assert not pool.WaitEventsProcessing


print("LISTENING", ports[0])
way = sys.argv[3]
if way == "restart":
    managed(1)
    managed(1)
elif way == "managed-0":
    managed_here()
elif way.startswith("managed-"):
    managed(int(way[-1]))
elif way == "stepped":
    stepped()
else:
    two_in_a_pool()
print("DONE", way)
