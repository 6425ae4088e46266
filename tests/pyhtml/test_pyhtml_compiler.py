"""The templates' compiler: in this process row by row, and on every MicroPython all rows at once."""

import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))  # as a MicroPython finds them: beside the program

import pyhtml_feed as feed  # noqa: E402
import templates  # noqa: E402

sys.path.remove(str(FOLDER))


@pytest.mark.parametrize(("name", "wrong"), list(feed.everything()), ids=lambda value: str(value)[:60])
def test_template(name, wrong):
    assert wrong is None, name


def test_all_templates_on_a_micropython(feeder):
    feeder.feed(FOLDER / "pyhtml_feed.py", len(list(feed.everything())))


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


FRAGMENTS = st.sampled_from(
    [b"{{", b"}}", b"{", b"}", b" ", b"if 1", b"elif 0", b"else", b"for x in items", b"end", b"py", b"name", b"x = 1"]
    + [b"'", b'"', b"'''", b"(", b"]", b"#", b"\\", b"\n", b"\r\n", b"\t", b"\0", b"\xff", b"\xc3\xa9", b":", b"yield"]
    + [b"{{ py }}", b"{{ end }}", b"{{ if name }}", b"{{ else }}", b"{{ name }}", b"text " * 10]
)


# A page may show a generator, which is another object each time.
ADDRESS = re.compile(rb"0x[0-9a-f]+")


def outcome(data, way):
    """What comes of a template: its page, where it is refused, or what it raises."""
    try:
        function, lines = feed.compile_page(data, way)
    except feed.PageError as error:
        assert 1 <= error.Line <= data.count(b"\n") + 1, f"line {error.Line}: {error}"
        return error.Line, str(error)
    try:
        return ADDRESS.sub(b"", feed.render(function, data))
    except Exception as error:
        return feed.Explain(error, lines, "")[:2]


@settings(deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FRAGMENTS, max_size=15))
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_any_template_is_compiled_or_refused(fragments):
    """Nothing but PageError comes out, with a line that there is, and the blocks of the file change nothing of it."""
    data = b"".join(fragments)
    assert outcome(data, "byte by byte") == outcome(data, "whole")
