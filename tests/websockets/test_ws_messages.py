"""Messages on every runtime: whole, in pieces, to many, to slow ones, too long ones."""

import contextlib
import os
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.emulated import NO_THREADS, TOO_SLOW
from tests.http.client import unsent_of, wait_until
from tests.websockets.wire import Wire, frame

SIZES = (1, 125, 126, 1000, 1024, 5000, 16000)


@pytest.mark.parametrize("size", SIZES)
def test_echo(echo, roomy_echo, size):
    """A text is there four times where it is sent back: as it comes, as str, as bytes, as a frame."""
    text = ("k\u00f6sm\u00f6 \u20ac\U0001f600" * size)[: size // 3 + 1]
    with (roomy_echo if size > 5000 else echo).connect() as ws:
        for message in (text, bytes(range(256)) * (size // 256) + bytes(size % 256), "x" * size):
            ws.send(message)
            assert ws.recv(20) == message


def test_empty_messages(echo):
    with echo.connect() as ws:
        ws.send("")
        assert ws.recv(20) == ""
        ws.send(b"")
        assert ws.recv(20) == b""


def test_many_messages_in_one_segment(echo):
    with echo.connect() as ws:
        for i in range(300):
            ws.send(f"message {i}")
        assert [ws.recv(20) for _ in range(300)] == [f"message {i}" for i in range(300)]


def test_fragments_with_control_frames_between(echo):
    with Wire(echo.port, "/") as wire:
        wire.say(1, b"frag", fin=False)
        wire.say(9, b"are you there")
        assert wire.hear() == (10, b"are you there", True)
        wire.say(0, b"", fin=False)
        wire.say(10, b"nobody asked")
        wire.say(0, b"ments")
        assert wire.hear() == (1, b"fragments", True)


def test_byte_by_byte(echo):
    with Wire(echo.port, "/") as wire:
        for byte in (b"\x81\xfe\x00\x80\x00\x00\x00\x00" + b"x" * 128, b"\x89\x81\x01\x02\x03\x04a"):
            for i in range(len(byte)):
                wire.send(byte[i : i + 1])
        assert wire.hear() == (1, b"x" * 128, True)
        assert wire.hear() == (10, bytes([ord("a") ^ 1]), True)


def test_a_text_that_is_none_fails_at_once(echo):
    with Wire(echo.port, "/") as wire:
        wire.send(b"\x81\xfe\x0f\xff\0\0\0\0" + b"good so far \xed\xa0")
        assert wire.hear_close() == 1007


def test_refused_by_its_length_alone(echo):
    with Wire(echo.port, "/") as wire:
        wire.send(b"\x82\xff\0\0\0\0\x7f\xff\xff\xff\0\0\0\0")
        assert wire.hear_close() == 1009


def test_the_limit(roomy_echo):
    """The embedded preset's 16 KB stand for messages too, until the application says otherwise."""
    with roomy_echo.connect() as ws:
        ws.send(bytes(16384))
        assert len(ws.recv(20)) == 16384
        ws.send("!limit 20000")
        ws.send(bytes(20000))
        assert len(ws.recv(20)) == 20000
        ws.send("!limit 0")
        ws.send(bytes(40000))
        assert len(ws.recv(20)) == 40000
        ws.send("!limit 5")
        with pytest.raises(ConnectionClosed) as closed:
            ws.send([b"abc", b"def"])  # its last frame may find the connection closed already
            ws.recv(20)
        assert closed.value.rcvd.code == 1009


def test_a_binary_may_be_kept(echo):
    with echo.connect() as ws:
        ws.send("!keep")
        for message in (b"the first one", b"another", b"x" * 500, "tell"):
            ws.send(message)
        assert ws.recv(20) == b"the first one"


def test_nobody_listens(echo):
    with echo.connect() as ws:
        ws.send("!deaf")
        ws.send("unheard")
        ws.send(b"unheard")
        ws.send([b"un", b"heard"])
        assert ws.ping().wait(20)


def test_a_callback_that_raises_costs_its_own_connection(echo):
    with echo.connect() as ws, echo.connect() as other:
        ws.send("!fail")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(20)
        assert closed.value.rcvd.code == 1011
        other.send("still here")
        assert other.recv(20) == "still here"
    echo.process.wait_for("RuntimeError: own fault")


def test_what_comes_with_a_message_whose_callback_raises(echo):
    """The frames behind it are lost, one that was only begun too: the connection ends, with nothing but the Close."""
    behind = frame(1, b"unheard") + frame(2, bytes(70000))
    with Wire(echo.port, "/") as wire:
        wire.send(frame(1, b"!fail") + behind[:100])
        assert wire.hear() == (8, b"\x03\xf3", True)
        wire.send(behind[100:] + frame(8, b"\x03\xf3"))
        assert wire.is_ended()


def test_broadcast(echo):
    with echo.connect() as ws, echo.connect() as second, echo.connect() as third:
        ws.send("!broadcast to all")
        assert [each.recv(20) for each in (ws, second, third)] == ["to all"] * 3
        assert ws.recv(20).startswith("told ")


def test_larger_than_memory_out(echoes):
    """8 MB of one message from a heap of 4 MB, sent on whenever the client has taken what was there."""
    echo = echoes.start()
    with echo.connect(max_size=None) as ws:
        ws.send("!pieces 3200")
        assert ws.recv(60) == "x" * 8000000


def test_larger_than_memory_in(echoes, runtime):
    """A piece is what one read brings: a slot of 1 KB where memory is short, 64 KB on CPython."""
    echo = echoes.start()
    piece = os.urandom(8192)
    with echo.connect() as ws:
        ws.send("!take")
        ws.send(piece for _ in range(1000))
        said, most = ws.recv(60).split(", at most ")
        assert said == "8192000 bytes of False"
        assert 0 < int(most.split()[0]) <= (1024 if runtime.is_micropython else 65536)
        ws.send("as before")
        assert ws.recv(20) == "as before"


def test_messages_do_not_break_into_pieces(echo):
    """While a message is sent in pieces another one is not taken, and the pieces stay whole."""
    with Wire(echo.port, "/", receive_buffer=4096) as wire:
        wire.send(frame(1, b"!pieces 6000") + frame(1, b"in between"))
        with Wire(echo.port, "/") as other:  # once it is answered, the server waits for us to take the pieces
            other.say(1, b"hello")
            assert other.hear() == (1, b"hello", True)
        first = True
        while True:
            opcode, payload, fin = wire.hear()
            assert opcode == (1 if first else 0)
            assert payload in (b"x" * 2500, b"")
            first = False
            if fin:
                break
        wire.say(1, b"afterwards")
        assert wire.hear() == (1, b"afterwards", True)


@pytest.mark.not_on_board(NO_THREADS)
def test_pieces_go_behind_what_another_thread_has_sent(echo):
    with Wire(echo.port, "/") as wire:
        wire.say(1, b"!behind")
        assert wire.hear() == (1, b"from another thread", True)
        assert [wire.hear() for _ in range(3)] == [(1, b"piece ", False), (0, b"piece ", False), (0, b"piece ", True)]


@pytest.mark.not_on_board(NO_THREADS)
def test_another_thread_that_was_refused_learns_when_there_is_room(echo):
    """The client is not slow: all is written as soon as the loop has it."""
    with Wire(echo.port, "/") as wire:
        wire.say(1, b"!fill")
        assert wire.hear() == (2, bytes(900), True)
        assert wire.hear() == (1, b"ready", True)
    assert echo.state()["results"][-1] == [True, False]


def test_slow_client(echoes):
    """What waits for it is bounded, the application learns of it, and what was taken arrives whole."""
    echo = echoes.start(maxQueue=50000, roomy=True)
    with Wire(echo.port, "/", receive_buffer=4096) as wire:
        wire.say(1, b"!many 20000")
        wait_until(lambda: echo.state()["results"], "the messages are sent")
        results = echo.state()["results"]
        assert 50 <= results[0] < 20000
        wire.say(9, b"first of all")
        wire.say(9, b"last of all")
        time.sleep(0.2)
        messages = pongs = 0
        while messages < results[0] or not pongs:
            opcode, payload, _ = wire.hear()
            if opcode == 10:
                pongs += 1
                assert payload == b"last of all"
            else:
                assert (opcode, len(payload)) == (2, 1000)
                messages += 1
        assert pongs == 1
        wire.say(1, b"afterwards")
        assert wire.hear() == (1, b"afterwards", True)


@pytest.mark.not_on_board(TOO_SLOW)
def test_client_that_was_slow_once(echoes):
    """What it has taken at last is forgotten: the deadline of sending is over."""
    echo = echoes.start(requestsSec=1, maxQueue=1000000)
    with Wire(echo.port, "/", receive_buffer=4096) as wire:
        wire.say(1, b"!many 400")
        wait_until(lambda: echo.state()["results"], "the messages are sent")
        for _ in range(echo.state()["results"][0]):
            assert wire.hear()[0] == 2
        time.sleep(2.2)
        wire.say(1, b"still here")
        assert wire.hear() == (1, b"still here", True)


@pytest.mark.not_on_board(TOO_SLOW)
def test_client_that_takes_nothing(echoes):
    echo = echoes.start(requestsSec=1, maxQueue=50000, roomy=True)
    with Wire(echo.port, "/", receive_buffer=4096) as wire:
        wire.say(1, b"!many 20000")
        began = time.monotonic()
        assert echo.wait_closed(0) == [[1006, "", True]]
        assert 0.9 < time.monotonic() - began < 10
        if Path("/proc/net/tcp").exists():
            wait_until(lambda: unsent_of(echo.port) == 0, "the system has forgotten what was not taken")


def test_idle_ones_hold_no_buffer(roomy_echo):
    """Far more WebSockets than buffers (16), half of them in the middle of a frame, and pages are served."""
    echo = roomy_echo
    wires = [Wire(echo.port, "/") for _ in range(50)]
    for i, wire in enumerate(wires):
        wire.send((b"\x81\xfe\x01", b"\x82\xfe\x10\x00\0\0\0\0begun", b"\x89\xfd\0\0\0\0ping", b"")[i % 4])
    assert echo.state()["open"] >= 50
    for wire in wires:
        wire.sock.close()


@pytest.mark.not_on_board(NO_THREADS)
def test_more_than_one_thread(echoes):
    """Messages reach the WebSockets of other threads."""
    echo = echoes.start(heap="8m", threads=3, profile="Normal")
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(echo.connect()) for _ in range(12)]
        wait_until(lambda: echo.state()["open"] == 12, "all are accepted")
        for i in range(5):
            sockets[i].send(f"!broadcast number {i}")
            assert [ws.recv(20) for ws in sockets[:i]] == [f"number {i}"] * i
            assert [ws.recv(20) for ws in sockets[i + 1 :]] == [f"number {i}"] * (11 - i)
            assert {sockets[i].recv(20), sockets[i].recv(20)} == {f"number {i}", "told 12"}
