"""Measures the speed of this server beside other servers', in one go on loopback.

The contenders are started side by side and take turns, so that the machine's drift hits all of them; what counts is
the median of the rounds' ratios. Without options it takes more than an hour; --quick gives a first idea in minutes.
"""

import argparse
import os
import shutil

from tools.bench import counts, idle, report
from tools.bench.bars import count_bars, speed_bars
from tools.bench.contenders import CONTENDERS, make_environment
from tools.bench.rounds import Bench, Cell
from tools.bench.workloads import WORKLOADS, make_files
from tools.failure import ToolError
from tools.paths import shown
from tools.setup import install_packages

NEEDS = {"wrk": lambda: bool(shutil.which("wrk")), "nginx-light": lambda: bool(shutil.which("nginx", path="/usr/sbin"))}
CONNECTIONS = (16, 64, 512)
ROUNDS, SECONDS = 5, 2
QUICK_ROUNDS, QUICK_SECONDS = 1, 1


def main(arguments):
    """The verb `bench`."""
    options = _parse(arguments)
    contenders = _chosen_contenders(options)
    cells = plan(_chosen_workloads(options.workloads), options)
    missing = [package for package, present in NEEDS.items() if not present()]
    install_packages(missing, os.geteuid() == 0, bool(shutil.which("apt-get")))
    make_environment()
    make_files()
    turns = sum(cell.workload.name in contender.can for cell in cells for contender in contenders) * options.rounds
    print(f"{turns} turns of {options.seconds} s: about {turns * (options.seconds + 0.2) / 60:.0f} minutes", flush=True)
    results = Bench(contenders, cells, options.rounds, options.seconds, lambda text: print(text, flush=True)).run()
    bars = speed_bars(results) + _memory_bars()
    print(report.write(results, bars, vars(options)))
    print(f"\nwritten to {shown(report.JSON_FILE)} and {shown(report.MARKDOWN_FILE)}")
    return 0


def _memory_bars():
    """The bars on memory: what they need is counted, whatever the machine does meanwhile."""
    print("memory", flush=True)
    try:
        megabytes = idle.resident_megabytes()
    except OSError as error:
        print(f"idle connections on CPython: not measured: {error}")
        megabytes = None
    measured, missing = counts.measure()
    for reason in missing:
        print(f"not all is measured: {reason}")
    return count_bars(measured, megabytes)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python3 -m tools bench", description=__doc__)
    names = sorted({contender.name for contender in CONTENDERS.values()})
    parser.add_argument("--quick", action="store_true", help="the loads that the bars are about, one short round")
    parser.add_argument("--contenders", metavar="NAMES", help=f"of {','.join(names)}; or with their runtime, mws2@unix")
    parser.add_argument("--runtimes", metavar="NAMES", help="cpython,unix (default both)")
    parser.add_argument("--workloads", metavar="NAMES", help=f"of {','.join(WORKLOADS)}")
    parser.add_argument("--connections", metavar="COUNTS", help="default 16,64,512; quick: 16, and 512 for growth")
    parser.add_argument("--rounds", type=int, help=f"default {ROUNDS}, quick {QUICK_ROUNDS}")
    parser.add_argument("--seconds", type=int, help=f"of a turn; default {SECONDS}, quick {QUICK_SECONDS}")
    options = parser.parse_args(arguments)
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if options.quick else (ROUNDS, SECONDS)
    options.rounds = rounds if options.rounds is None else options.rounds
    options.seconds = seconds if options.seconds is None else options.seconds
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds: expected at least 1")
    return options


def _chosen_contenders(options):
    """The contenders that the options name. Raises ToolError at a name that nobody has."""
    runtimes = _names(options.runtimes, ("cpython", "unix"), "runtime")
    known = set(CONTENDERS) | {contender.name for contender in CONTENDERS.values()}
    asked = _names(options.contenders, known, "contender")
    chosen = []
    for key, contender in CONTENDERS.items():
        runtime = "cpython" if contender.runtime == "native" else contender.runtime
        if runtime in runtimes and (key in asked or contender.name in asked):
            chosen.append(contender)
    if not chosen:
        raise ToolError("no contender is left: see --contenders and --runtimes.")
    return chosen


def _chosen_workloads(text):
    return [WORKLOADS[name] for name in WORKLOADS if name in _names(text, WORKLOADS, "workload")]


def _names(text, known, what):
    """The names in a list parted by commas; all there are if it is empty. Raises ToolError at an unknown one."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise ToolError(f"there is no {what} {name!r}; expected some of: {', '.join(sorted(known))}.")
    return set(names or known)


def plan(workloads, options):
    """The cells to measure: every workload with every number of connections, kept alive and not.

    In quick mode those that a bar is about. A WebSocket is kept alive by its nature.
    """
    counts = _counts(options.connections)
    cells = []
    for workload in workloads:
        if options.quick and not options.connections:
            cells += [Cell(workload, 16, True)]
            cells += [Cell(workload, 512, True), Cell(workload, 16, False)] if workload.name == "dynamic" else []
        else:
            ways = (True,) if workload.kind == "ws" else (True, False)
            cells += [Cell(workload, count, kept) for kept in ways for count in counts]
    return cells


def _counts(text):
    try:
        counts = [int(part) for part in text.split(",")] if text else CONNECTIONS
    except ValueError:
        counts = [0]
    if min(counts) < 1:
        raise ToolError(f"--connections: expected numbers as 16,512, got {text!r}.")
    return counts
