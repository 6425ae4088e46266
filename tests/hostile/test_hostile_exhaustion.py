"""More connections than the system lets the server have: it waits without spinning, and serves on afterwards."""

import resource
import socket
import time

import pytest

from tests.hostile.conftest import assert_at_rest, at_rest, state
from tests.http.client import Client, request, wait_until

SPARE = 10  # descriptors that the server may still have
CROWD = 60  # connections, more than that
SLACK = 65536  # bytes of heap: the tables of sockets grow
WATCHED_SEC = 1.5
MOST_CPU_SEC = 0.4  # a loop that spins uses all of the time it is watched


@pytest.fixture(params=[0, 3], ids=["one thread", "three threads"])
def limited(request, sites):
    """A server that may have few descriptors more than it has: `most`."""
    server = sites.start(threads=request.param, BufferSlotsCount=30, RequestsTimeoutSec=600, heap="4m")
    with Client(server.port) as client:  # what is opened once is open, the package's files among it
        client.get("/page.txt")
        client.get("/defer/timer/a")
    wait_until(lambda: state(server).connections == 0, "the client is gone")
    server.most = server.descriptors() + SPARE
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (server.most, server.most))
    return server


def crowd(port, count):
    """Connections, of which each asks for something; the last of them may not be accepted."""
    clients = []
    for _ in range(count):
        clients.append(Client(port))
        clients[-1].send(request("GET", "/defer/long"))
    return clients


def test_server_out_of_descriptors_does_not_spin(limited):
    """`accept` fails with EMFILE while the queue of connections stays full."""
    before = at_rest(limited)
    clients = crowd(limited.port, CROWD)
    wait_until(lambda: limited.descriptors() >= limited.most, "there are no descriptors left")
    spent = limited.cpu_sec()
    time.sleep(WATCHED_SEC)
    spent = limited.cpu_sec() - spent
    for client in clients:
        client.reset()
    wait_until(lambda: state(limited).connections == 0, "the crowd is gone")
    with Client(limited.port) as client:
        assert client.get("/hello").text == "hello"
        assert client.get("/page.txt").status == 200
    assert_at_rest(limited, before, SLACK)
    assert spent < MOST_CPU_SEC, f"{spent:.2f} s of CPU in {WATCHED_SEC} s"


def test_silent_connections_give_way_to_those_that_ask(limited):
    """No descriptor is left, and nobody who has one says anything: the connection silent for the longest is closed."""
    silent = [socket.create_connection(("127.0.0.1", limited.port)) for _ in range(CROWD)]
    with Client(limited.port) as client:
        assert client.get("/hello").text == "hello"
    for sock in silent:
        sock.close()
