"""A poller that finds no memory for a socket says so, and goes on. Takes a port."""

import sys

from checks import expect, ports, run

from MicroWebSrv2.libs.interpreter import Listen, Poller

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


run([sockets_without_memory])
