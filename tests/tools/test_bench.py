"""The benchmark's own parts: reading wrk, the WebSocket load, the ratios, the bars, the baseline."""

import argparse
import json

import pytest

from tests.runtimes import RUNTIMES
from tools import bench, bench_check
from tools.bench import counts, wsload
from tools.bench.bars import Bar, speed_bars
from tools.bench.contenders import APPS, CONTENDERS
from tools.bench.load import LoadError, Turn, parse_wrk
from tools.bench.rounds import Bench, Cell, Results, median_ratio
from tools.bench.workloads import ALL, FILES, WORKLOADS, WrongAnswerError, make_files, request_of
from tools.failure import ToolError

WRK = """Running 1s test @ http://127.0.0.1:8080/hello
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   301.27us  152.91us   3.49ms   88.51%
    Req/Sec    51.50k     4.91k   56.62k    80.00%
  Latency Distribution
     50%  263.00us
     75%  289.00us
     90%  421.00us
     99%    1.20s
  51287 requests in 1.00s, 8.31MB read
{more}Requests/sec:  51213.34
Transfer/sec:      8.30MB
"""


def test_what_wrk_reports_is_read():
    assert parse_wrk(WRK.format(more="")) == Turn(51213.34, 0.000263, 1.2, 0, 51287)
    errors = "  Socket errors: connect 1, read 20, write 300, timeout 4000\n"
    assert parse_wrk(WRK.format(more=errors)).errors == 4321


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (WRK.format(more="  Non-2xx or 3xx responses: 12\n"), "12 answers with an error's status"),
        (WRK.format(more="").replace("51287 requests", "0 requests"), "no answer in the time given"),
        ("unable to connect to 127.0.0.1:1 Connection refused\n", "Connection refused"),
    ],
)
def test_a_turn_that_went_wrong_has_no_figure(output, reason):
    with pytest.raises(LoadError, match=reason):
        parse_wrk(output)


def test_a_ratio_is_of_the_rounds_that_both_have():
    turns = [Turn(rate, 1, 1) if rate else None for rate in (100, 300, None, 90)]
    others = [Turn(rate, 1, 1) if rate else None for rate in (100, 100, 100, None)]
    assert median_ratio(turns, others) == 2
    assert median_ratio(turns[2:], others[2:]) is None


def results(rates):
    """Results of one round: {(contender, workload, connections): rate}."""
    found = Results()
    for (key, workload, connections), rate in rates.items():
        found.turns.setdefault(Cell(WORKLOADS[workload], connections, True), {})[key] = [Turn(rate, 0.001, 0.03)]
    return found


def test_the_bars_are_ratios_within_the_run():
    bars = speed_bars(
        results(
            {
                ("mws2@cpython", "dynamic", 16): 1000,
                ("uvicorn@cpython", "dynamic", 16): 900,
                ("floor@cpython", "dynamic", 16): 4000,
                ("mws2@cpython", "dynamic", 512): 950,
                ("floor@cpython", "dynamic", 512): 3000,
                ("mws2@unix", "ws-125", 16): 900,
                ("microdot@unix", "ws-125", 16): 1000,
            }
        )
    )
    verdicts = {bar.what: (bar.verdict, bar.measured) for bar in bars}
    assert verdicts["dynamic route, rate to uvicorn@cpython"] == ("pass", 1000 / 900)
    assert verdicts["dynamic route, rate to granian@cpython"] == ("not measured", None)
    assert verdicts["CPython: dynamic route, rate to the floor"] == ("MISSED", 0.25)
    assert verdicts["WebSocket echo 125 bytes, rate to microdot@unix"] == ("MISSED", 0.9)
    assert verdicts["CPython: rate at 512 connections to that at 16"] == ("pass", 0.95)
    assert verdicts["CPython: the same, to the floor's"] == ("pass", 0.95 / 0.75)
    assert verdicts["UNIX firmware: the same, to the floor's"] == ("not measured", None)
    assert verdicts["CPython: 99th percentile to the median, 512 connections"] == ("MISSED", 30)


def test_a_bar_may_be_a_most():
    assert Bar("", 512, 512, least=False).verdict == "pass"
    assert Bar("", 513, 512, least=False).verdict == "MISSED"


def options(**named):
    return argparse.Namespace(**{"quick": False, "connections": None, **named})


def test_the_full_plan_has_every_load():
    cells = bench.plan(list(WORKLOADS.values()), options())
    loads = {(cell.workload.name, cell.connections, cell.kept) for cell in cells}
    assert {(name, count, True) for name in ALL for count in (16, 64, 512)} <= loads
    assert ("dynamic", 512, False) in loads
    assert ("ws-125", 16, False) not in loads
    assert len(loads) == len(cells)


