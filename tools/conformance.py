"""Puts the WebSockets to the Autobahn cases (the package kosoku), served by each runtime.

`python3 -m tools conformance` runs them all. A case is passed only when it is OK in every way, or informational; what
the cases call NON-STRICT is a fault here, and so is a compression that is not agreed on (UNIMPLEMENTED).
"""

import argparse
import asyncio
import json
import re
import time
from dataclasses import dataclass

from tests.runtimes import EVERYWHERE, RUNTIMES
from tools.failure import ToolError
from tools.paths import ROOT

ECHO = ROOT / "tests" / "websockets" / "apps" / "echo"
COMPRESSION = ("12.", "13.")
GOOD = frozenset(("OK", "INFORMATIONAL"))
GROUPS = ("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.*", "13.*")
# Messages of 16 MB, echoed; the least that a MicroPython echoes them in. Those of compression have 128 KB.
HEAPS = {"9.*": "256m"}
HEAP = "16m"
LONGEST_MESSAGE = 32 * 1024 * 1024


@dataclass(frozen=True)
class Verdict:
    """What became of a case: its id, and what is wrong with it, None if nothing is."""

    case: str
    fault: str


def judge(result):
    """The Verdict on a result of kosoku."""
    behavior, closing = result.behavior.value, result.behavior_close.value
    if behavior in GOOD and closing in GOOD:
        return Verdict(result.case_id, None)
    code = result.remote_close_code
    return Verdict(result.case_id, f"{behavior}, closing {closing}, close code {code}: {result.result}")


def prepare_compression(messages):
    """Have each case of compression send so many messages, and let it take a text that comes back as it is.

    kosoku hands such a text over as str, and a compressed one as bytes, the only kind that these cases know; a server
    may send short messages, or all of them, uncompressed (RFC 7692 section 6.1).
    """
    from kosoku.cases import CASES

    for case, what in CASES.items():
        if case.startswith(COMPRESSION):
            what.COUNT = messages
            if not hasattr(what, "on_bytes"):
                what.on_bytes = what.onMessage
                what.onMessage = on_message


def on_message(case, message, binary):
    """The onMessage of the cases of compression: theirs, with bytes."""
    if isinstance(message, str):
        message = message.encode("latin-1" if binary else "utf-8")
    case.on_bytes(message, binary)


def run_cases(port, cases, concurrency=2, messages=1000):
    """Run the cases (ids or globs) against the server at `port` of 127.0.0.1. Returns a list of Verdict.

    `messages`: how many a case of compression sends. Raises ToolError when there is no such case.
    """
    from kosoku import FailureError, run_fuzzingclient

    prepare_compression(messages)

    async def run():
        try:
            return await run_fuzzingclient(f"ws://127.0.0.1:{port}/", list(cases), [], concurrency)
        except FailureError as failure:
            return failure.results

    try:
        return [judge(result) for result in asyncio.run(run())]
    except ValueError as error:
        raise ToolError(f"kosoku: {error}.") from None


def serve(runtime, heap=HEAP):
    """Start the echo server that the cases are for, on a tests.runtimes.Runtime. Returns a ServerProcess."""
    profile = "Light" if runtime.is_board else "Normal"
    settings = {"profile": profile, "maxLength": LONGEST_MESSAGE, "maxQueue": LONGEST_MESSAGE, "quiet": True}
    return runtime.start(str(ECHO), [json.dumps(settings)], heap=heap)


def run_group(runtime, cases, heap):
    """Run cases on a server of their own, and tell of it. Returns the Verdicts that have a fault."""
    print(f"{runtime.name}: {' '.join(cases)} ...", end="", flush=True)
    began = time.monotonic()
    with serve(runtime, heap) as server:
        verdicts = run_cases(server.port, cases)
    faults = [verdict for verdict in verdicts if verdict.fault]
    print(f" {len(verdicts) - len(faults)} of {len(verdicts)} good, {time.monotonic() - began:.0f} s", flush=True)
    for verdict in faults:
        print(f"  {verdict.case}: {verdict.fault}")
    return faults


def heap_of(cases):
    """The heap that a MicroPython needs for these cases."""
    return HEAPS["9.*"] if any(re.match(r"9\.|\*", case) for case in cases) else HEAP


def main(arguments):
    """The verb `conformance`. Raises ToolError when a case fails."""
    parser = argparse.ArgumentParser(prog="python3 -m tools conformance", description=__doc__.split("\n")[0])
    parser.add_argument("--runtime", action="append", choices=EVERYWHERE, help="default: all (repeatable)")
    parser.add_argument("--cases", action="append", help="ids or globs as 6.4.1 or 9.*; default: all (repeatable)")
    options = parser.parse_args(arguments)
    runtimes = [RUNTIMES[name] for name in options.runtime or EVERYWHERE]
    missing = [f"{runtime.name}: {runtime.missing}" for runtime in runtimes if runtime.missing]
    if missing:
        raise ToolError("not all runtimes are there. " + "; ".join(missing))
    groups = [options.cases] if options.cases else [(group,) for group in GROUPS]
    faults = 0
    for runtime in runtimes:
        for cases in groups:
            faults += len(run_group(runtime, cases, heap_of(cases)))
    if faults:
        raise ToolError(f"{faults} cases are not good.")
    print("all cases are good")
