"""A long command's output goes to its log; when it fails, its last lines go to the user."""

import sys

import pytest

from tools import step
from tools.failure import ToolError


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "LOGS", tmp_path / "logs")
    return tmp_path / "logs"


def python(program):
    return [sys.executable, "-c", program]


def test_success_says_one_line(logs, capsys):
    step.run_step("counting", python("print('one'); print('two')"), "count")
    assert (logs / "count.log").read_text() == "one\ntwo\n"
    assert capsys.readouterr().out == "counting: done in 0 s\n"


def test_failure_shows_the_end_of_the_log(logs):
    program = "import sys\nfor i in range(100): print('line', i)\nprint('no space left')\nsys.exit(1)"
    with pytest.raises(ToolError) as failure:
        step.run_step("counting", python(program), "count")
    message = str(failure.value)
    assert message.startswith("counting failed with exit status 1. The end of ")
    assert str(logs / "count.log") in message
    assert message.endswith("no space left")
    assert "line 99\n" in message and "line 0\n" not in message


def test_a_command_that_is_not_there(logs):
    with pytest.raises(ToolError, match="counting: cannot run /no/such/command: No such file"):
        step.run_step("counting", ["/no/such/command"], "count")


def test_a_long_command_shows_that_it_lives(capsys, monkeypatch):
    monkeypatch.setattr(step, "REPORT_SEC", 0.05)
    step.run_step("waiting", python("import time; time.sleep(0.5)"), "wait")
    assert capsys.readouterr().out.count("waiting ... 0 s\n") >= 2


def test_an_interrupted_command_is_ended(monkeypatch):
    ended = []

    class Interrupted:
        def wait(self, *_):
            if not ended:
                raise KeyboardInterrupt

        def terminate(self):
            ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        step._watch(Interrupted(), "waiting", None, 0)
    assert ended
