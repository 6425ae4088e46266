"""`make fuzz`: it is led by the code, and what it finds ends up where the tests try it."""

import importlib.util

import pytest

from tools import fuzz
from tools.failure import ToolError

GUIDED = """
import sys
import atheris

def leads_to_a_fault(data):
    if data[:1] == b"F" and data[1:2] == b"A" and data[2:3] == b"U":
        raise ValueError("the planted one")

atheris.Setup([sys.argv[1], *sys.argv[2:]], atheris.instrument_func(leads_to_a_fault))
atheris.Fuzz()
"""

with_atheris = pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="`make fuzz` brings atheris")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "FOUND", tmp_path / "found")
    monkeypatch.setattr(fuzz, "CORPUS", tmp_path / "corpus")
    return tmp_path


@with_atheris
def test_a_property_that_holds(folders):
    inputs, places = fuzz.put("hosts", fuzz.words()["hosts"], ["-runs=300", "-seed=1"])
    assert inputs >= 300
    assert places > 20


@with_atheris
def test_a_property_that_does_not(folders, monkeypatch):
    (folders / "guided.py").write_text(GUIDED)
    monkeypatch.setattr(fuzz, "FOLDER", folders)
    with pytest.raises(ToolError, match="planted: ValueError: the planted one") as refusal:
        fuzz.put("planted", [b"FAUL", b"x"], ["-runs=200000", "-seed=1"])
    (kept,) = (folders / "corpus" / "planted").iterdir()
    assert kept.read_bytes()[:3] == b"FAU"
    assert str(kept) in str(refusal.value)


def test_a_run_that_breaks_down(folders, monkeypatch):
    """It is no property that holds."""
    (folders / "guided.py").write_text("raise SystemExit('no atheris')")
    monkeypatch.setattr(fuzz, "FOLDER", folders)
    with pytest.raises(ToolError, match="ended early[\\s\\S]*no atheris"):
        fuzz.put("planted", [], [])


def test_no_such_property(monkeypatch):
    monkeypatch.setattr(fuzz, "require_atheris", lambda: None)
    with pytest.raises(ToolError, match="no property nonsense. There are: chunked, "):
        fuzz.main(["--property", "nonsense"])


@pytest.mark.parametrize("arguments", [["--runs", "0"], ["--runs", "-1"], ["--minutes", "0"]])
def test_no_such_amount(arguments, capsys):
    with pytest.raises(SystemExit):
        fuzz.main(arguments)
    assert "--minutes and --runs: expected more than 0" in capsys.readouterr().err


def test_where_atheris_is_not_to_be_had(monkeypatch):
    def refuse(label, command, log):
        assert str(fuzz.REQUIREMENTS) in command
        raise ToolError("no matching distribution")

    monkeypatch.setattr(fuzz.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(fuzz, "run_step", refuse)
    with pytest.raises(ToolError, match="no matching distribution[\\s\\S]*not to be had for Python"):
        fuzz.require_atheris()


def test_words_of_any_bytes():
    assert fuzz.dictionary([b'a"\\', b"", b"\r\n\xff"]) == '"\\x61\\x22\\x5c"\n"\\x0d\\x0a\\xff"\n'
