"""Reads README.md: its sections, tables and code samples."""

import re

from tests.runtimes import ROOT

README = ROOT / "README.md"
_SAMPLE = re.compile(r"<!-- sample: (\w+) -->\n```python\n(.*?)```", re.DOTALL)


def text():
    """All of it."""
    return README.read_text(encoding="utf-8")


def section(title):
    """The text below the heading `title`, up to the next heading of its level or a higher one. Not the whole text's."""
    found = re.search(rf"^(##+) {re.escape(title)}\n(.*)", text(), re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no section {title!r}"
    end = re.search(rf"^#{{1,{len(found[1])}}} ", _without_code(found[2]), re.MULTILINE)
    return found[2][: end.start()] if end else found[2]


def rows(markdown):
    """The rows of all tables in a text, headings and rulers left out: lists of cells."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        lines = block.splitlines()[2:]
        found += [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return found


def codes(cell):
    """What stands in backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def samples():
    """The code samples, {name: source}; every Python sample must have a name."""
    found = dict(_SAMPLE.findall(text()))
    assert len(found) == text().count("```python"), "a sample without a name, or two of one name"
    return found


def _without_code(markdown):
    """The text with its code blocks blanked, so that a comment in one is no heading."""
    return re.sub(r"```.*?```", lambda block: re.sub(r"[^\n]", " ", block[0]), markdown, flags=re.DOTALL)
