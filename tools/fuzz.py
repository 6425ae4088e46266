"""Puts the properties of tests/fuzz to inputs made by atheris, which is led by what the code does with them.

What is found that leads to new code is kept in build/fuzz/NAME, and begun with the next time. An input for which a
property does not hold is put into tests/fuzz/corpus/NAME: from then on the tests try it.
"""

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tools.failure import ToolError
from tools.paths import BUILD, ROOT, shown
from tools.step import run_step

FOLDER = ROOT / "tests" / "fuzz"
CORPUS = FOLDER / "corpus"
FOUND = BUILD / "fuzz"
REQUIREMENTS = ROOT / "tools" / "requirements-fuzz.txt"
MOST_BYTES = 2000  # of an input
SLOWEST_SEC = 20  # that an input may take: longer is a hang
MOST_MB = 2048
_DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)
_COVERED = re.compile(r"cov: (\d+)")
_KEPT = re.compile(r"Test unit written to (\S+)")
_RAISED = re.compile(r"^ === Uncaught Python exception: ===\n(.*)$", re.MULTILINE)


def require_atheris():
    """Install atheris where it is not there. Raises ToolError where it cannot be had."""
    if importlib.util.find_spec("atheris"):
        return
    command = [sys.executable, "-m", "pip", "install", "--only-binary=:all:", "--requirement", str(REQUIREMENTS)]
    try:
        run_step("atheris", command, "pip-fuzz")
    except ToolError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        raise ToolError(
            f"{error}\n\natheris is not to be had for Python {version} on {os.uname().machine}: its packages are for "
            "Python 3.11 and newer on Linux\nand x86_64. What `make test` puts to the same properties needs none of it."
        ) from None
    importlib.invalidate_caches()


def words():
    """The words of each property, {name: [bytes, …]}."""
    code = (
        "import json, every, words; print(json.dumps({n: [w.hex() for w in words.WORDS[n]] for n in every.PROPERTIES}))"
    )
    env = dict(os.environ, PYTHONPATH=os.pathsep.join([str(FOLDER), str(ROOT / "modules"), str(ROOT)]))
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    if said.returncode:
        raise ToolError(f"the properties of {shown(FOLDER)} cannot be imported:\n\n{said.stderr}")
    return {name: [bytes.fromhex(word) for word in each] for name, each in json.loads(said.stdout).items()}


def dictionary(entries):
    """The text of libFuzzer's dictionary of words (bytes)."""
    lines = ("".join(f"\\x{byte:02x}" for byte in entry) for entry in entries if entry)
    return "".join(f'"{line}"\n' for line in lines)


def command_line(name, found, options):
    """The command that puts a property to inputs; `found` is the folder of what is kept."""
    command = [sys.executable, str(FOLDER / "guided.py"), name, *options, f"-dict={found / 'words.txt'}"]
    command += [f"-artifact_prefix={found}/fault-", f"-max_len={MOST_BYTES}", f"-timeout={SLOWEST_SEC}"]
    return [*command, f"-rss_limit_mb={MOST_MB}", "-print_final_stats=1", str(found / "inputs"), str(CORPUS / name)]


def put(name, entries, options):
    """Put one property to inputs. Returns (how many, places of the code that they came to). Raises ToolError."""
    found = FOUND / name
    (found / "inputs").mkdir(parents=True, exist_ok=True)
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    (found / "words.txt").write_text(dictionary(entries), encoding="ascii")
    log = found / "log.txt"
    with open(log, "wb") as output:
        done = subprocess.run(command_line(name, found, options), stdout=output, stderr=output, check=False)
    text = log.read_text(encoding="utf-8", errors="replace")
    if done.returncode or not _DONE.search(text):
        raise fault(name, text, log)
    return int(_DONE.search(text)[1]), int(_COVERED.findall(text)[-1])


def fault(name, text, log):
    """The ToolError for a run that ended early: its input becomes one of the corpus."""
    kept = _KEPT.search(text)
    if not kept:
        return ToolError(f"{name}: atheris ended early. The end of {shown(log)}:\n\n{text[-2000:]}")
    source = Path(kept[1])
    target = CORPUS / name / source.name
    target.write_bytes(source.read_bytes())
    source.unlink()
    raised = _RAISED.search(text)
    what = raised[1] if raised else "it hangs, or takes too much memory"
    return ToolError(
        f"{name}: {what}\nThe input is in {shown(target)}, its traceback in {shown(log)}. Try it again:\n\n"
        f'    make test PYTEST_ARGS="tests/fuzz/test_fuzz.py -k test_corpus"'
    )


def main(arguments):
    """The verb `fuzz`. Raises ToolError for the first property that does not hold."""
    parser = argparse.ArgumentParser(prog="python3 -m tools fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--property", action="append", help="its name; default: all (repeatable)")
    parser.add_argument("--minutes", type=float, default=10, help="for all together (default 10)")
    parser.add_argument("--runs", type=int, help="inputs for each, instead of --minutes")
    parser.add_argument("--seed", type=int, default=0, help="other than 0: the same inputs each time")
    options = parser.parse_args(arguments)
    if options.minutes <= 0 or (options.runs is not None and options.runs < 1):
        parser.error("--minutes and --runs: expected more than 0")
    require_atheris()
    known = words()
    chosen = options.property or sorted(known)
    strange = sorted(set(chosen) - set(known))
    if strange:
        raise ToolError(f"there is no property {', '.join(strange)}. There are: {', '.join(sorted(known))}.")
    limit = (
        f"-runs={options.runs}"
        if options.runs
        else f"-max_total_time={max(1, options.minutes * 60 // len(chosen)):.0f}"
    )
    for name in chosen:
        print(f"{name} ...", end="", flush=True)
        began = time.monotonic()
        inputs, places = put(name, known[name], [limit, f"-seed={options.seed}"])
        print(f" {inputs:,} inputs, {places} places of the code, {time.monotonic() - began:.0f} s", flush=True)
    print("every property holds")
