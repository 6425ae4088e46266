"""Serves a kind of request with ever less memory, in one process with its client.

argv: the folder of the files, a port, the kind. The heap is filled until so many bytes are free as the case says, which
go from none to what a request takes, in steps of two of the heap's blocks: in turn each allocation of the request is
the one that fails. Then the memory is given back, and the server must answer the next request as if nothing had been.
A request that lacks something, or whose handler takes its time, has memory until its time is over.
Prints as JSON how often it was answered (by status) and closed, which cases went wrong, and how many bytes of the heap
are gone at the end.
"""

import gc
import json
import socket
import sys
import time

import memory_routes
from memory_requests import KINDS, LATE
from shortage import give_back, hold

from MicroWebSrv2 import MicroWebSrv2, XAsyncSocketsPool
from MicroWebSrv2.libs.xAsyncWorker import Worker

STEP = 64  # bytes: two blocks of a 64-bit MicroPython's heap
MOST = 6144
TURNS = 20  # of the loop; far more than a request takes
PIECES = 4096
PATIENCE_MS = 20000
TICKS = 3  # looks at the clock, after the time is over

mws2 = MicroWebSrv2()


memory_routes.load_modules()
mws2.SetEmbeddedConfig()
mws2.RootPath = sys.argv[1]
mws2.OnLogging = lambda server, msg, kind: None
mws2.BindAddress = ("127.0.0.1", int(sys.argv[2]))
pool = XAsyncSocketsPool()
mws2.StartInPool(pool)
worker = pool.Workers[0]
turns_left = 0

held = [None] * PIECES
answer = bytearray(4096)
ADDRESS = socket.getaddrinfo("127.0.0.1", int(sys.argv[2]))[0][-1]


def connect():
    client = socket.socket()
    client.connect(ADDRESS)
    client.setblocking(False)
    return client


def turn(timeout):
    """A turn of the loop, which waits for nothing here; after the last one it stops."""
    global turns_left
    turns_left -= 1
    pool._stopping = turns_left <= 0
    return Worker.Step(worker, 0)


def work():
    """Some turns of the loop, as AsyncWaitEvents has it."""
    global turns_left
    turns_left = TURNS
    pool._stopping = False
    pool._Serve(worker)


def let_time_pass():
    """The worker's clock goes on by more than any deadline here, and it looks at it, more than once."""
    for _ in range(TICKS):
        worker._ticks = time.ticks_add(worker._ticks, -2000 * memory_routes.LATE_SEC)
        work()


def read(client):
    """What has come: its first bytes, or None after the end of the connection."""
    try:
        count = client.readinto(answer)
    except OSError:  # reset
        return None
    return b"" if count is None else bytes(memoryview(answer)[:count]) if count else None


def status_of(data):
    return data[9:12].decode() if data and data[:9] == b"HTTP/1.1 " else ""


def with_little(message, free, in_time):
    """Send a message on a new connection while there is little memory. Returns what came of it.

    `in_time`: whether memory is short before the connection is accepted, or only when the message comes.
    """
    client = connect()
    if in_time:
        work()
    client.write(message)
    if IS_LATE:
        work()
    before = sockets()
    hold(held, free)
    try:
        if IS_LATE:
            let_time_pass()
        else:
            work()
    finally:
        give_back(held)
    stays = IS_LATE and sockets() >= before
    work()
    found = read(client)
    client.close()
    work()
    if stays:
        return "stays"
    return "closed" if found is None else status_of(found) or "nothing"


def check(message):
    """The same request is answered when there is memory again: at once, or after the tick that accept waits for."""
    client = connect()
    client.write(message)
    work()
    if IS_LATE:
        let_time_pass()
    found = read(client)
    for _ in range(PATIENCE_MS // 20):
        if found != b"":
            break
        Worker.Step(worker, 20)
        work()
        found = read(client)
    client.close()
    work()
    return status_of(found)


def sockets():
    return len(list(pool.GetAllAsyncSockets()))


def try_all(message, in_time):
    """Every amount of free memory. Returns ({outcome: count}, [what went wrong])."""
    outcomes, wrong = {}, []
    usual, open_before = check(message), sockets()
    for free in range(0, MOST, STEP):
        outcome = with_little(message, free, in_time)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        after = check(message)
        if after != usual:
            wrong.append(f"{free} bytes free: {outcome}, then {after} instead of {usual}")
        if sockets() != open_before:
            wrong.append(f"{free} bytes free: {sockets()} sockets are left, not {open_before}")
            open_before = sockets()
    return outcomes, wrong


worker.Step = turn
message = KINDS[sys.argv[3]]
IS_LATE = sys.argv[3] in LATE
check(message)
# What caches and lists grow to in the first turn is no leak. That none can be accepted is the same for each kind.
frees = []
for in_time in (False, True, True, True) if sys.argv[3] == "plain" else (True, True, True):
    outcomes, wrong = try_all(message, in_time)
    gc.collect()
    frees.append(gc.mem_free())
    print(json.dumps({"outcomes": outcomes, "wrong": wrong}))
print(json.dumps({"lost": frees[-3] - frees[-1]}))
