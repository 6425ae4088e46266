"""Measures the server against the floor: a poll loop that reads and answers a canned reply, on the same interpreter.

The contenders are started side by side and take turns, so that the machine's drift hits all of them; what counts is
the ratio of the medians. The server has a 400 KB heap on MicroPython and the embedded profile on both runtimes.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess

from tests.runtimes import RUNTIMES
from tools.failure import ToolError
from tools.paths import BUILD, ROOT, shown
from tools.setup import install_packages

HERE = ROOT / "tools" / "bench"
RESULT = BUILD / "bench.json"
HEAP = "400k"
RUNTIMES_MEASURED = ("cpython", "unix")
# name of the figure -> (program, path)
FIGURES = {
    "floor": ("floor", "/"),
    "dynamic": ("served", "/hello"),
    "json": ("served", "/json"),
    "static 1 KB": ("served", "/1k.txt"),
}


def main(arguments):
    """Run the benchmark. Returns the exit status: 1 when a ratio is under what `--least` asks for."""
    parser = argparse.ArgumentParser(prog="python3 -m tools bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender has its turn (default 5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a turn (default 3)")
    parser.add_argument("--connections", type=int, default=16, help="kept alive (default 16)")
    parser.add_argument("--least", type=float, default=0.2, help="of the floor, for the dynamic route (default 0.2)")
    options = parser.parse_args(arguments)
    if not shutil.which("wrk"):
        install_packages(["wrk"], os.geteuid() == 0, bool(shutil.which("apt-get")))
    rates = measure(options)
    report = {runtime: _ratios(rates[runtime]) for runtime in rates}
    _print_table(report)
    RESULT.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    RESULT.write_text(json.dumps({"options": vars(options), "machine": machine, "figures": report}, indent=2) + "\n")
    print(f"\nwritten to {shown(RESULT)}")
    slow = [runtime for runtime in report if report[runtime]["dynamic"]["ratio"] < options.least]
    if slow:
        print(f"error: the dynamic route is under {options.least} of the floor on {', '.join(slow)}")
    return 1 if slow else 0


def measure(options):
    """Returns {runtime: {figure: [requests a second, one a round]}}."""
    servers = {}
    rates = {}
    try:
        for name in RUNTIMES_MEASURED:
            runtime = RUNTIMES[name]
            if runtime.missing:
                raise ToolError(f"{name}: {runtime.missing}")
            rates[name] = {figure: [] for figure in FIGURES}
            servers[name] = {program: _start(runtime, program) for program in ("floor", "served")}
        for count in range(options.rounds):
            print(f"round {count + 1} of {options.rounds}", flush=True)
            for figure, (program, path) in FIGURES.items():
                for name in RUNTIMES_MEASURED:
                    rates[name][figure].append(_wrk(servers[name][program].port, path, options))
    finally:
        for programs in servers.values():
            for server in programs.values():
                server.stop()
    return rates


def _start(runtime, program):
    """Starts a program of this folder on a runtime; returns its ServerProcess."""
    return runtime.start(HERE / program, heap=HEAP, cwd=_webroot())


def _webroot():
    """Returns the folder of the static files, made if it is not there."""
    folder = BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1k.txt").write_text("0123456789abcde\n" * 64)
    return folder


def _wrk(port, path, options):
    """Runs wrk once; returns its requests a second. Raises ToolError when an answer was no good."""
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", f"http://127.0.0.1:{port}{path}"]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if not rate or "Non-2xx" in output or "Socket errors" in output:
        raise ToolError(f"{' '.join(command)} did not go well:\n{output}")
    return float(rate.group(1))


def _ratios(rates):
    medians = {figure: statistics.median(values) for figure, values in rates.items()}
    return {
        figure: {"requests_per_second": round(rate), "ratio": round(rate / medians["floor"], 3)}
        for figure, rate in medians.items()
    }


def _print_table(report):
    print(f"\n{'runtime':10}{'figure':14}{'requests/s':>12}{'of the floor':>14}")
    for runtime, figures in report.items():
        for figure, values in figures.items():
            print(f"{runtime:10}{figure:14}{values['requests_per_second']:>12,}{values['ratio']:>14.2f}")
