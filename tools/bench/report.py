"""Tells what was measured: tables for the screen, Markdown and JSON for keeping."""

import json
import os
import platform
import subprocess
from pathlib import Path

from tools.bench.contenders import CONTENDERS, versions
from tools.bench.rounds import median_ratio
from tools.paths import BUILD, ROOT

JSON_FILE = BUILD / "bench.json"
MARKDOWN_FILE = BUILD / "bench.md"


def machine():
    """What the figures were measured on."""
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "processor": model[0].partition(": ")[2] if model else platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "commit": done.stdout.strip(),
        "load": round(os.getloadavg()[0], 1),
    }


def figures(results):
    """The results as plain data: a list of cells, best contender first."""
    cells = []
    for cell, turns in results.turns.items():
        rows = [_row(results, cell, key) for key in turns]
        cells.append(
            {
                "workload": cell.workload.name,
                "title": cell.title,
                "connections": cell.connections,
                "kept_alive": cell.kept,
                "figures": sorted((row for row in rows if row), key=lambda row: -row["rate"]),
                "failed": {key: reason for (where, key), reason in results.reasons.items() if where == cell},
            }
        )
    return cells


def _row(results, cell, key):
    turns = results.turns[cell][key]
    rate = results.median(cell, key)
    if rate is None:
        return None
    runtime = CONTENDERS[key].runtime
    ours = results.turns[cell].get(f"mws2@{'cpython' if runtime == 'native' else runtime}", [])
    ratio = median_ratio(turns, ours)
    return {
        "contender": key,
        "rate": round(rate, 1),
        "to_ours": ratio and round(ratio, 3),
        "cpu_us": round((results.median(cell, key, "cpu") or 0) * 1e6, 1),
        "p50_ms": round(results.median(cell, key, "p50") * 1000, 3),
        "p99_ms": round(results.median(cell, key, "p99") * 1000, 3),
        "errors": sum(turn.errors for turn in turns if turn),
        "rounds": [round(turn.rate, 1) for turn in turns if turn],
    }


def write(results, bars, options):
    """Write build/bench.json and build/bench.md. Returns the text for the screen."""
    report = {
        "options": options,
        "machine": machine(),
        "versions": versions(),
        "bars": [bar.as_dict() for bar in bars],
        "cannot_run": {key: reason for (where, key), reason in results.reasons.items() if where is None},
        "cells": figures(results),
    }
    BUILD.mkdir(exist_ok=True)
    JSON_FILE.write_text(json.dumps(report, indent=2) + "\n")
    MARKDOWN_FILE.write_text(_markdown(report))
    return "\n".join([*_cell_lines(report), *_reason_lines(report), "", *_bar_lines(report)])


def _cell_lines(report):
    lines = []
    for cell in report["cells"]:
        lines += ["", cell["title"]]
        head = f"  {'contender':22}{'per second':>12}{'to ours':>9}{'CPU each':>12}{'median':>11}{'99 %':>11}"
        lines.append(head)
        for row in cell["figures"]:
            ratio = "" if row["to_ours"] is None else f"{row['to_ours']:.2f}"
            note = f"  {row['errors']} failed" if row["errors"] else ""
            times = f"{row['cpu_us']:>9,.0f} us{row['p50_ms']:>8.2f} ms{row['p99_ms']:>8.2f} ms"
            lines.append(f"  {row['contender']:22}{row['rate']:>12,.0f}{ratio:>9}{times}{note}")
        lines += [f"  {key:22}  -  {reason}" for key, reason in cell["failed"].items()]
    return lines


def _reason_lines(report):
    return ["", *(f"{key} cannot run: {reason}" for key, reason in report["cannot_run"].items())]


def _bar_lines(report):
    lines = [f"{'bar':62}{'measured':>10}{'by CPU':>8}{'asked':>10}"]
    for bar in report["bars"]:
        measured = "-" if bar["measured"] is None else f"{bar['measured']:,g}"
        by_cpu = "" if bar["by_cpu"] is None else f"{bar['by_cpu']:.2f}"
        lines.append(f"{bar['what']:62}{measured:>10}{by_cpu:>8}{bar['bar']:>10}  {bar['verdict']}")
    return lines


def _markdown(report):
    """Tables for a page: a row a contender, a column a workload; requests a second."""
    lines = [f"{report['machine']}", ""]
    groups = {}
    for cell in report["cells"]:
        groups.setdefault((cell["connections"], cell["kept_alive"]), []).append(cell)
    for (connections, kept), cells in groups.items():
        lines += [f"{connections} connections, {'kept alive' if kept else 'a new one each'}", ""]
        lines += ["| | " + " | ".join(cell["workload"] for cell in cells) + " |", "|---|" + "---:|" * len(cells)]
        for key in CONTENDERS:
            rates = [{row["contender"]: row["rate"] for row in cell["figures"]}.get(key) for cell in cells]
            if any(rates):
                lines.append(f"| {key} | " + " | ".join(f"{rate:,.0f}" if rate else "" for rate in rates) + " |")
        lines.append("")
    lines += ["| bar | measured | asked | |", "|---|---:|---:|---|"]
    lines += [f"| {bar['what']} | {bar['measured']} | {bar['bar']} | {bar['verdict']} |" for bar in report["bars"]]
    return "\n".join(lines) + "\n"
