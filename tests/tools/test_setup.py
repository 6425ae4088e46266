"""What a machine lacks is installed where that is allowed, and named with what to type where it is not."""

import re

import pytest

from tools import setup
from tools.failure import ToolError


def test_missing_packages_are_found():
    needs = {"there": lambda: True, "absent": lambda: False, "gone": lambda: False}
    assert setup.missing_packages(needs) == ["absent", "gone"]


def test_this_machine_has_all():
    """The suite itself could not run otherwise: so the tests for each need agree with a machine that has it."""
    assert setup.missing_packages() == []


def test_an_ordinary_user_is_told_what_to_type():
    with pytest.raises(ToolError) as refusal:
        setup.install_packages(["gcc", "dpkg-dev"], is_root=False, has_apt=True)
    assert "lacks 2 packages: gcc dpkg-dev" in str(refusal.value)
    assert re.search(r"^ +sudo apt-get update && sudo apt-get install gcc dpkg-dev$", str(refusal.value), re.MULTILINE)


def test_another_system_is_told_what_is_missing():
    with pytest.raises(ToolError, match="gcc, and it has no apt-get|packages gcc bring, and it has no apt-get"):
        setup.install_packages(["gcc"], is_root=True, has_apt=False)


def test_root_gets_them_installed(monkeypatch):
    ran = []
    monkeypatch.setattr(setup, "run_step", lambda label, command, log, **_: ran.append(command))
    setup.install_packages(["gcc"], is_root=True, has_apt=True)
    assert ran == [["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "gcc"]]


def test_what_only_tests_need_is_asked_of_nobody(monkeypatch, capsys):
    monkeypatch.setattr(setup, "TEST_NEEDS", {"gcc-moon": lambda: False})
    ran = []
    monkeypatch.setattr(setup, "run_step", lambda label, command, log, **_: ran.append(command))
    setup.install_for_tests(is_root=False, has_apt=True)
    assert ran == [] and "gcc-moon the tests skip" in capsys.readouterr().out
    setup.install_for_tests(is_root=True, has_apt=True)
    assert ran[-1][-1] == "gcc-moon"


def test_nothing_is_run_when_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(setup, "run_step", None)
    setup.install_packages([], is_root=True, has_apt=True)


@pytest.mark.parametrize(
    ("version", "machine", "skipped"),
    [((3, 11), "x86_64", False), ((3, 13), "x86_64", True), ((3, 11), "aarch64", True)],
)
def test_a_runtime_without_a_wheel_is_told(version, machine, skipped):
    notes = setup.skipped_notes(version, machine)
    assert bool(notes) == skipped
    assert all(f"this is Python {version[0]}.{version[1]} on {machine}" in note for note in notes)


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """A place for a virtual environment where no command is really run; gives the list of those that would be."""
    ran = []
    (tmp_path / "venv").mkdir()
    monkeypatch.setattr(setup, "VENV", tmp_path / "venv")
    monkeypatch.setattr(setup, "STAMP", tmp_path / "venv" / "installed.txt")
    monkeypatch.setattr(setup, "REQUIREMENTS", tmp_path / "requirements.txt")
    (tmp_path / "requirements.txt").write_text("one==1\n")
    monkeypatch.setattr(setup, "run_step", lambda label, command, log, **_: ran.append(label))
    return ran


def test_the_environment_is_made_once(environment):
    setup.make_environment()
    assert environment == ["virtual environment", "Python packages"]
    setup.make_environment()
    assert len(environment) == 2


def test_other_pins_are_installed_into_the_same_environment(environment):
    setup.make_environment()
    setup.REQUIREMENTS.write_text("one==2\n")
    setup.make_environment()
    assert environment[2:] == ["Python packages"]


def test_another_interpreter_gets_a_new_environment(environment, monkeypatch):
    setup.make_environment()
    monkeypatch.setattr(setup.sys, "version", "3.99.0")
    setup.make_environment()
    assert environment[2:] == ["virtual environment", "Python packages"]


def interrupt_packages(monkeypatch, ran):
    """Run `setup.make_environment`, interrupted while it installs packages."""

    def interrupted(label, command, log, **_):
        ran.append(label)
        if label == "Python packages":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(setup, "run_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            setup.make_environment()


def test_an_interrupted_installation_begins_anew(environment, monkeypatch):
    interrupt_packages(monkeypatch, environment)
    setup.make_environment()
    assert environment == ["virtual environment", "Python packages"] * 2


def test_an_interrupted_update_is_not_taken_for_the_old_environment(environment, monkeypatch):
    setup.make_environment()
    setup.REQUIREMENTS.write_text("one==2\n")
    interrupt_packages(monkeypatch, environment)
    setup.REQUIREMENTS.write_text("one==1\n")
    del environment[:]
    setup.make_environment()
    assert environment == ["virtual environment", "Python packages"]
