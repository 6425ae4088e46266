"""UDP datagrams between two sockets of one pool. Takes two ports."""

from checks import expect, ports, raises, run, step, wait

from MicroWebSrv2 import XAsyncSocketsPool, XAsyncUDPDatagram, XAsyncUDPDatagramException

HERE = ("127.0.0.1", ports()[0])
THERE = ("127.0.0.1", ports()[1])


class Ear:
    """A UDP socket, and what came to it."""

    def __init__(self, pool, address=HERE, size=4096):
        self.udp = XAsyncUDPDatagram.Create(pool, address, size)
        self.got = []
        self.closed = []
        self.udp.OnDataRecv = lambda udp, remote, datagram: self.got.append((remote, datagram))
        self.udp.OnClosed = lambda udp, reason: self.closed.append(reason)


def sends_and_answers():
    pool = XAsyncSocketsPool()
    here = Ear(pool)
    there = Ear(pool, THERE)
    sent = []
    expect([here.udp.LocalAddr, there.udp.LocalAddr], [HERE, THERE])
    expect(here.udp.AsyncSendDatagram(b"ping", THERE, lambda udp, arg: sent.append(arg), "arg"), True)
    expect(sent, [])  # callbacks come from the loop
    step(pool, lambda: there.got)
    expect([there.got, sent], [[(HERE, b"ping")], ["arg"]])
    there.udp.AsyncSendDatagram(memoryview(b"pong"), there.got[0][0])
    step(pool, lambda: here.got)
    expect(here.got, [(THERE, b"pong")])
    expect([here.udp.Close(), there.udp.Close(), here.closed, pool.GetAllAsyncSockets()], [True, True, [1], []])
    expect(here.udp.AsyncSendDatagram(b"late", THERE), False)


def without_an_address_of_its_own():
    pool = XAsyncSocketsPool()
    ear = Ear(pool)
    udp = XAsyncUDPDatagram.Create(pool)
    expect(udp.LocalAddr, None)
    udp.AsyncSendDatagram(b"", HERE)
    udp.AsyncSendDatagram(b"x", HERE)
    step(pool, lambda: len(ear.got) == 2)
    expect([datagram for _, datagram in ear.got], [b"", b"x"])
    udp.Close()
    ear.udp.Close()


def too_long_to_receive():
    pool = XAsyncSocketsPool()
    ear = Ear(pool, HERE, 10)
    udp = XAsyncUDPDatagram.Create(pool)
    for size in (11, 10, 2000):
        udp.AsyncSendDatagram(bytes(size), HERE)
    udp.AsyncSendDatagram(b"last", HERE)
    step(pool, lambda: len(ear.got) == 2)
    expect([datagram for _, datagram in ear.got], [bytes(10), b"last"])
    udp.Close()
    ear.udp.Close()


def too_long_to_send():
    pool = XAsyncSocketsPool()
    ear = Ear(pool)
    failed = []
    sent = []
    ear.udp.OnFailsToSend = lambda udp, datagram, remote: failed.append((len(datagram), remote))
    ear.udp.AsyncSendDatagram(bytes(70000), HERE, lambda udp, arg: sent.append(arg))
    ear.udp.AsyncSendDatagram(b"next", HERE, lambda udp, arg: sent.append(arg), 1)
    step(pool, lambda: ear.got)
    expect([failed, sent, ear.got], [[(70000, HERE)], [1], [(HERE, b"next")]])
    ear.udp.Close()


def nobody_listens():
    """What the network reports of a former datagram closes nothing."""
    pool = XAsyncSocketsPool()
    ear = Ear(pool)
    sent = []
    for _ in range(3):
        ear.udp.AsyncSendDatagram(b"x", THERE, lambda udp, arg: sent.append(arg))
    step(pool, lambda: len(sent) == 3, 50)
    ear.udp.AsyncSendDatagram(b"still", HERE)
    step(pool, lambda: ear.got)
    expect(ear.closed, [])
    ear.udp.Close()


def many_at_once():
    pool = XAsyncSocketsPool()
    ear = Ear(pool)
    pool.Process()  # from here on this thread is known to be the one that serves
    answers = [ear.udp.AsyncSendDatagram(b"%d" % i, HERE) for i in range(1000)]
    expect([answers[0], answers[-1]], [True, False])  # more than it queues
    taken = answers.count(True)
    step(pool, lambda: len(ear.got) == taken)
    expect([datagram for _, datagram in ear.got], [b"%d" % i for i in range(taken)])
    expect(ear.udp.AsyncSendDatagram(b"again", HERE), True)
    step(pool, lambda: len(ear.got) == taken + 1)
    ear.udp.Close()


def a_callback_that_raises():
    pool = XAsyncSocketsPool()
    ear = Ear(pool)
    other = Ear(pool, THERE)

    def fail(udp, remote, datagram):
        raise ValueError("the program's own fault")

    ear.udp.OnDataRecv = fail
    other.udp.AsyncSendDatagram(b"x", HERE)
    step(pool, lambda: ear.closed)
    expect([ear.closed, other.closed], [[0], []])
    other.udp.Close()


def sent_from_another_thread():
    pool = XAsyncSocketsPool()
    ear = Ear(pool)
    pool.AsyncWaitEvents(1)
    udp = XAsyncUDPDatagram.Create(pool, None, 4096, True)
    udp.AsyncSendDatagram(b"x", HERE)
    wait(lambda: ear.got)
    expect(ear.got[0][1], b"x")
    pool.StopWaitEvents()
    ear.udp.Close()
    udp.Close()


def bad_arguments():
    pool = XAsyncSocketsPool()
    create = XAsyncUDPDatagram.Create
    raises(ValueError, '"localAddr"', create, pool, "127.0.0.1")
    raises(ValueError, '"localAddr"', create, pool, ("127.0.0.1", 70000))
    raises(ValueError, '"recvBufLen"', create, pool, None, 0)
    udp = create(pool, HERE)
    raises(XAsyncUDPDatagramException, f"no UDP socket on 127.0.0.1:{HERE[1]}", create, pool, HERE)
    raises(ValueError, '"datagram"', udp.AsyncSendDatagram, "text", HERE)
    raises(ValueError, '"remoteAddr"', udp.AsyncSendDatagram, b"x", "127.0.0.1")
    raises(ValueError, '"onDataSent"', udp.AsyncSendDatagram, b"x", HERE, 5)
    udp.Close()


run(
    [
        sends_and_answers,
        without_an_address_of_its_own,
        too_long_to_receive,
        too_long_to_send,
        nobody_listens,
        many_at_once,
        a_callback_that_raises,
        sent_from_another_thread,
        bad_arguments,
    ]
)
