"""A TCP server of lines and blocks on the sockets' layer, without HTTP: each connection sends it commands, a line each.

Behind the port: `slots N` lends N buffers of 256 bytes among all connections, `tls CERT KEY` secures every connection.
"""

import sys
from binascii import crc32

from MicroWebSrv2 import XAsyncSocketsPool, XAsyncTCPServer, XBufferSlots
from MicroWebSrv2.libs.interpreter import ServerTLS

REASONS = ("Error", "ClosedByHost", "ClosedByPeer", "Timeout")
BLOCK = bytes(range(251)) * 100

pool = XAsyncSocketsPool()
closed = []  # the reason of each closed connection
sent = []  # arguments of callbacks


def answer(client, text):
    return client.AsyncSendData(text.encode() + b"\n")


def next_line(client, encoding="UTF-8", timeout=None):
    client.AsyncRecvLine(encoding, on_line, "arg", timeout)


def on_block(client, data, arg):
    answer(client, "%s %d %d" % (arg, len(data), crc32(data) & 0xFFFFFFFF))
    next_line(client)


def on_any(client, data, arg):
    answer(client, "any %s" % bytes(data).decode())
    next_line(client)


def on_sent(client, arg):
    sent.append(arg)
    answer(client, "sent %s" % arg)
    next_line(client)


def on_piece_sent(client, left):
    """Sends the next piece of many, each when the one before is out: no recursion may come of it."""
    if left:
        client.AsyncSendData(b"0123456789", on_piece_sent, left - 1)
    else:
        next_line(client)


def refuse(client, call):
    """Answers with what a call that is no good raises."""
    try:
        answer(client, "returned %r" % call())
    except Exception as ex:
        answer(client, "%s: %s" % (type(ex).__name__, ex))
    next_line(client)


def twice(client, value):
    client.AsyncRecvData(2, on_any)
    try:
        client.AsyncRecvLine()
    except Exception as ex:
        answer(client, "%s: %s" % (type(ex).__name__, ex))


def send_buffer(client, value):
    client.SendingBuffer[:4] = b"BUF\n"
    client.AsyncSendSendingBuffer(4, on_sent, "buffer")
    try:
        client.AsyncSendSendingBuffer(4)
    except Exception as ex:
        sent.append(type(ex).__name__)


def drop(client, value):
    client.Close()
    again = (client.AsyncSendData(b"x"), client.AsyncRecvLine(), client.AsyncRecvData(5), client.Close())
    sent.append("on a closed one: %r" % (again,))


def pause(client, value):
    """Reads no more; only a deadline closes such a connection."""
    client.ExpireTimeSec = 1
    answer(client, "paused")


def large(client, value):
    size = int(value)
    while size > len(BLOCK):
        client.AsyncSendData(BLOCK)
        size -= len(BLOCK)
    client.AsyncSendData(memoryview(BLOCK)[:size], on_sent, "large")


def mirror(client, data, arg):
    """Sends back what has come; only when that is out it asks for more."""
    client.AsyncSendData(bytes(data), lambda client, arg: client.AsyncRecvData(None, mirror))


def fail(client, value):
    raise ValueError("the program's own fault")


COMMANDS = {
    "echo": lambda client, value: (answer(client, "%s %s" % (value, client.IsSSL)), next_line(client)),
    "latin": lambda client, value: (answer(client, "go"), next_line(client, "latin-1")),
    "block": lambda client, value: client.AsyncRecvData(int(value), on_block, "block"),
    "any": lambda client, value: client.AsyncRecvData(None, on_any),
    "timed": lambda client, value: (answer(client, "go"), next_line(client, "UTF-8", int(value))),
    "large": large,
    "pieces": lambda client, value: on_piece_sent(client, int(value)),
    "buffer": send_buffer,
    "pause": pause,
    "mirror": lambda client, value: client.AsyncRecvData(None, mirror),
    "fail": fail,
    "close": drop,
    "closed": lambda client, value: (answer(client, " ".join(closed)), next_line(client)),
    "sent": lambda client, value: (answer(client, "; ".join(map(str, sent))), next_line(client)),
    "count": lambda client, value: (answer(client, str(len(pool.GetAllAsyncSockets()))), next_line(client)),
    "free": lambda client, value: (answer(client, str(sum(slot.Available for slot in slots.Slots))), next_line(client)),
    "turns": lambda client, value: (answer(client, str(client.GetWorker().Turn)), next_line(client)),
    "twice": twice,
    "bad size": lambda client, value: refuse(client, lambda: client.AsyncRecvData(0)),
    "bad callback": lambda client, value: refuse(client, lambda: client.AsyncRecvLine(onLineRecv=5)),
    "bad timeout": lambda client, value: refuse(client, lambda: client.AsyncRecvLine(timeoutSec=0)),
    "bad data": lambda client, value: refuse(client, lambda: client.AsyncSendData("text")),
    "bad buffer": lambda client, value: refuse(client, lambda: client.AsyncSendSendingBuffer(1 << 20)),
    "stop": lambda client, value: pool.StopWaitEvents(),
}


def on_line(client, line, arg):
    colon = line.find(":")
    command = line if colon < 0 else line[:colon]
    if command in COMMANDS:
        COMMANDS[command](client, "" if colon < 0 else line[colon + 1 :])
    else:
        answer(client, "%s %s" % (arg, line))
        next_line(client)


def on_closed(client, reason):
    closed.append(REASONS[reason])


def on_accepted(server, client):
    client.OnClosed = on_closed
    if context:
        client.StartSSLContext(context, True)
    next_line(client)


arguments = sys.argv[2:]
slots = XBufferSlots(int(arguments[1]), 256) if arguments[:1] == ["slots"] else None
context = ServerTLS(arguments[1], arguments[2], None) if arguments[:1] == ["tls"] else None
server = XAsyncTCPServer.Create(pool, ("127.0.0.1", int(sys.argv[1])), bufSlots=slots)
server.OnClientAccepted = on_accepted
print("LISTENING", server.SrvAddr[1])
pool.AsyncWaitEvents()
print("STOPPED")
