"""What the heap of a board has left: after the boot, and at the peak of a visit."""

import pytest

from tests.conftest import require
from tests.emulated import MPS2
from tools import heap

# Bytes: what is free after the boot at least; all that the first visits leave at most, and what a visit takes at most.
BOUNDS = {"firmware.elf": (60_000, 12_000, 9_000), "firmware-64k.elf": (12_000, 12_000, 9_000)}


@pytest.mark.parametrize("name", BOUNDS)
def test_the_heap_while_it_serves(name):
    require(MPS2)
    free, kept, peak = BOUNDS[name]
    found = heap.measure_one(MPS2.firmware.with_name(name))
    print(name, found)
    assert free < found["free after the boot"] < 131_072
    assert 0 < sum(found[f"kept after the first {visit}"] for visit in heap.VISITS) < kept
    assert 0 < found["held by an open WebSocket"] < peak
    assert ("peak of a WebSocket" in found) == (name == "firmware.elf")
    peaks = {what: size for what, size in found.items() if what.startswith("peak of a ")}
    assert len(peaks) == (3 if name == "firmware.elf" else 2)
    assert all(0 < size < peak for size in peaks.values()), peaks
