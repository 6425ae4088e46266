"""Outgoing connections, plain and secured.

Takes the ports of an echo server, of a server that never accepts, of one that nobody listens on, of echo servers
secured for "localhost", for another name, and for "localhost" and clients with a certificate; then the files of the
authority that all certificates are from, of another one, of a client's certificate and of its key. The echo servers
send back all they get; the plain one begins with a line, "ready".
"""

import sys

from checks import expect, ports, raises, run, step, wait

from MicroWebSrv2 import XAsyncSocketsPool, XAsyncTCPClient, XAsyncTCPClientException, XAsyncTCPServer
from MicroWebSrv2.libs.interpreter import TicksDiff, TicksMs

ECHO, SILENT, NOBODY, SECURE, MISNAMED, MUTUAL = [("127.0.0.1", port) for port in ports()]
AUTHORITY, STRANGER, CERTIFICATE, KEY = sys.argv[-4:]
REASONS = ("Error", "ClosedByHost", "ClosedByPeer", "Timeout")
BLOCK = bytes(range(256)) * 400  # 102,400 bytes


class Log:
    """A client of a pool, and what its callbacks told in their order."""

    def __init__(self, pool, address, timeout=5):
        self.said = []
        self.client = client = XAsyncTCPClient.Create(pool, address, timeout)
        client.OnConnected = lambda client: self.said.append("connected")
        client.OnFailsToConnect = lambda client: self.said.append("failed")
        client.OnClosed = lambda client, reason: self.said.append(REASONS[reason])


def connects():
    pool = XAsyncSocketsPool()
    log = Log(pool, ECHO)
    client = log.client
    expect([client.SrvAddr, client.CliAddr, client.IsSSL, log.said], [ECHO, ECHO, False, []])
    raises(XAsyncTCPClientException, "wait for OnConnected", client.AsyncSendData, b"x")
    raises(XAsyncTCPClientException, "wait for OnConnected", client.AsyncRecvLine)
    raises(XAsyncTCPClientException, "wait for OnConnected", client.StartSSL)
    step(pool, lambda: log.said)
    lines = []
    client.AsyncRecvLine(onLineRecv=lambda client, line, arg: lines.append(line))
    step(pool, lambda: lines)
    got = []
    client.AsyncSendData(BLOCK)
    client.AsyncRecvData(len(BLOCK), lambda client, data, arg: got.append(bytes(data)))
    step(pool, lambda: got)
    expect([lines, got == [BLOCK], log.said], [["ready"], True, ["connected"]])
    expect([client.Close(), log.said, pool.GetAllAsyncSockets()], [True, ["connected", "ClosedByHost"], []])


def by_name():
    pool = XAsyncSocketsPool()
    log = Log(pool, ("localhost", ECHO[1]))
    step(pool, lambda: log.said)
    expect(log.said, ["connected"])
    log.client.Close()


def refused():
    pool = XAsyncSocketsPool()
    log = Log(pool, NOBODY)
    step(pool, lambda: len(log.said) == 2)
    expect([log.said, pool.GetAllAsyncSockets()], [["failed", "Error"], []])
    expect([log.client.AsyncSendData(b"x"), log.client.Close()], [False, False])


def no_answer():
    pool = XAsyncSocketsPool()
    began = TicksMs()
    log = Log(pool, SILENT, 1)
    step(pool, lambda: len(log.said) == 2)
    expect([log.said, TicksDiff(TicksMs(), began) >= 1000], [["failed", "Timeout"], True])


def given_up():
    pool = XAsyncSocketsPool()
    log = Log(pool, SILENT)
    pool.Process(10)
    expect([log.client.Close(), log.said], [True, ["ClosedByHost"]])


def a_callback_that_raises():
    pool = XAsyncSocketsPool()
    log = Log(pool, ECHO)

    def fail(client):
        raise ValueError("the program's own fault")

    log.client.OnConnected = fail
    step(pool, lambda: log.said)
    expect(log.said, ["Error"])


