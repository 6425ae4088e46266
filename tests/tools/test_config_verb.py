"""`make config`'s own part: a configuration that is not right is not sent, and nothing of the user's is lost."""

import json
import re
import sys

import pytest

from tools import config
from tools.failure import ToolError

GOOD = '{"server": {"port": 8080}}\n'


@pytest.mark.parametrize(
    "text", [GOOD, "{}", '{"hostname": "kitchen"}', '{"wifi": {"networks": [{"ssid": "x", "password": null}]}}']
)
def test_a_good_configuration(text):
    assert config.problems(text) == []


def test_what_a_new_board_begins_with_is_good():
    assert config.problems(json.dumps(config.FIRST)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"server": {"port": "eighty"}}', ["server.port: expected 1..65535"]),
        ('{"server": {"port": 0}}', ["server.port: expected 1..65535"]),
        ('{"server": {"prot": 80}}', ["server", "prot"]),
        ('{"log": {"level": "loud"}}', ['log.level: expected "debug" or "info" or']),
        ('{"hostname": "-"}', ["hostname", "letters, digits"]),
        ('{"server": {"tls": {"cert": 1}}}', ["server.tls.cert: expected string or null"]),
        ("[]", ["the file", "object"]),
        ('{"server": {"port": 80}', ["JSON", "line 1"]),
        (json.dumps({"hostname": "x" * 9000}), ["8,192"]),
        ("[" * 8000, ["nested too deeply"]),
        ('{"log": {"file": "config.json"}}', ["log.file", "ends in .log"]),
    ],
)
def test_what_is_wrong_is_named(text, words):
    (problem,) = config.problems(text)
    for word in words:
        assert word in problem


def test_a_password_is_not_shown():
    text = '{"wifi": {"networks": [{"ssid": "home", "password": "s3cret"}]}, "accessPoint": {"password": "s3cret"}}'
    found = config.problems(text)
    assert len(found) == 2
    assert not any("s3cret" in problem for problem in found)


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """A function that makes EDITOR a program: it runs the given statements, `path` being the file to edit."""

    def become(statements):
        script = tmp_path / "editor.py"
        script.write_text(f"import sys, pathlib\npath = pathlib.Path(sys.argv[1])\n{statements}\n")
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")

    return become


def test_what_the_user_writes_is_taken(editor):
    editor('path.write_text(path.read_text().replace("8080", "8081"))')
    assert config.edit(GOOD) == GOOD.replace("8080", "8081")


def test_a_wrong_one_is_kept_here(editor, capsys):
    editor("""path.write_text('{"server": {"port": -1}}')""")
    with pytest.raises(ToolError) as error:
        config.edit(GOOD)
    kept = re.search(r"(/\S+config\.json)", str(error.value))[1]
    with open(kept) as file:
        assert file.read() == '{"server": {"port": -1}}'
    assert "server.port: expected 1..65535\n" in capsys.readouterr().out


def test_what_is_no_text_is_kept_here(editor, capsys):
    editor("path.write_bytes(bytes([0xE9]))")  # an accent in Latin-1
    with pytest.raises(ToolError, match="nothing was sent"):
        config.edit(GOOD)
    assert "UTF-8" in capsys.readouterr().out


def test_it_can_be_edited_again(editor, monkeypatch):
    editor("""path.write_text('{"server": {"port": %d}}' % (8081 if "-1" in path.read_text() else -1))""")
    monkeypatch.setattr(config, "wants_to_go_on", lambda: True)
    assert config.edit(GOOD) == '{"server": {"port": 8081}}'


def test_an_editor_that_fails(editor):
    editor("sys.exit(3)")
    with pytest.raises(ToolError, match="status 3: nothing was sent"):
        config.edit(GOOD)


def test_an_editor_that_is_not_there(monkeypatch):
    monkeypatch.setenv("VISUAL", "no-such-editor")
    with pytest.raises(ToolError, match="'no-such-editor' cannot be run"):
        config.edit(GOOD)
