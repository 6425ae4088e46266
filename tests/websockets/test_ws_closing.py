"""How WebSockets end on every runtime: by the handshake both ways, violations, deadlines, crashes, with the server."""

import time

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from tests.emulated import MUCH_ON_THE_WAY
from tests.http.client import wait_until
from tests.websockets.wire import Wire
from tests.websockets.ws_rows import frame


def test_the_client_closes(echo):
    before = len(echo.state()["closed"])
    with echo.connect() as ws:
        ws.close(4002, "gr\u00fcn")
        assert ws.close_code == 4002
        assert ws.protocol.close_rcvd.code == 4002
    assert echo.wait_closed(before) == [[4002, "gr\u00fcn", True]]


def test_the_client_closes_without_a_code(echo):
    before = len(echo.state()["closed"])
    with Wire(echo.port, "/") as wire:
        wire.say(8)
        assert wire.hear_close() is None
        assert wire.is_ended()
    assert echo.wait_closed(before) == [[1005, "", True]]


@pytest.mark.parametrize(("payload", "code"), [(b"\x03", 1002), (b"\x03\xed", 1002), (b"\x03\xe8\xff", 1007)])
def test_a_close_that_is_wrong(echo, payload, code):
    with Wire(echo.port, "/") as wire:
        wire.say(8, payload)
        assert wire.hear_close() == code
        assert wire.is_ended()


def test_the_server_closes(echo):
    before = len(echo.state()["closed"])
    with echo.connect() as ws:
        ws.send("!close 4001 good bye")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(20)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "good bye")
        assert closed.value.rcvd_then_sent
    assert echo.wait_closed(before) == [[4001, "good bye", True]]


def test_nothing_is_received_behind_the_servers_close(echo):
    state = echo.state()
    before = len(state["closed"])
    with Wire(echo.port, "/") as wire:
        wire.send(frame(1, b"!close 1000") + frame(1, b"!many 1") + frame(9, b"unheard") + b"\x82\xfe\x40\x00abcd")
        assert wire.hear_close() == 1000
        wire.send(bytes(0x4000) + frame(8, b"\x03\xe8"))
        assert wire.is_ended()
    assert echo.wait_closed(before) == [[1000, "", True]]
    assert echo.state()["results"] == state["results"]


def test_the_client_does_not_answer_the_close(echo):
    before = len(echo.state()["closed"])
    with Wire(echo.port, "/") as wire:
        wire.say(1, b"!close 1000")
        assert wire.hear_close() == 1000
        began = time.monotonic()
        assert wire.is_ended()
        assert 1 < time.monotonic() - began < 10
    assert echo.wait_closed(before) == [[1000, "", True]]


@pytest.mark.parametrize("answer", [b"", frame(8, b"\x0f\xa0")], ids=["no answer", "an answer that comes early"])
def test_close_waits_behind_messages(echoes, answer):
    """What was taken before Close() goes out before it, to a client that takes longer than it may be silent."""
    echo = echoes.start(maxQueue=1000000, waitSec=1)
    with Wire(echo.port, "/", receive_buffer=4096) as wire:
        wire.send(frame(1, b"!many 500") + frame(1, b"!close 4000") + answer)
        for i in range(500):
            assert wire.hear()[0] == 2
            if i < 6:
                time.sleep(0.4)
        assert wire.hear() == (8, b"\x0f\xa0", True)


@pytest.mark.not_on_board(MUCH_ON_THE_WAY)
def test_a_violation_is_told_at_once(echoes):
    """What still waits is not worth sending to a client that cannot be understood."""
    echo = echoes.start(maxQueue=10_000_000)
    with Wire(echo.port, "/", receive_buffer=4096) as wire:
        wire.say(1, b"!many 600")
        wait_until(lambda: echo.state()["results"] == [600], "all messages are taken")
        wire.say(3)
        opcode, payload, _ = wire.hear()
        messages = 0
        while opcode == 2:
            messages += 1
            opcode, payload, _ = wire.hear()
        assert (opcode, payload[:2]) == (8, b"\x03\xea")
        assert messages < 600


def test_violation_in_the_middle_of_much(echo):
    """The reason reaches a client that is still sending."""
    before = len(echo.state()["closed"])
    with Wire(echo.port, "/") as wire:
        wire.send(b"\x83\xff\0\0\0\0\0\x0f\0\0abcd")
        wire.send(bytes(0xF0000))
        assert wire.hear_close() == 1002
        wire.say(8, b"\x03\xea")
        assert wire.is_ended()
    assert echo.wait_closed(before)[0][0] == 1002


def test_a_violation_costs_no_other(echo):
    with echo.connect() as ws:
        for bytes_ in (b"\xff\xff", frame(1, b"a", key=None), frame(0, b"a"), frame(11)):
            with Wire(echo.port, "/") as wire:
                wire.send(bytes_ + frame(8, b"\x03\xe8"))
                if bytes_ != b"\xff\xff":
                    assert wire.hear_close() == 1002
        ws.send("still here")
        assert ws.recv(20) == "still here"


def test_clients_that_crash(echo):
    """Reset at once, in a frame, while they are sent to: each is told as 1006, and nothing is kept of it."""
    echo.state()
    before = len(echo.state()["closed"])
    descriptors = echo.process.descriptors()
    for i in range(30):
        wire = Wire(echo.port, "/")
        wire.send((b"", b"\x81\xfe", b"\x82\x85abcd", frame(1, b"!many 100"))[i % 4])
        if i % 2:
            wire.reset()
        else:
            wire.sock.close()
    wait_until(lambda: len(echo.state()["closed"]) == before + 30, "all are noticed")
    assert [row[0] for row in echo.state()["closed"][before:]] == [1006] * 30
    wait_until(lambda: echo.process.descriptors() <= descriptors, "no descriptor is kept")


def test_silent_client(echoes):
    """It is pinged at half of the time, and closed at the end of it."""
    echo = echoes.start(waitSec=3)
    with Wire(echo.port, "/") as wire:
        began = time.monotonic()
        assert wire.hear() == (9, b"", True)
        assert 1.2 < time.monotonic() - began < 3.5
        assert wire.hear_close() == 1011
        assert 2.7 < time.monotonic() - began < 6
        wire.say(8)
        assert wire.is_ended()
    assert echo.wait_closed(0)[0][0] == 1011


def test_living_client(echoes):
    """One that answers pings stays, one that drips a frame does not."""
    echo = echoes.start(waitSec=2)
    with echo.connect() as ws, Wire(echo.port, "/") as drip:
        drip.send(b"\x82\xfe\x01\x00\0\0\0\0")
        end = time.monotonic() + 10
        while not echo.state()["closed"] and time.monotonic() < end:
            drip.send(b"x")
            time.sleep(0.1)
        assert [row[0] for row in echo.state()["closed"]] == [1011]
        with pytest.raises(TimeoutError):
            ws.recv(2)
        ws.send("alive")
        assert ws.recv(20) == "alive"


def test_the_server_stops(echoes):
    echo = echoes.start()
    with echo.connect() as ws:
        ws.send("hello")
        ws.recv(20)
        echo.get("/stop")
        with pytest.raises(ConnectionClosedOK) as closed:
            ws.recv(20)
        assert closed.value.rcvd.code == 1001
    assert echo.process.wait_end() == 0
