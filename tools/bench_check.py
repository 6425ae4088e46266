"""Counts what the server allocates, keeps, freezes and executes, and fails when something got worse than it was.

The counts do not depend on the machine's speed. The baseline is tools/bench/baseline.json; --update writes it anew,
when something is worth its memory or has got better.
"""

import argparse
import json

from tools.bench import counts
from tools.failure import ToolError
from tools.paths import ROOT, shown

BASELINE = ROOT / "tools" / "bench" / "baseline.json"
ALLOWED_PERCENT = 5
BLOCK = 32  # bytes: what the heap is given out in, on a 64-bit MicroPython


def compare(baseline, measured):
    """Compare {name: count}. Returns two lists of lines: what is worse than allowed, and what else has changed.

    One block of the heap more is never worse: it may be all that lies between two runs.
    """
    worse, changed = [], []
    for name, value in measured.items():
        was = baseline.get(name)
        if was is None:
            changed.append(f"{name}: {value:,}, not in the baseline")
        elif value > was * (100 + ALLOWED_PERCENT) / 100 and value > was + BLOCK:
            worse.append(f"{name}: {value:,}, was {was:,} ({(value - was) * 100 / was:+.0f} %)")
        elif value < was * (100 - ALLOWED_PERCENT) / 100:
            changed.append(f"{name}: {value:,}, was {was:,} ({(value - was) * 100 / was:+.0f} %)")
    changed += [f"{name}: gone, was {baseline[name]:,}" for name in baseline if name not in measured]
    return worse, changed


def main(arguments):
    """The verb `bench-check`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools bench-check", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the baseline anew")
    options = parser.parse_args(arguments)
    measured, missing = counts.measure()
    for reason in missing:
        print(f"not all is measured: {reason}")
    if options.update:
        if missing:
            raise ToolError("a baseline has to have all: see above.")
        BASELINE.write_text(json.dumps(measured, indent=2) + "\n")
        print(f"written to {shown(BASELINE)}")
        return
    baseline = json.loads(BASELINE.read_text())
    if missing:
        baseline = {name: count for name, count in baseline.items() if name in measured}
    worse, changed = compare(baseline, measured)
    for line in changed:
        print(line)
    if worse:
        raise ToolError(
            f"more than {ALLOWED_PERCENT} % worse than {shown(BASELINE)}:\n"
            + "\n".join(f"  {line}" for line in worse)
            + "\nIf it is worth it: `make bench-check BENCH_ARGS=--update`, and commit the baseline with its reason."
        )
    print(f"bench-check: {len(measured)} counts, none worse by more than {ALLOWED_PERCENT} %")
