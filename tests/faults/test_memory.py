"""Each allocation of a request fails in turn: its connection may end, the server goes on, and nothing leaks."""

import ast
import json
from pathlib import Path

import pytest

from tests.runtimes import ReservedPort

SCRIPT = Path(__file__).parent / "on_device" / "memory_cases.py"
# The keys of the script's KINDS.
(KINDS,) = [
    [key.value for key in node.value.keys]
    for node in ast.parse(SCRIPT.read_text(encoding="utf-8")).body
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "KINDS"
]
# Bytes of the heap, in some 200 requests: the reserve for faults (1 KB) may be there at one end and not at the other.
MOST_LOST = 1536


@pytest.fixture
def root(tmp_path):
    """The files that are served."""
    (tmp_path / "page.txt").write_text("0123456789\n")
    (tmp_path / "page.pyhtml").write_text("<p>{{ 1 + 1 }}</p>{{ for i in range(3) }}{{ i }}{{ end }}")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_with_too_little_memory_harms_no_other(firmware, root, kind):
    port = ReservedPort()
    said = firmware.run(SCRIPT, [root, port.number, kind], heap="240k")
    port.release()
    *turns, end = [json.loads(line) for line in said.splitlines() if line.startswith('{"')]
    print(turns)
    assert [turn["wrong"] for turn in turns] == [[]] * len(turns)
    assert end["lost"] < MOST_LOST
    for turn in turns:
        # Both must have been seen, or memory was not short where it matters, or always.
        answered = sum(count for outcome, count in turn["outcomes"].items() if outcome.isdigit())
        assert 0 < answered < sum(turn["outcomes"].values())
        assert set(turn["outcomes"]) <= {"closed", "nothing", "200", "206", "400", "404", "500", "408", "503", "101"}
