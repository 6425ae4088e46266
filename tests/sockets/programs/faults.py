"""What is raised in a server's callbacks costs one connection, never the server. Takes a port."""

from checks import expect, ports, run, step

from MicroWebSrv2 import XAsyncSocketsPool, XAsyncTCPClient, XAsyncTCPServer, XClosedReason

ADDRESS = ("127.0.0.1", ports()[0])


class Failing:
    """A server whose first connections meet a fault, by turns; the one after them is greeted."""

    def __init__(self, pool, faults):
        self.pool = pool
        self.faults = list(faults)
        self.server = XAsyncTCPServer.Create(pool, ADDRESS)
        self.server.OnClientAccepted = self.accept

    def accept(self, server, client):
        if self.faults:
            raise self.faults.pop(0)
        client.AsyncSendData(b"hello\n")

    def greeted(self):
        """Connects; returns the line it got, or the reason why the connection was closed."""
        got = []
        client = XAsyncTCPClient.Create(self.pool, ADDRESS)
        client.OnClosed = lambda client, reason: got.append(reason)
        client.OnConnected = lambda client: client.AsyncRecvLine(onLineRecv=lambda client, line, arg: got.append(line))
        step(self.pool, lambda: got)
        client.Close()
        return got[0]


def a_callback_that_raises():
    pool = XAsyncSocketsPool()
    failing = Failing(pool, [ValueError("one"), MemoryError(), RuntimeError("three")])
    for _ in range(3):
        expect(failing.greeted(), XClosedReason.ClosedByPeer)
    expect(failing.greeted(), "hello")
    failing.server.Close()


def a_connection_that_cannot_be_made():
    pool = XAsyncSocketsPool()
    failing = Failing(pool, [])
    made = failing.server.ClientClass
    faults = [MemoryError(), MemoryError()]

    def make(*arguments):
        if faults:
            raise faults.pop()
        return made(*arguments)

    failing.server.ClientClass = make
    for _ in range(2):
        expect(failing.greeted(), XClosedReason.ClosedByPeer)
    expect(failing.greeted(), "hello")
    failing.server.Close()


def no_memory_to_try_again_later():
    pool = XAsyncSocketsPool()
    failing = Failing(pool, [])
    worker = pool.Workers[0]
    made, addTimer = failing.server.ClientClass, worker.AddTimer

    def fail(*arguments):
        raise MemoryError

    failing.server.ClientClass = worker.AddTimer = fail
    expect(failing.greeted(), XClosedReason.ClosedByPeer)
    failing.server.ClientClass, worker.AddTimer = made, addTimer
    expect(failing.greeted(), "hello")
    failing.server.Close()


def a_fault_in_telling_of_a_fault():
    pool = XAsyncSocketsPool()
    failing = Failing(pool, [])

    def fail(error=None):
        raise MemoryError

    got = []
    client = XAsyncTCPClient.Create(pool, ADDRESS)
    client.OnConnected = lambda client: client.AsyncRecvLine(onLineRecv=lambda client, line, arg: fail())
    client.OnFault = fail
    client.OnClosed = lambda client, reason: got.append(reason)
    step(pool, lambda: got)
    expect(got, [XClosedReason.Error])
    expect(failing.greeted(), "hello")
    failing.server.Close()


run(
    [
        a_callback_that_raises,
        a_connection_that_cannot_be_made,
        no_memory_to_try_again_later,
        a_fault_in_telling_of_a_fault,
    ]
)
