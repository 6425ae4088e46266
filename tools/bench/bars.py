"""The bars that this server is held to: each a figure of one run, and the bound that it has to keep."""

import statistics
from dataclasses import dataclass

from tools.bench.rounds import median_ratio

PEERS = ("uvicorn@cpython", "aiohttp@cpython", "granian@cpython")
OURS = {"CPython": "mws2@cpython", "UNIX firmware": "mws2@unix"}


@dataclass(frozen=True)
class Bar:
    """A bound: `what` in words, `measured` (None: not in this run), `bound`, `least` says which side is good.

    `by_cpu` is the same ratio by the processor's time in place of the clock's: nearer the truth on a busy machine.
    """

    what: str
    measured: float
    bound: float
    least: bool = True
    by_cpu: float = None

    @property
    def verdict(self):
        """One word."""
        if self.measured is None:
            return "not measured"
        kept = self.measured >= self.bound if self.least else self.measured <= self.bound
        return "pass" if kept else "MISSED"

    def as_dict(self):
        """For JSON."""
        return {
            "what": self.what,
            "measured": self.measured and round(self.measured, 3),
            "by_cpu": self.by_cpu and round(self.by_cpu, 3),
            "bar": f"{'>=' if self.least else '<='} {self.bound:g}",
            "verdict": self.verdict,
        }


def speed_bars(results):
    """The bars that the rounds have figures for."""
    cpython = OURS["CPython"]
    bars = [_ratio(results, f"dynamic route, rate to {peer}", cpython, "dynamic", peer, 1) for peer in PEERS]
    bars.append(_ratio(results, "dynamic route, rate to microdot@unix", "mws2@unix", "dynamic", "microdot@unix", 8))
    for runtime, ours in OURS.items():
        floor = ours.replace("mws2", "floor")
        bars.append(_ratio(results, f"{runtime}: dynamic route, rate to the floor", ours, "dynamic", floor, 0.4))
        bars.append(_inner(results, f"{runtime}: file of 1 KB, rate to the dynamic route", ours, "static-1k", 0.7))
        bars.append(_inner(results, f"{runtime}: 304, rate to the dynamic route", ours, "static-304", 1))
    bars += [
        _ratio(results, f"CPython: {name}, rate to nginx", cpython, name, "nginx@native", 0.8)
        for name in ("static-100k", "static-1m")
    ]
    pairs = (cpython, "websockets@cpython"), (cpython, "uvicorn@cpython"), ("mws2@unix", "microdot@unix")
    bars += [
        _ratio(results, f"WebSocket echo 125 bytes, rate to {peer}", ours, "ws-125", peer, 1) for ours, peer in pairs
    ]
    for runtime, ours in OURS.items():
        bars += _growth(results, runtime, ours)
    return bars


def _ratio(results, what, ours, workload, other, bound):
    """Our rate to another's at the same load."""
    return _bar(what, results.of(ours, workload), results.of(other, workload), bound)


def _inner(results, what, ours, workload, bound):
    """Our rate at a workload to ours at the dynamic route."""
    return _bar(what, results.of(ours, workload), results.of(ours, "dynamic"), bound)


def _bar(what, turns, others, bound):
    by_cpu = median_ratio(turns, others, "efficiency")
    return Bar(what, median_ratio(turns, others), bound, by_cpu=by_cpu)


def _growth(results, runtime, ours):
    """How the rate at many connections keeps up: by itself, and beside the floor's, which is the system's share."""
    few, many = (results.of(ours, "dynamic", connections=count) for count in (16, 512))
    floor = ours.replace("mws2", "floor")
    floor_few, floor_many = (results.of(floor, "dynamic", connections=count) for count in (16, 512))
    spreads = [turn.p99 / turn.p50 for turn in many if turn]
    own = _bar(f"{runtime}: rate at 512 connections to that at 16", many, few, 0.9)
    system = _bar("", floor_many, floor_few, 0.9)
    return [
        own,
        Bar(
            f"{runtime}: the same, to the floor's",
            _quotient(own.measured, system.measured),
            0.9,
            by_cpu=_quotient(own.by_cpu, system.by_cpu),
        ),
        Bar(
            f"{runtime}: 99th percentile to the median, 512 connections",
            statistics.median(spreads) if spreads else None,
            20,
            least=False,
        ),
    ]


def _quotient(one, other):
    return one / other if one and other else None


# UNIX has 64 bits; a board of 32 bits is allowed half of its bytes. The start is to take half of what it first took,
# 11.2 million instructions.
COUNT_BARS = {
    "UNIX: allocated by a request: 304": 512,
    "UNIX: allocated by a request: file of 1 KB": 1024,
    "UNIX: allocated by a request: dynamic route": 1536,
    "MPS2_AN385: allocated by a request: 304": 256,
    "MPS2_AN385: allocated by a request: file of 1 KB": 512,
    "MPS2_AN385: allocated by a request: dynamic route": 768,
    "MPS2_AN385: heap of an idle connection": 700,
    "MPS2_AN385, frozen: what the import brings": 24 * 1024,
    "MPS2_AN385: instructions: from the reset to the first page": 5_600_000,
}
IDLE_MEGABYTES = 60


def count_bars(counts, megabytes):
    """The bars on memory. `megabytes`: of CPython with ten thousand idle connections, None if not measured."""
    bars = [Bar(name, counts.get(name), bound, least=False) for name, bound in COUNT_BARS.items()]
    bars.append(Bar("CPython: MB with 10,000 idle connections", megabytes, IDLE_MEGABYTES, least=False))
    return bars