def test_the_quick_plan_has_what_the_bars_are_about():
    cells = bench.plan(list(WORKLOADS.values()), options(quick=True))
    loads = {(cell.workload.name, cell.connections, cell.kept) for cell in cells}
    assert {(name, 16, True) for name in ALL} | {("dynamic", 512, True)} <= loads
    assert len(cells) < 15


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--contenders", "apache"], "there is no contender 'apache'; expected some of: .*nginx"),
        (["--workloads", "dynamik"], "there is no workload 'dynamik'"),
        (["--runtimes", "pypy"], "there is no runtime 'pypy'"),
        (["--contenders", "nginx", "--runtimes", "unix"], "no contender is left"),
        (["--connections", "many"], "expected numbers as 16,512, got 'many'"),
    ],
)
def test_a_wrong_option_is_named(arguments, reason):
    with pytest.raises(ToolError, match=reason):
        bench.main(arguments)


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--quick", "--seconds", "0"], ["--rounds", "-1"]])
def test_an_amount_of_nothing_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        bench.main(arguments)
    assert "--rounds and --seconds: expected at least 1" in capsys.readouterr().err


def test_an_interrupted_run_keeps_its_turns(monkeypatch):
    said = []
    bench_run = Bench([], [], 5, 1, said.append)

    def run_round(count):
        if count == 2:
            raise KeyboardInterrupt
        said.append(count)

    monkeypatch.setattr(bench_run, "_run_round", run_round)
    assert bench_run.run() is bench_run.results
    assert said == [0, 1, "interrupted: what follows are the turns so far"]


def test_who_keeps_every_connection_has_no_rate_of_new_ones():
    make_files()
    floor = CONTENDERS["floor@cpython"]
    cell = Cell(WORKLOADS["dynamic"], 16, kept=False)
    results = Bench([floor], [cell], 1, 1, lambda said: None).run()
    assert results.turns[cell][floor.key] == [None]
    assert results.reasons[cell, floor.key] == "it keeps every connection"


def test_every_contender_has_its_program():
    for contender in CONTENDERS.values():
        assert (APPS / contender.program).is_file()
        assert contender.can <= ALL


@pytest.fixture(scope="module")
def ours():
    make_files()
    with RUNTIMES["cpython"].start(str(APPS / "mws2"), cwd=FILES) as server:
        yield server


@pytest.mark.parametrize("name", sorted(name for name in ALL if not WORKLOADS[name].tls))
def test_this_server_answers_each_workload(ours, name):
    fields = request_of(WORKLOADS[name], ours.port)
    assert ("If-None-Match" in fields) == (name == "static-304")


def test_a_wrong_answer_is_no_figure(ours):
    with pytest.raises(WrongAnswerError, match="answers 404"):
        request_of(WORKLOADS["static-1k"], ours.port, prefix="/nowhere")


def test_a_refused_handshake_is_no_figure(runtime_without_web_sockets):
    with pytest.raises(WrongAnswerError, match="handshake was answered with b'HTTP/1.1 "):
        request_of(WORKLOADS["ws-125"], runtime_without_web_sockets.port)


@pytest.fixture
def runtime_without_web_sockets():
    with RUNTIMES["cpython"].start(str(APPS / "floor"), cwd=FILES) as server:
        yield server


def test_the_echo_load_counts_messages(ours):
    rate, latencies = wsload.load(ours.port, "/ws", 70000, connections=3, seconds=0.3)
    assert len(latencies) > 3
    assert rate > 0
    assert 0 < min(latencies) <= max(latencies) < 60


@pytest.mark.parametrize("size", [1, 125, 126, 65535, 65536])
def test_a_frame_is_masked_and_its_echo_is_not(size):
    frame, echo = wsload.make_frame(size)
    header = {1: 2, 125: 2, 126: 4, 65535: 4, 65536: 10}[size]
    assert (len(frame), len(echo)) == (header + 4 + size, header + size)
    assert frame[1] == echo[1] | 0x80
    key = frame[header : header + 4]
    assert bytes(byte ^ key[index & 3] for index, byte in enumerate(frame[header + 4 :])) == echo[header:]


def test_the_baseline_tells_what_got_worse():
    baseline = {"a": 1000, "b": 1000, "small": 40, "gone": 1}
    worse, changed = bench_check.compare(baseline, {"a": 1051, "b": 1050, "small": 72, "new": 7})
    assert worse == ["a: 1,051, was 1,000 (+5 %)"]
    assert changed == ["new: 7, not in the baseline", "gone: gone, was 1"]
    assert bench_check.compare(baseline, {**baseline, "a": 900}) == ([], ["a: 900, was 1,000 (-10 %)"])


def test_the_baseline_has_what_is_counted():
    measured, missing = counts.measure()
    if missing:
        pytest.skip(missing[0])
    baseline = json.loads(bench_check.BASELINE.read_text())
    assert set(counted_of_requests(measured)) == set(counted_of_requests(baseline))
    assert len(counted_of_requests(measured)) == 12
    assert measured["UNIX: heap of an idle connection"] > measured["MPS2_AN385: heap of an idle connection"] > 100
    assert measured["MPS2_AN385, frozen: what the import brings"] > 10_000
    assert all(count > 0 for count in measured.values())


def counted_of_requests(found):
    return [name for name in found if " a request: " in name]
