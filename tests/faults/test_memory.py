"""Each allocation of a request fails in turn: its connection may end, the server goes on, and nothing leaks."""

import json
import runpy
from pathlib import Path

import pytest

from tests.runtimes import ReservedPort

ON_DEVICE = Path(__file__).parent / "on_device"
SCRIPT = ON_DEVICE / "memory_cases.py"
REQUESTS = runpy.run_path(str(ON_DEVICE / "memory_requests.py"))
# Bytes of the heap, in some 200 requests: the reserve for faults (1 KB) may be there at one end and not at the other.
MOST_LOST = 1536
OUTCOMES = {
    *["101", "200", "204", "206", "304", "307", "400", "401", "404", "405", "408", "500", "503"],
    "closed",
    "nothing",
}


@pytest.fixture
def root(tmp_path):
    """The files that are served."""
    for name, content in REQUESTS["FILES"].items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("kind", REQUESTS["KINDS"])
def test_a_request_with_too_little_memory_harms_no_other(firmware, root, kind):
    port = ReservedPort()
    said = firmware.run(SCRIPT, [root, port.number, kind], heap="400k")
    port.release()
    *turns, end = [json.loads(line) for line in said.splitlines() if line.startswith('{"')]
    print(turns, end)
    assert [turn["wrong"] for turn in turns] == [[]] * len(turns)
    assert end["lost"] < MOST_LOST
    for turn in turns:
        # Both must have been seen, or memory was not short where it matters, or always.
        answered = sum(count for outcome, count in turn["outcomes"].items() if outcome.isdigit())
        assert 0 < answered < sum(turn["outcomes"].values())
        assert set(turn["outcomes"]) <= OUTCOMES
