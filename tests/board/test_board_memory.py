"""A board's memory runs short in the middle of each kind of request: that one may be lost, nothing else is."""

import runpy
import time

import httpx
import pytest

from tests.board.conftest import PATIENCE_SEC
from tests.http.client import Client, wait_until
from tests.runtimes import ROOT

ON_DEVICE = ROOT / "tests" / "faults" / "on_device"
REQUESTS = runpy.run_path(str(ON_DEVICE / "memory_requests.py"))
KINDS = {kind: message for kind, message in REQUESTS["KINDS"].items() if kind not in REQUESTS["LATE"]}
# Bytes that are left to a request: a sample, tests/faults tries all on the UNIX firmware.
FREE = (160, 512, 1024, 2048)
MOST_LOST = 1024  # bytes: the reserve for faults may be there at one end and not at the other


@pytest.fixture(scope="module")
def board(switch_on):
    files = {f"webroot/{name}": content for name, content in REQUESTS["FILES"].items()}
    for name in ("memory_routes.py", "memory_requests.py", "shortage.py"):
        files[name] = ON_DEVICE / name
    files["app.py"] = ON_DEVICE / "starving.py"
    files["config.json"] = b'{"modules": ["PyhtmlTemplate", "WebSockets"], "log": {"level": "error"}}'
    board = switch_on(files)
    board.wait_said("MicroWebSrv2 serves")
    return board


def answer_to(board, message):
    """The status (int) of the answer to a request on a connection of its own."""
    with Client(board.port()) as client:
        client.send(message)
        return client.head_only().status


def state(board, is_wanted):
    """What the board tells of itself, once `is_wanted(state)` holds; while memory is short it may not tell."""
    found = {}

    def is_told():
        try:
            found.update(board.get("/state").json())
        except (httpx.HTTPError, ValueError):  # closed; or a page of an error, which is no JSON
            return False
        return is_wanted(found)

    wait_until(is_told, "it was told so", PATIENCE_SEC)
    return found


def is_at_rest(found):
    """Whether no connection is left but the one that asked."""
    return found["connections"] == 0


def starve(board, message, free):
    """Send a request while no more than so many bytes are free. Returns its status, None if it has had no answer."""
    with Client(board.port()) as client:
        starved = board.get("/state").json()["starved"]  # it tells: the last time is over
        httpx.get(f"http://127.0.0.1:{board.port()}/starve?free={free}", timeout=PATIENCE_SEC)
        time.sleep(0.1)
        client.send(message)
        try:
            status = client.head_only().status
        except (AssertionError, OSError):  # closed without a word
            status = None
    state(board, lambda found: found["starved"] > starved and not found["starving"])
    return status


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_with_too_little_memory_harms_no_other(board, kind):
    message = KINDS[kind]
    usual = answer_to(board, message)
    starve(board, message, 0)  # what is loaded once, is not lost memory
    before = state(board, is_at_rest)["free"]
    found = []
    for free in FREE:
        found.append(starve(board, message, free))
        assert answer_to(board, message) == usual
    after = state(board, is_at_rest)["free"]
    print(kind, usual, found, before, after)
    assert after > before - MOST_LOST
    assert set(found) <= {usual, 500, 503, None}