def waited_for():
    pool = XAsyncSocketsPool()
    client = XAsyncTCPClient.Create(pool, ECHO, connectAsync=False)
    lines = []
    expect(client.AsyncRecvLine(onLineRecv=lambda client, line, arg: lines.append(line)), True)
    step(pool, lambda: lines)
    expect(lines, ["ready"])
    client.Close()
    raises(XAsyncTCPClientException, "(refused)", XAsyncTCPClient.Create, pool, NOBODY, 5, 10, 10, False)
    raises(XAsyncTCPClientException, "(no answer in 1 s)", XAsyncTCPClient.Create, pool, SILENT, 1, 10, 10, False)
    expect(pool.GetAllAsyncSockets(), [])


def waited_for_while_others_serve():
    pool = XAsyncSocketsPool()
    pool.AsyncWaitEvents(1)
    client = XAsyncTCPClient.Create(pool, ECHO, connectAsync=False)
    lines = []
    client.AsyncRecvLine(onLineRecv=lambda client, line, arg: lines.append(line))
    wait(lambda: lines)
    expect(lines, ["ready"])
    client.Close()
    pool.StopWaitEvents()


def small_buffers():
    pool = XAsyncSocketsPool()
    client = XAsyncTCPClient.Create(pool, ECHO, 5, 10, 20, False)
    expect(len(client.SendingBuffer), 20)
    client.SendingBuffer[:5] = b"1234\n"
    lines = []

    def on_line(client, line, arg):
        lines.append(line)
        client.AsyncRecvLine(onLineRecv=on_line)

    reasons = []
    client.OnClosed = lambda client, reason: reasons.append(reason)
    client.AsyncRecvLine(onLineRecv=on_line)
    client.AsyncSendSendingBuffer(5)
    step(pool, lambda: len(lines) == 2)
    client.AsyncSendData(b"12345678901\n")  # longer than the buffer of 10
    step(pool, lambda: reasons)
    expect([lines, reasons], [["ready", "1234"], [0]])


def secured(address, name, authority, certificate=None, key=None):
    """Returns (what its callbacks told, what came back) of a secured connection."""
    pool = XAsyncSocketsPool()
    log = Log(pool, (name, address[1]))
    got = []
    step(pool, lambda: log.said)
    log.client.StartSSL(key, certificate, cert_reqs=2, ca_certs=authority)
    expect(log.client.IsSSL, True)
    log.client.AsyncSendData(BLOCK, lambda client, arg: log.said.append(arg), "sent")
    log.client.AsyncRecvData(len(BLOCK), lambda client, data, arg: got.append(bytes(data)), timeoutSec=10)
    step(pool, lambda: got or len(log.said) > 1 and log.said[-1] != "sent")
    log.client.Close()
    return log.said, got


def tls():
    said, got = secured(SECURE, "localhost", AUTHORITY)
    expect([said, got == [BLOCK]], [["connected", "sent", "ClosedByHost"], True])


def tls_of_an_untrusted_server():
    expect(secured(SECURE, "localhost", STRANGER), (["connected", "Error"], []))


def tls_of_another_name():
    expect(secured(MISNAMED, "localhost", AUTHORITY), (["connected", "Error"], []))


def tls_with_a_certificate_of_the_client():
    said, got = secured(MUTUAL, "localhost", AUTHORITY, CERTIFICATE, KEY)
    expect([said, got == [BLOCK]], [["connected", "sent", "ClosedByHost"], True])
    said, got = secured(MUTUAL, "localhost", AUTHORITY)
    expect([said[0], got], ["connected", []])


def tls_checked_by_nothing():
    """To check a certificate takes an authority; asked for one without the other, it must not begin unchecked."""
    pool = XAsyncSocketsPool()
    client = XAsyncTCPClient.Create(pool, ("localhost", SECURE[1]), connectAsync=False)
    raises(XAsyncTCPClientException, "ca_certs", lambda: client.StartSSL(cert_reqs=2))
    raises(XAsyncTCPClientException, "ca_certs", lambda: client.StartSSL(KEY, CERTIFICATE, True, 2))
    expect(client.IsSSL, False)
    client.Close()


