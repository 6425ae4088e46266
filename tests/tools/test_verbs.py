"""`python3 -m tools VERB` as its user meets it: what there is, and what is said when something is wrong."""

import shlex
import subprocess
import sys
import types

import pytest

from tests.runtimes import ROOT
from tools import __main__

TOOLS = [sys.executable, "-m", "tools"]


def run(*arguments):
    """Run the tools. Returns the subprocess.CompletedProcess, with what was said on both streams."""
    return subprocess.run([*TOOLS, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("arguments", "status"), [((), 2), (("--help",), 0)])
def test_the_verbs_are_listed(arguments, status):
    done = run(*arguments)
    assert done.returncode == status
    assert "usage: python3 -m tools VERB" in done.stdout and "\n  firmware " in done.stdout


def test_a_verb_that_is_not_there():
    done = run("fimrware")
    assert done.returncode == 2
    assert "error: there is no verb 'fimrware'." in done.stderr and "\n  firmware " in done.stderr


def test_a_fault_has_no_traceback():
    done = run("firmware", "--board", "NONE")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: there is no board 'NONE'. Boards: ESP32_GENERIC, ")


def test_a_full_disk_has_none_either(monkeypatch, capsys):
    def fill(_arguments):
        with open("/dev/full", "w") as full:
            full.write("x")

    monkeypatch.setitem(__main__.VERBS, "fill", "fill the disk")
    monkeypatch.setitem(sys.modules, "tools.fill", types.SimpleNamespace(main=fill))
    assert __main__.main(["fill"]) == 1
    assert capsys.readouterr().err == "error: the disk: No space left on device\n"


@pytest.mark.parametrize("argument", ["boardcheck", "--help"])
def test_a_reader_that_has_gone(argument):
    """`python3 -m tools boardcheck | head -0`"""
    process = subprocess.Popen([*TOOLS, argument], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 141


def test_a_users_name_may_have_spaces_and_apostrophes():
    command = ["make", "--no-print-directory", "-n", "user", "NAME=Anne O'Brien"]  # a make around it has them printed
    said = subprocess.check_output(command, cwd=ROOT, text=True)
    assert shlex.split(said.splitlines()[-1])[-2:] == ["user", "Anne O'Brien"]
