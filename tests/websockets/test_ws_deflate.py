"""Compressed messages (RFC 7692) on every runtime: a client that knows them well, and one that means harm."""

import os
import re
import ssl
import zlib
from pathlib import Path

import pytest
import trustme
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect

from tests.emulated import NO_THREADS
from tests.runtimes import RUNTIMES
from tests.websockets.conftest import Echoes
from tests.websockets.test_ws_many import resident_bytes
from tests.websockets.wire import Wire, handshake


@pytest.fixture(scope="module")
def runtime(runtime):
    """A board with memory for it: with a small heap it declines."""
    return runtime.roomy


OFFER = "permessage-deflate; client_max_window_bits"
TAIL = b"\x00\x00\xff\xff"
RSV1 = 0x40
SIZES = (1, 255, 256, 1000, 5000, 16000)


def packed(data, bits=15):
    """A message's payload."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -bits)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(payload):
    return zlib.decompressobj(-15).decompress(payload + TAIL)


def extensions(echo, offer):
    """The server's answer to an offer, None if it agrees on nothing."""
    with Wire(echo.port) as wire:
        wire.send(handshake(Sec_WebSocket_Extensions=offer))
        status, fields = wire.head()
        assert status == 101
        return fields.get("sec-websocket-extensions")


def messages(size):
    text = ("k\u00f6sm\u00f6 \u20ac\U0001f600" * size)[: size // 3 + 1]
    return text, bytes(range(256)) * (size // 256) + bytes(size % 256), "x" * size, os.urandom(size)


@pytest.mark.parametrize("size", SIZES)
def test_echo(echo, size):
    with echo.connect(compression="deflate") as ws:
        for message in messages(size):
            ws.send(message)
            assert ws.recv(20) == message


@pytest.mark.parametrize("server_bits", [None, 8, 9, 15])
@pytest.mark.parametrize("client_bits", [None, True, 9, 15])
def test_windows(echo, server_bits, client_bits):
    offer = ClientPerMessageDeflateFactory(False, False, server_bits, client_bits)
    with echo.connect(extensions=[offer]) as ws:
        answer = ws.response.headers["Sec-WebSocket-Extensions"]
        assert answer.startswith("permessage-deflate; server_no_context_takeover; client_no_context_takeover")
        assert ("server_max_window_bits" in answer) == (server_bits is not None)
        for message in messages(10000):
            ws.send(message)
            assert ws.recv(20) == message


def test_fragments(echo):
    with echo.connect(compression="deflate") as ws:
        ws.send(["one ", "", "two " * 500, "three"])
        assert ws.recv(20) == "one " + "two " * 500 + "three"
        ws.send([b"\0" * 3000, b"\1" * 3000])
        assert ws.recv(20) == b"\0" * 3000 + b"\1" * 3000
        ws.send("")
        assert ws.recv(20) == ""


def test_what_goes_over_the_wire(runtime, echo):
    """Where there is a compressor a long message is sent compressed, and everywhere a short one as it is."""
    with Wire(echo.port, "/", Sec_WebSocket_Extensions=OFFER) as wire:
        wire.say(1, packed(b"short"), rsv=RSV1)
        assert wire.hear_packed() == (1, b"short", True, False)
        wire.say(1, b"long " * 100)
        opcode, payload, fin, is_packed = wire.hear_packed()
        assert (opcode, fin, is_packed) == (1, True, not runtime.is_micropython)
        assert (inflated(payload) if is_packed else payload) == b"long " * 100
        wire.say(1, b"!compression")
        can = "cannot be True" if runtime.is_micropython else "compressed True"
        assert can in wire.hear()[1].decode()
        wire.say(1, b"!plain")
        wire.say(1, packed(b"long " * 100), rsv=RSV1)
        assert wire.hear() == (1, b"long " * 100, True)


def test_byte_by_byte(echo):
    with Wire(echo.port, "/", Sec_WebSocket_Extensions=OFFER) as wire:
        payload = packed(b"in small pieces")
        for start in range(len(payload)):
            wire.say(0 if start else 1, payload[start : start + 1], fin=False, rsv=0 if start else RSV1)
            wire.say(9, b"?")
            assert wire.hear() == (10, b"?", True)
        wire.say(0)
        assert wire.hear() == (1, b"in small pieces", True)


BROKEN = [
    ("a continuation with RSV1", [(1, packed(b"a")[:1], False, RSV1), (0, packed(b"a")[1:], True, RSV1)], 1002),
    ("a ping with RSV1", [(9, b"", True, RSV1)], 1002),
    ("RSV2", [(1, packed(b"a"), True, 0x60)], 1002),
    ("not deflated", [(1, b"\x06\xff", True, RSV1)], 1007),
    ("cut short", [(1, b"\x00\xff\x7f\x00\x80\x48", True, RSV1)], 1007),
    ("not UTF-8", [(1, packed(b"\xed\xa0\x80"), True, RSV1)], 1007),
    ("a bomb", [(2, packed(bytes(20000000)), True, RSV1)], 1009),
    ("a small bomb", [(2, packed(bytes(16385)), True, RSV1)], 1009),
    ("a bomb in fragments", [(2, packed(bytes(12000)) + TAIL, False, RSV1), (0, packed(bytes(12000)), True, 0)], 1009),
]


@pytest.mark.parametrize(("name", "frames", "code"), BROKEN, ids=[row[0] for row in BROKEN])
def test_broken(echo, name, frames, code):
    with Wire(echo.port, "/", Sec_WebSocket_Extensions=OFFER) as wire:
        for opcode, payload, fin, rsv in frames:
            wire.say(opcode, payload, fin=fin, rsv=rsv)
        assert wire.hear_close() == code
    assert echo.get("/state")


def test_not_agreed_on_rsv1_is_a_fault(echo):
    with Wire(echo.port, "/") as wire:
        wire.say(1, packed(b"a"), rsv=RSV1)
        assert wire.hear_close() == 1002


def test_the_limit_is_that_of_what_comes_out(echo):
    """16384 bytes are taken, also where compression only makes them longer."""
    with echo.connect(compression="deflate") as ws:
        for message in (bytes(16384), os.urandom(16384)):
            ws.send(message)
            assert ws.recv(20) == message
        ws.send(os.urandom(16385))
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(20)
        assert closed.value.rcvd.code == 1009


def test_a_bomb_takes_no_memory():
    """A gigabyte in a megabyte: what is inflated stops at the limit."""
    echoes = Echoes(RUNTIMES["cpython"])
    echo = echoes.start(profile="Normal")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1000)) + packer.flush(zlib.Z_SYNC_FLUSH)
    with Wire(echo.port, "/", Sec_WebSocket_Extensions=OFFER) as wire:
        before = resident_bytes(echo.process.pid)
        wire.say(2, bomb[:-4], rsv=RSV1)
        assert wire.hear_close() == 1009
        assert resident_bytes(echo.process.pid) - before < 16 << 20
    echoes.end()


