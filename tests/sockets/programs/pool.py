"""The pool: stepped by hand, served by this thread and by others, its timers and its lists. Takes a port."""

from checks import expect, ports, raises, run, step, wait

from MicroWebSrv2 import (
    XAsyncSocketsPool,
    XAsyncSocketsPoolException,
    XAsyncTCPClient,
    XAsyncTCPServer,
    XAsyncTCPServerException,
)
from MicroWebSrv2.libs.interpreter import NewLock, SleepMs, StartThread, ThreadIdent, TicksDiff, TicksMs

ADDRESS = ("127.0.0.1", ports()[0])


class Log(list):
    """A list that several threads add to: MicroPython without its interpreter lock guards none itself."""

    def __init__(self):
        super().__init__()
        self._lock = NewLock() if NewLock else None

    def add(self, what):
        if self._lock:
            with self._lock:
                self.append(what)
        else:
            self.append(what)


class Echo:
    """An echo server in a pool, and what its connections were told."""

    def __init__(self, pool):
        self.clients = Log()
        self.threads = Log()
        self.closed = Log()
        self.server = XAsyncTCPServer.Create(pool, ADDRESS)
        self.server.OnClientAccepted = self.accept

    def accept(self, server, client):
        self.clients.add(client)
        client.OnClosed = lambda client, reason: self.closed.add(reason)
        client.AsyncRecvLine(onLineRecv=self.on_line)

    def on_line(self, client, line, arg):
        self.threads.add(ThreadIdent())
        client.AsyncSendData(line.encode() + b"\n")
        client.AsyncRecvLine(onLineRecv=self.on_line)


class Asker:
    """A client in a pool that sends a line and takes the answer."""

    def __init__(self, pool, line):
        self.got = None
        self.line = line
        self.client = XAsyncTCPClient.Create(pool, ADDRESS)
        self.client.OnConnected = self.ask

    def ask(self, client):
        client.AsyncRecvLine(onLineRecv=self.take)
        client.AsyncSendData(self.line + b"\n")

    def take(self, client, line, arg):
        self.got = line
        client.Close()


def nothing_happens():
    pool = XAsyncSocketsPool()
    began = TicksMs()
    expect(pool.Process(), 0)
    expect(pool.Process(60), 0)
    took = TicksDiff(TicksMs(), began)
    expect([took >= 55, pool.WaitEventsProcessing, pool.GetAllAsyncSockets()], [True, False, []])


def timers():
    pool = XAsyncSocketsPool()
    counts = [0, 0]

    def often():
        counts[0] += 1

    def once():
        counts[1] += 1
        pool.RemoveTimer(once)

    def fails():
        raise ValueError("the timer's own fault")

    pool.AddTimer(20, often)
    pool.AddTimer(10, once)
    pool.AddTimer(30, fails)
    began = TicksMs()
    step(pool, lambda: counts[0] >= 5)
    expect([TicksDiff(TicksMs(), began) >= 95, counts[1]], [True, 1])
    pool.RemoveTimer(often)
    pool.RemoveTimer(fails)
    before = counts[0]
    step(pool, lambda: True, 100)
    expect(counts[0], before)
    raises(ValueError, '"periodMs"', pool.AddTimer, 0, often)
    raises(ValueError, '"onTimer"', pool.AddTimer, 10, None)


def lists_of_sockets():
    pool = XAsyncSocketsPool()
    echo = Echo(pool)
    asker = Asker(pool, b"hello")
    step(pool, lambda: asker.got)
    expect(asker.got, "hello")
    step(pool, lambda: echo.closed)
    server = echo.server
    expect(pool.GetAllAsyncSockets(), [server])
    expect(pool.GetAsyncSocketByID(server.SocketID) is server, True)
    expect(pool.GetAsyncSocketByID(-1), None)
    expect([server.GetAsyncSocketsPool() is pool, server.SrvAddr], [True, ADDRESS])
    expect(pool.AddAsyncSocket(server), False)
    expect([pool.RemoveAsyncSocket(server), pool.RemoveAsyncSocket(server)], [True, False])
    expect(pool.GetAllAsyncSockets(), [])
    expect([pool.AddAsyncSocket(server), server.Close(), server.Close()], [True, True, False])
    expect(pool.GetAllAsyncSockets(), [])


def a_socket_s_own_deadline():
    pool = XAsyncSocketsPool()
    echo = Echo(pool)
    client = XAsyncTCPClient.Create(pool, ADDRESS)
    reasons = []
    client.OnClosed = lambda client, reason: reasons.append(reason)
    step(pool, lambda: echo.clients)
    client.State = "mine"
    expect(client.ExpireTimeSec, None)
    SleepMs(1700)  # nobody steps the pool: that is not the connection's fault
    client.ExpireTimeSec = 1
    expect(client.ExpireTimeSec in (0, 1), True)
    pool.Process(0)
    expect([reasons, client.State], [[], "mine"])
    step(pool, lambda: reasons)
    expect(reasons, [3])
    expect(client.ExpireTimeSec, None)
    client.ExpireTimeSec = 1  # as a timer may that does not know yet
    expect(client.ExpireTimeSec, None)
    echo.server.Close()


