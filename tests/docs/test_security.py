"""SECURITY.md: each promise names tests, and they are there."""

import ast
import re

import pytest

from tests.runtimes import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:3] for line in TEXT.splitlines() if line.startswith("| ") and "promise |" not in line]


def names_in(path):
    """The names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def named(cell):
    """(file, name of a test) of all that a cell names."""
    return [
        (path, name)
        for path, names in re.findall(r"\]\(([^)]+)\)((?: `\w+`)*)", cell)
        for name in re.findall(r"`(\w+)`", names) or [None]
    ]


@pytest.mark.parametrize(("promise", "cell"), ROWS, ids=[row[0].strip()[:60] for row in ROWS])
def test_a_promise_is_held_by_tests_that_exist(promise, cell):
    found = named(cell)
    assert found, f"nothing holds: {promise}"
    for path, name in found:
        assert name in names_in(path), f"{path} has no test {name}"


def test_there_are_promises():
    assert len(ROWS) > 10


def test_a_missing_test_is_seen():
    assert named("[a](tests/docs/test_security.py) `test_there_are_promises` `test_none`")[1][1] == "test_none"
    assert "test_none" not in names_in("tests/docs/test_security.py")