def tls_where_the_server_speaks_none():
    said, got = secured(ECHO, "localhost", AUTHORITY)
    expect([said, got], [["connected", "Error"], []])


def tls_receives_first():
    """Nobody has sent anything yet: the handshake comes with the wait for a byte."""
    pool = XAsyncSocketsPool()
    log = Log(pool, ("localhost", SECURE[1]))
    step(pool, lambda: log.said)
    log.client.StartSSL(ca_certs=AUTHORITY)
    lines = []
    log.client.AsyncRecvLine(onLineRecv=lambda client, line, arg: lines.append(line))
    step(pool, lambda: True, 100)
    log.client.AsyncSendData(b"late\n")
    step(pool, lambda: lines)
    expect([lines, log.said], [["late"], ["connected"]])
    log.client.Close()


def tls_in_a_small_buffer():
    """One record of TLS fills the buffer many times over, and no poll tells of what is left of it."""
    pool = XAsyncSocketsPool()
    client = XAsyncTCPClient.Create(pool, ("localhost", SECURE[1]), 5, 64, 64, False)
    client.StartSSL(ca_certs=AUTHORITY)
    count = [0]

    def on_line(client, line, arg):
        count[0] += 1
        client.AsyncRecvLine(onLineRecv=on_line)

    client.AsyncRecvLine(onLineRecv=on_line)
    client.AsyncSendData(b"x\n" * 3000)
    step(pool, lambda: count[0] == 3000)
    client.Close()


def tls_with_a_server_that_is_mute():
    """A send that waits for the handshake waits for the server: the socket could be written all the time."""
    pool = XAsyncSocketsPool()
    server = XAsyncTCPServer.Create(pool, NOBODY)
    clients = []
    server.OnClientAccepted = lambda server, client: clients.append(client)
    client = XAsyncTCPClient.Create(pool, NOBODY, connectAsync=False)
    client.StartSSL(ca_certs=AUTHORITY)
    sent = []
    client.AsyncSendData(b"x", lambda client, arg: sent.append(arg))
    step(pool, lambda: clients, 100)
    expect([sum([pool.Process(20) for _ in range(20)]) < 5, sent], [True, []])
    clients[0].Close()
    client.Close()
    server.Close()


def tls_behind_plain_text():
    """Text that came before TLS began must not pass for protected text."""
    pool = XAsyncSocketsPool()
    client = XAsyncTCPClient.Create(pool, ECHO, connectAsync=False)
    got = []
    client.AsyncRecvData(3, lambda client, data, arg: got.append(bytes(data)))
    step(pool, lambda: got)
    raises(XAsyncTCPClientException, "sent on before", client.StartSSL, None, None, False, 0, AUTHORITY)
    client.Close()


def bad_arguments():
    pool = XAsyncSocketsPool()
    create = XAsyncTCPClient.Create
    for address in ("127.0.0.1", ("127.0.0.1", 0), ("", 80), ("127.0.0.1", "80"), ("127.0.0.1", 70000)):
        raises(ValueError, '"srvAddr"', create, pool, address)
    raises(ValueError, '"connectTimeout"', create, pool, ECHO, 0)
    raises(ValueError, '"recvBufLen"', create, pool, ECHO, 5, 0)
    raises(ValueError, '"sendBufLen"', create, pool, ECHO, 5, 10, "x")
    raises(XAsyncTCPClientException, "cannot connect to no such host:80", create, pool, ("no such host", 80))
    expect(pool.GetAllAsyncSockets(), [])


run(
    [
        connects,
        by_name,
        refused,
        no_answer,
        given_up,
        a_callback_that_raises,
        waited_for,
        waited_for_while_others_serve,
        small_buffers,
        tls,
        tls_of_an_untrusted_server,
        tls_of_another_name,
        tls_with_a_certificate_of_the_client,
        tls_checked_by_nothing,
        tls_where_the_server_speaks_none,
        tls_receives_first,
        tls_in_a_small_buffer,
        tls_with_a_server_that_is_mute,
        tls_behind_plain_text,
        bad_arguments,
    ]
)