def a_socket_that_steps_the_pool_and_raises():
    """What it raises behind its own step is told to it, and not lost with the turn it is in."""
    pool = XAsyncSocketsPool()
    echo = Echo(pool)
    asker = Asker(pool, b"hello")
    faults = []

    def step_and_fail():
        del echo.server.OnReadyForReading
        step(pool, lambda: asker.got)
        raise ValueError("its own fault")

    echo.server.OnReadyForReading = step_and_fail
    echo.server.OnFault = lambda error: faults.append(str(error))
    step(pool, lambda: faults)
    expect([asker.got, faults], ["hello", ["its own fault"]])
    echo.server.Close()


def port_in_use():
    pool = XAsyncSocketsPool()
    server = XAsyncTCPServer.Create(pool, ADDRESS)
    raises(XAsyncTCPServerException, f"cannot listen on 127.0.0.1:{ADDRESS[1]}", XAsyncTCPServer.Create, pool, ADDRESS)
    server.Close()


def stop_from_a_callback():
    pool = XAsyncSocketsPool()
    echo = Echo(pool)
    asker = Asker(pool, b"stop")
    asker.client.OnClosed = lambda client, reason: pool.StopWaitEvents()
    states = []
    pool.AddTimer(5, lambda: states.append(pool.WaitEventsProcessing))
    pool.AsyncWaitEvents()  # in this thread: it returns when it was stopped
    expect([asker.got, pool.WaitEventsProcessing, False in states], ["stop", False, False])
    expect(pool.Process() >= 0, True)  # it can be stepped now
    echo.server.Close()


def served_by_other_threads(count):
    pool = XAsyncSocketsPool()
    echo = Echo(pool)
    pool.AsyncWaitEvents(count)
    expect(pool.WaitEventsProcessing, True)
    raises(XAsyncSocketsPoolException, "already", pool.AsyncWaitEvents)
    raises(XAsyncSocketsPoolException, "already", pool.Process)
    askers = [Asker(pool, b"line %d" % i) for i in range(20)]
    wait(lambda: all(asker.got for asker in askers))
    expect([asker.got for asker in askers], [f"line {i}" for i in range(20)])
    expect(ThreadIdent() in echo.threads, False)
    wait(lambda: len(echo.closed) == 20)
    pool.StopWaitEvents()
    expect(pool.WaitEventsProcessing, False)
    expect(pool.GetAllAsyncSockets(), [echo.server])
    pool.AsyncWaitEvents(count)  # and again
    asker = Asker(pool, b"again")
    wait(lambda: asker.got)
    pool.StopWaitEvents()
    echo.server.Close()


def served_by_one_thread():
    served_by_other_threads(1)


def served_by_three_threads():
    served_by_other_threads(3)


def asked_from_another_thread():
    """Sends, receives and closes that are asked for here, while another thread serves."""
    pool = XAsyncSocketsPool()
    echo = Echo(pool)
    pool.AsyncWaitEvents(1)
    client = XAsyncTCPClient.Create(pool, ADDRESS)
    connected = []
    client.OnConnected = connected.append
    wait(lambda: connected)
    got = []
    sent = []
    for i in range(5):
        client.AsyncRecvLine(onLineRecv=lambda client, line, arg: got.append(line))
        expect(client.AsyncSendData(b"%d\n" % i, lambda client, arg: sent.append(arg), i), True)
        wait(lambda: len(got) > i)  # noqa: B023 (called at once)
    expect(got, [str(i) for i in range(5)])
    wait(lambda: len(sent) == 5)
    client.Close()
    wait(lambda: echo.closed)
    expect([echo.closed, client.AsyncSendData(b"x")], [[2], False])
    pool.StopWaitEvents()
    echo.server.Close()


def callbacks_that_are_set_late():
    """The loop in the other thread may connect before this one has set the callback."""
    pool = XAsyncSocketsPool()
    echo = Echo(pool)
    pool.AsyncWaitEvents(1)
    client = XAsyncTCPClient.Create(pool, ADDRESS)
    wait(lambda: echo.clients)
    SleepMs(100)
    connected = []
    client.OnConnected = connected.append
    wait(lambda: connected)
    client.OnConnected = connected.append
    SleepMs(50)
    expect(connected, [client])
    client.Close()
    pool.StopWaitEvents()
    echo.server.Close()


def stop_from_another_thread():
    pool = XAsyncSocketsPool()

    def stop():
        while not pool.WaitEventsProcessing:
            SleepMs(5)
        SleepMs(50)
        pool.StopWaitEvents()

    StartThread(stop, (), 0)
    pool.AsyncWaitEvents()
    expect(pool.WaitEventsProcessing, False)


def bad_arguments():
    pool = XAsyncSocketsPool()
    raises(ValueError, '"threadsCount"', pool.AsyncWaitEvents, -1)
    raises(ValueError, '"threadsCount"', pool.AsyncWaitEvents, "1")


run(
    [
        nothing_happens,
        timers,
        lists_of_sockets,
        a_socket_s_own_deadline,
        a_socket_that_steps_the_pool_and_raises,
        port_in_use,
        stop_from_a_callback,
        served_by_one_thread,
        served_by_three_threads,
        asked_from_another_thread,
        callbacks_that_are_set_late,
        stop_from_another_thread,
        bad_arguments,
    ]
)
