"""Puts a contender under a load for a moment: wrk for requests, `wsload` for WebSockets."""

import os
import re
import statistics
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from tools.bench import wsload
from tools.bench.workloads import FOLDER, FORM

WRK_TIMEOUT_SEC = 20  # what an answer may take; wrk counts slower ones as errors
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}


class LoadError(Exception):
    """A turn that gave no figure: the reason."""


@dataclass(frozen=True)
class Turn:
    """What one turn gave: requests a second, the median and the 99th percentile of their seconds, failed ones.

    `count` is the number of requests, `cpu` the processor's seconds that the server took for one of them; what a busy
    machine does to the rates it hardly does to these.
    """

    rate: float
    p50: float
    p99: float
    errors: int = 0
    count: int = 0
    cpu: float = 0

    @property
    def efficiency(self):
        """Requests for a second of the processor; None if too few to tell."""
        return 1 / self.cpu if self.cpu else None


def take_turn(server, workload, path, fields, connections, kept, seconds):
    """Load a ServerProcess for `seconds`. Returns a Turn; raises LoadError.

    `fields` go with each request; `kept` says whether connections are kept alive.
    """
    before = cpu_seconds(server.pid)
    if workload.kind == "ws":
        turn = _echo_turn(workload, server.port, connections, seconds)
    else:
        turn = _wrk_turn(workload, server.port, path, fields, connections, kept, seconds)
    return replace(turn, cpu=(cpu_seconds(server.pid) - before) / turn.count)


def cpu_seconds(pid):
    """The processor's time that a process and those below it have used, in seconds."""
    try:
        # Fields 14 and 15 of proc(5)'s stat, counted behind the command's name, which may hold spaces.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(map(cpu_seconds, children))


def _wrk_turn(workload, port, path, fields, connections, kept, seconds):
    fields = dict(fields) if kept else {**fields, "Connection": "close"}
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"--timeout={WRK_TIMEOUT_SEC}s"]
    for name, value in fields.items():
        command += ["-H", f"{name}: {value}"]
    if workload.kind == "form":
        command += ["-s", str(_form_script())]
    command.append(f"{'https' if workload.tls else 'http'}://127.0.0.1:{port}{path}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return parse_wrk(done.stdout + done.stderr)


def parse_wrk(output):
    """The Turn that wrk's report tells of. Raises LoadError when answers were no good, or none came."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    quantiles = dict(re.findall(r"^\s+(50|99)%\s+(\S+)", output, re.MULTILINE))
    count = re.search(r"(\d+) requests in", output)
    if not rate or not count or len(quantiles) != 2:
        raise LoadError(f"wrk gives no figures: {output.strip()[-200:]}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if bad:
        raise LoadError(f"{bad.group(1)} answers with an error's status")
    if not int(count.group(1)):
        raise LoadError("no answer in the time given")
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    failed = sum(map(int, errors.groups())) if errors else 0
    p50, p99 = _seconds(quantiles["50"]), _seconds(quantiles["99"])
    return Turn(float(rate.group(1)), p50, p99, failed, int(count.group(1)))


def _seconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()
    return float(number) * UNITS[unit]


def _form_script():
    """wrk's script that posts the form; its fields come by the command line."""
    script = FOLDER / "form.lua"
    script.write_text(f'wrk.method = "POST"\nwrk.body = "{FORM}"\n')
    return script


def _echo_turn(workload, port, connections, seconds):
    try:
        rate, latencies = wsload.load(port, workload.path, workload.size, connections, seconds)
    except (OSError, ValueError) as error:
        raise LoadError(f"{type(error).__name__}: {error}") from None
    if len(latencies) < 2:
        raise LoadError("no echo in the time given")
    cuts = statistics.quantiles(latencies, n=100)
    return Turn(rate, cuts[49], cuts[98], count=len(latencies))
