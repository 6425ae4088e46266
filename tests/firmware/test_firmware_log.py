"""The device's log: levels, the form of a line, a file of bounded size, and that it never raises."""

import re

import pytest

LEVELS = ["debug", "info", "warning", "error"]


def run(runtime, lines, cwd=None):
    """Run lines of Python with `log` (the module) and `runtime` (the firmware's) imported. Returns the output."""
    return runtime.run("from firmware import log, runtime\n" + "\n".join(lines) + "\n", cwd=cwd)


@pytest.mark.parametrize("level", LEVELS)
def test_messages_below_the_level_are_dropped(runtime, level):
    said = run(
        runtime,
        [f"l = log.Log({level!r})", "l.Debug('said')", "l.Info('said')", "l.Warning('said')", "l.Error('said')"],
    )
    assert [line.split()[-2].lower() for line in said.splitlines()] == LEVELS[LEVELS.index(level) :]


def test_unknown_level_is_refused(runtime):
    said = run(runtime, ["try:", " log.Log('loud')", "except ValueError as ex:", " print(ex)"])
    assert said == "log level: expected one of debug, info, warning, error\n"


def test_line_has_the_time_when_the_clock_is_set(runtime):
    said = run(runtime, ["log.Log().Info('hello')"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d INFO    hello\n", said)


def test_line_has_the_uptime_until_the_clock_is_set(runtime):
    clock = [
        "class Clock:",
        " localtime = staticmethod(lambda: (2000, 1, 1, 0, 0, 9, 5, 1))",
        " monotonic_ns = staticmethod(lambda: 0)",
        "runtime.time = Clock",
    ]
    said = run(runtime, [*clock, "log.Log().Info('hello')"])
    assert re.fullmatch(r"\+\d+s INFO    hello\n", said)


def test_exception_comes_with_its_traceback(runtime):
    said = run(runtime, ["try:", " {}['missing']", "except KeyError as ex:", " log.Log().Exception('oops', ex)"])
    assert "ERROR   oops\nTraceback (most recent call last):" in said
    assert said.rstrip().splitlines()[-1].startswith("KeyError: ")


def test_said_whatever_the_level(runtime):
    assert run(runtime, ["log.Log('error').Say('http://127.0.0.1/')"]) == "http://127.0.0.1/\n"


def test_file_gets_the_same_lines(runtime, tmp_path):
    said = run(runtime, ["l = log.Log('info', 'x.log')", "l.Info('é')", "l.Error('two')", "l.Debug('no')"], tmp_path)
    assert (tmp_path / "x.log").read_text(encoding="utf-8") == said
    assert len(said.splitlines()) == 2


def test_file_is_bounded_and_one_older_is_kept(runtime, tmp_path):
    run(runtime, ["l = log.Log('info', 'x.log')", "for i in range(1200):", " l.Info('%04d ' % i + 'x' * 40)"], tmp_path)
    now, before = tmp_path / "x.log", tmp_path / "x.log.1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.log", "x.log.1"]
    assert now.stat().st_size <= 16384
    assert 16000 <= before.stat().st_size <= 16384
    numbers = [int(line.split()[3]) for line in (before.read_text() + now.read_text()).splitlines()]
    assert numbers == list(range(numbers[0], 1200))


def test_file_is_continued_after_a_restart(runtime, tmp_path):
    for _ in range(2):
        run(runtime, ["l = log.Log('info', 'x.log')", "l.Info('x' * 9000)"], tmp_path)
    assert (tmp_path / "x.log.1").stat().st_size > 9000
    assert (tmp_path / "x.log").stat().st_size < 9100


def test_one_message_cannot_pass_the_bound(runtime, tmp_path):
    run(runtime, ["l = log.Log('info', 'x.log')", "l.Info('x' * 20000)", "l.Info('y')"], tmp_path)
    assert (tmp_path / "x.log.1").stat().st_size == 16384


def test_file_that_cannot_be_written_costs_the_file_alone(runtime, tmp_path):
    said = run(runtime, ["l = log.Log('info', 'no/such/folder.log')", "l.Info('one')", "l.Info('two')"], tmp_path)
    first, problem, second = said.splitlines()
    assert first.endswith("one")
    assert problem.startswith("log.file: no/such/folder.log cannot be written (")
    assert second.endswith("two")


def test_uptime_counts_through_the_wrap_of_the_ticks(runtime):
    said = run(
        runtime,
        [
            "ticks = [(1 << 30) - 1500]",
            "runtime._ticks = lambda: ticks[0]",
            "runtime._ticksSince = lambda now, before: (now - before) & ((1 << 30) - 1)",
            "runtime._ticksAfter = lambda before, ms: (before + ms) & ((1 << 30) - 1)",
            "runtime._uptime[:] = [7, ticks[0]]",
            "seen = []",
            "for step in (900, 900, 900, 5000):",
            " ticks[0] = (ticks[0] + step) & ((1 << 30) - 1)",
            " seen.append(runtime.UptimeSec())",
            "print(seen)",
        ],
    )
    assert said == "[7, 8, 9, 14]\n"
