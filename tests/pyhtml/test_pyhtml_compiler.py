"""The templates' compiler: in this process row by row, and on every MicroPython all rows at once."""

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))  # as a MicroPython finds them: beside the program

import feed  # noqa: E402
import templates  # noqa: E402

sys.path.remove(str(FOLDER))
del sys.modules["feed"]  # another suite has one of that name


@pytest.mark.parametrize(("name", "wrong"), list(feed.everything()), ids=lambda value: str(value)[:60])
def test_template(name, wrong):
    assert wrong is None, name


def test_all_templates_on_a_micropython(micropython):
    lines = micropython.run(FOLDER / "feed.py").splitlines()
    assert [line for line in lines if line.startswith("FAILED")] == []
    assert lines[-1] == f"FED {len(list(feed.everything()))}"


def test_templates_are_told_apart():
    """The checker sees a wrong expectation: without that no row could fail."""
    assert "expected" in feed.check_good(("", b"a", b"b"), "whole")
    assert "refused in line 2" in feed.check_good(("", b"\n{{ }}", b""), "whole")
    assert feed.check_bad(("", b"a", 1, ""), "whole") == "taken"
    assert "got line 1" in feed.check_bad(("", b"{{ }}", 2, "is empty"), "whole")
    assert "got line 1" in feed.check_bad(("", b"{{ }}", 1, "else"), "whole")
    assert "rendered" in feed.check_failing(("", b"a", 1, ""), "whole")
    assert "got line 2" in feed.check_failing(("", b"\n{{ nothing }}", 1, "NameError"), "whole")
    assert templates.GOOD and templates.BAD and templates.FAILING
