"""The power is cut at every write to the flash memory: the device starts with the old or the new, never with a half."""

import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "on_device" / "cut_power.py"


@pytest.mark.parametrize("how", ["before", "torn"])
@pytest.mark.parametrize(
    ("case", "old_and_new", "least_cuts"),
    [
        ("upload", {"o", "n"}, 10),
        ("good", {"1001", "1002"}, 10),
        ("restore", {"1003", "1001"}, 5),
        ("starts", {"1", "2"}, 2),
    ],
)
def test_old_or_new(micropython, case, old_and_new, least_cuts, how):
    result = json.loads(micropython.run(SCRIPT, [case, how]).splitlines()[-1])
    # Both must have been seen, or the cuts did not fall where they matter.
    assert result["cuts"] > least_cuts
    assert set(result["found"]) == old_and_new
