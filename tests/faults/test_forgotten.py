"""What slow clients held is given back when they have left: the server does not go on knowing them."""

from pathlib import Path

from tests.runtimes import ReservedPort

SCRIPT = Path(__file__).parent / "on_device" / "forgotten.py"


def test_who_was_slow_is_forgotten(runtime):
    port = ReservedPort()
    slow, left = runtime.run(SCRIPT, [port.number]).splitlines()[-2:]
    port.release()
    assert slow != "slow 0"  # or nobody was to be forgotten
    assert left == "left 0 0"
