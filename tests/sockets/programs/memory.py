"""Without memory: a poller that finds none for a socket says so, and goes on; a buffer is given back. Takes a port."""

import sys

from checks import expect, ports, run

from MicroWebSrv2.libs.interpreter import Listen, Poller
from MicroWebSrv2.libs.xAsyncWorker import TICK_MS, Worker
from MicroWebSrv2.workerShare import WorkerShare

READABLE = 1


def refused_of(poller, sockets):
    """Registers sockets until no memory is left, and beyond; returns how many were refused."""
    refused = 0
    hog = None
    try:
        while True:
            hog = [hog]
    except MemoryError:
        pass
    for sock in sockets:
        try:
            poller.Register(sock, READABLE)
        except MemoryError:
            refused += 1
    return refused


def sockets_without_memory():
    if sys.implementation.name != "micropython":  # memory that ends at will is there alone
        return
    import gc
    import socket

    server = Listen(("127.0.0.1", ports()[0]), 4)
    waiting = [socket.socket() for _ in range(8)]
    # With the entries that there are, the table of a poll may have room for more, or none.
    for entries in range(6):
        poller = Poller()
        poller.Register(server, READABLE)
        for sock in waiting[:entries]:
            poller.Register(sock, READABLE)
        rest = waiting[entries:]
        refused = refused_of(poller, rest)
        gc.collect()
        expect(refused > 0, True)
        for _ in poller.Wait(0):  # it dies here of an entry that was left in pieces
            pass
        poller.Register(rest[0], READABLE)
        for sock in waiting:
            poller.Unregister(sock)
        client = socket.socket()
        client.connect(socket.getaddrinfo("127.0.0.1", ports()[0])[0][-1])
        expect([mask for key, mask in poller.Wait(2000) if key is server], [READABLE])
        server.accept()[0].close()
        client.close()


class Waiting:
    """A connection that wants a buffer."""

    AwaitsSlot = False
    slot = None

    def __init__(self, share):
        self._share = share

    def IsSending(self):
        return False

    def OnSlot(self):
        self.slot = self._share.Take(self)


class FullWorker(Worker):
    """One that has no memory for another call."""

    def Post(self, callback, polled=None):
        raise MemoryError


def buffers_given_back_without_memory():
    count = 16
    worker = FullWorker()
    share = WorkerShare(worker, count, 16, True)
    waiting = Waiting(share)
    slots = [share.Take(waiting) for _ in range(count)]
    expect(len({id(slot) for slot in slots}), count)
    expect(share.Take(waiting), None)
    release = share.Release
    if sys.implementation.name == "micropython":
        from micropython import heap_lock, heap_unlock

        heap_lock()
        try:
            for slot in slots:
                release(slot)
        finally:
            heap_unlock()
    else:
        for slot in slots:
            release(slot)
    for _ in range(4):  # nobody could be told at once: a tick does
        worker.Process(TICK_MS)
    expect(waiting.slot in slots, True)
    slots = [share.Take(waiting) for _ in range(count - 1)]
    expect(None in slots, False)
    expect(share.Take(waiting), None)
    worker.Poller.Close()


run([sockets_without_memory, buffers_given_back_without_memory])
