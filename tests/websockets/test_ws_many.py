"""A thousand WebSockets in one chat on CPython: a message reaches them all, and an idle one costs little memory."""

import re
from pathlib import Path

from tests.http.client import wait_until
from tests.runtimes import RUNTIMES
from tests.websockets.conftest import Echoes
from tests.websockets.wire import Wire

COUNT = 1000
MOST_BYTES = 6000  # that an idle WebSocket may cost the process; it is about half of that


def resident_bytes(pid):
    """The memory of a process that is in use."""
    return 1024 * int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text()).group(1))


def test_a_thousand():
    echoes = Echoes(RUNTIMES["cpython"])
    echo = echoes.start(profile="Normal")
    wires = [Wire(echo.port, "/") for _ in range(100)]
    before = resident_bytes(echo.process.pid)
    wires += [Wire(echo.port, "/") for _ in range(COUNT - 100)]
    cost = (resident_bytes(echo.process.pid) - before) // (COUNT - 100)
    assert echo.state()["open"] == COUNT
    wires[0].say(1, b"!broadcast hello to all")
    assert [wire.hear() for wire in wires] == [(1, b"hello to all", True)] * COUNT
    assert wires[0].hear() == (1, b"told 1000", True)
    for wire in wires:
        wire.sock.close()
    wait_until(lambda: echo.state()["open"] == 0, "all have gone")
    print(f"an idle WebSocket: {cost} bytes")
    assert cost < MOST_BYTES
    echoes.end()
