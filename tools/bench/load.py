"""Puts a contender under a load for a moment: wrk for requests, `wsload` for WebSockets."""

import re
import statistics
import subprocess
from dataclasses import asdict, dataclass

from tools.bench import wsload
from tools.bench.workloads import FOLDER, FORM

WRK_TIMEOUT_SEC = 20  # what an answer may take; wrk counts slower ones as errors
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}


class LoadError(Exception):
    """A turn that gave no figure: the reason."""


@dataclass(frozen=True)
class Turn:
    """What one turn gave: requests a second, the median and the 99th percentile of their seconds, failed ones."""

    rate: float
    p50: float
    p99: float
    errors: int = 0

    def as_dict(self):
        """For JSON."""
        return asdict(self)


def take_turn(workload, port, path, fields, connections, kept, seconds):
    """Load the server at `port` for `seconds`. Returns a Turn; raises LoadError.

    `fields` go with each request; `kept` says whether connections are kept alive.
    """
    if workload.kind == "ws":
        return _echo_turn(workload, port, connections, seconds)
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
    if not rate or len(quantiles) != 2:
        raise LoadError(f"wrk gives no figures: {output.strip()[-200:]}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if bad:
        raise LoadError(f"{bad.group(1)} answers with an error's status")
    if not float(rate.group(1)):
        raise LoadError("no answer in the time given")
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    failed = sum(map(int, errors.groups())) if errors else 0
    return Turn(float(rate.group(1)), _seconds(quantiles["50"]), _seconds(quantiles["99"]), failed)


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
    return Turn(rate, cuts[49], cuts[98])