def test_in_pieces(echo, runtime):
    """8 MB inflated from 8 KB, none of it gathered but the compressed bytes, where the inflater needs them all."""
    with echo.connect(compression="deflate") as ws:
        ws.send("!take")
        ws.send("eight megabytes " * 500000)
        told = ws.recv(60)
        assert told.startswith("8000000 bytes of True, at most ")
        assert int(told.split()[-3]) <= (512 if runtime.is_micropython else 16384)
        ws.send("as before")
        assert ws.recv(20) == "as before"


def test_pieces_that_nobody_could_gather(echo, runtime):
    """16 MB of noise in one message: streamed where the inflater can wait for more, refused where it cannot."""
    noise = os.urandom(1 << 20)
    with echo.connect(compression="deflate") as ws:
        ws.send("!take")
        if runtime.is_micropython:
            with pytest.raises(ConnectionClosed) as closed:
                ws.send(noise for _ in range(16))
                ws.recv(20)
            assert closed.value.rcvd.code == 1009
        else:
            ws.send(noise for _ in range(16))
            assert ws.recv(60).startswith("16777216 bytes of False")


def test_switched_off(echoes):
    echo = echoes.start(compression=False)
    assert extensions(echo, OFFER) is None
    with echo.connect(compression="deflate") as ws:
        ws.send("plain" * 100)
        assert ws.recv(20) == "plain" * 100


def test_small_heap(firmware):
    """With 300 KB of heap nothing is agreed on, unless the application wishes it and the client has a small window."""
    echoes = Echoes(firmware)
    echo = echoes.start(heap="300k")
    assert extensions(echo, OFFER) is None
    echo = echoes.start(heap="300k", compression=True)
    assert extensions(echo, "permessage-deflate") is None
    assert extensions(echo, OFFER).endswith("; client_max_window_bits=10")
    with echo.connect(compression="deflate") as ws:
        for message in messages(9000):
            ws.send(message)
            assert ws.recv(20) == message
    with Wire(echo.port, "/", Sec_WebSocket_Extensions=OFFER) as wire:
        wire.say(2, packed(os.urandom(1500) * 2), rsv=RSV1)  # further back than the window that was agreed on
        assert wire.hear_close() == 1007
    echoes.end()


def test_secure(echoes, tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    files = {"cert": str(tmp_path / "cert.pem"), "key": str(tmp_path / "key.pem")}
    echo = echoes.start(heap="16m", maxLength=300000, files=files.values(), **files)
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # see test_ws_secure.py
    authority.configure_trust(context)
    with connect(f"wss://127.0.0.1:{echo.port}/", ssl=context, server_hostname="localhost", ping_interval=None) as ws:
        assert "permessage-deflate" in ws.response.headers["Sec-WebSocket-Extensions"]
        for message in messages(100000):
            ws.send(message)
            assert ws.recv(30) == message


def test_broadcast(echo):
    """To clients with other windows, and with none."""
    with (
        echo.connect() as plain,
        echo.connect(compression="deflate") as first,
        echo.connect(extensions=[ClientPerMessageDeflateFactory(False, False, 9, True)]) as second,
    ):
        plain.send("!broadcast " + "to all " * 100)
        assert [each.recv(20) for each in (plain, first, second)] == ["to all " * 100] * 3


def test_an_idle_one_costs_no_more():
    """What compression was agreed on for, and has been used, holds no window."""
    echoes = Echoes(RUNTIMES["cpython"])
    echo = echoes.start(profile="Normal")
    wires = [Wire(echo.port, "/", Sec_WebSocket_Extensions=OFFER) for _ in range(50)]
    before = resident_bytes(echo.process.pid)
    wires += [Wire(echo.port, "/", Sec_WebSocket_Extensions=OFFER) for _ in range(300)]
    for wire in wires:
        wire.say(1, packed(b"long " * 100), rsv=RSV1)
        assert inflated(wire.hear_packed()[1]) == b"long " * 100
    cost = (resident_bytes(echo.process.pid) - before) // 300
    for wire in wires:
        wire.sock.close()
    echoes.end()
    print(f"an idle WebSocket: {cost} bytes")
    assert cost < 8000


def test_nothing_is_imported_until_it_is_offered(runtime):
    code = (
        "import sys; sys.path.insert(0, 'PATH'); from MicroWebSrv2 import MicroWebSrv2; "
        "MicroWebSrv2.LoadModule('WebSockets'); print([name for name in sys.modules if 'eflate' in name])"
    )
    assert runtime.run(code.replace("PATH", str(Path(__file__).parent))).strip() == "[]"


@pytest.mark.not_on_board(NO_THREADS)
def test_threads(echoes):
    """Handshakes of several threads at once, the first that need what is imported then."""
    for _ in range(3):
        echo = echoes.start(threads=3, profile="Light")
        sockets = [Wire(echo.port) for _ in range(12)]
        for wire in sockets:
            wire.send(handshake(Sec_WebSocket_Extensions=OFFER))
        assert [bool(re.match("permessage-deflate", wire.head()[1]["sec-websocket-extensions"])) for wire in sockets]
        for wire in sockets:
            wire.say(1, packed(b"hello"), rsv=RSV1)
        assert [wire.hear()[1] for wire in sockets] == [b"hello"] * 12
        for wire in sockets:
            wire.sock.close()
