"""The files of a WiPy 1.0: its configuration, pages and app over an FTP server that behaves like the board's."""

import gzip
import json

import pytest

from tools import config, ftp, upload
from tools.failure import ToolError


@pytest.fixture
def at(wipy):
    """What the command line says of the board."""
    return ["--board", "WIPY", "--port", wipy.address]


@pytest.fixture
def folder(tmp_path):
    """A device's folder: an app, a page below two folders, a configuration."""
    device = tmp_path / "device"
    (device / "webroot" / "a" / "b").mkdir(parents=True)
    (device / "webroot" / "index.html").write_text("<p>Hello")
    (device / "webroot" / "a" / "b" / "page.html").write_text("<p>Deep")
    (device / "app.py").write_text("from MicroWebSrv2 import *\n")
    (device / "config.json").write_text("{}")
    return device


def edit_to(monkeypatch, text):
    monkeypatch.setattr(config, "run_editor", lambda path: path.write_text(text))


def test_a_folder_is_uploaded(wipy, at, folder, capsys):
    """The app is compiled, for the board cannot; config.json is another verb's."""
    upload.main([*at, "--device", str(folder)])
    files = wipy.files
    assert files.pop("app.mpy")[:2] == b"M\x06"
    assert files == {"webroot/index.html": b"<p>Hello", "webroot/a/b/page.html": b"<p>Deep"}
    assert "reset button" in capsys.readouterr().out


def test_only_what_changed_is_sent(at, wipy, folder, capsys):
    upload.main([*at, "--device", str(folder)])
    (folder / "webroot" / "index.html").write_text("<p>HELLO")
    capsys.readouterr()
    upload.main([*at, "--device", str(folder)])
    assert "upload: 1 sent, 2 already there" in capsys.readouterr().out
    assert wipy.files["webroot/index.html"] == b"<p>HELLO"


def test_what_is_not_here_is_removed_if_asked(at, wipy, folder, capsys):
    upload.main([*at, "--device", str(folder)])
    (folder / "webroot" / "a" / "b" / "page.html").unlink()
    upload.main([*at, "--device", str(folder)])
    assert "1 on the board that are not here left alone" in capsys.readouterr().out
    upload.main([*at, "--device", str(folder), "--delete"])
    assert set(wipy.files) == {"app.mpy", "webroot/index.html"}
    assert not (wipy.folder / "flash" / "webroot" / "a").exists()


def test_the_copy_of_another_page_goes(at, wipy, folder, capsys):
    """Whoever puts a page in the place of the first one has it shown, by browsers that accept gzip too."""
    there = wipy.folder / "flash" / "webroot"
    there.mkdir(parents=True)
    (there / "index.html").write_text("<p>The first page")
    (there / "index.html.gz").write_bytes(b"the first page, compressed")
    (there / "alone.gz").write_bytes(b"no copy")
    upload.main([*at, "--device", str(folder)])
    said = capsys.readouterr().out
    assert "upload: removed webroot/index.html.gz\n" in said
    assert "3 sent, 0 already there, 1 on the board that are not here left alone" in said
    assert set(wipy.files) == {"app.mpy", "webroot/index.html", "webroot/a/b/page.html", "webroot/alone.gz"}
    upload.main([*at, "--device", str(folder)])
    assert "removed" not in capsys.readouterr().out


def test_copies_that_are_here_stay(at, wipy, folder):
    (folder / "webroot" / "index.html").write_text("<p>Hello" * 1000)
    (folder / "webroot" / "index.html.gz").write_bytes(gzip.compress(b"<p>Hello" * 1000, mtime=0))
    for _ in range(2):
        upload.main([*at, "--device", str(folder)])
        assert {"webroot/index.html", "webroot/index.html.gz"} < set(wipy.files)


def test_an_interrupted_upload_leaves_the_old_file(at, wipy, folder):
    upload.main([*at, "--device", str(folder)])
    (folder / "webroot" / "index.html").write_text("x" * 50_000)
    wipy.cut_after = 20_000
    with pytest.raises(ToolError, match="run the command again"):
        upload.main([*at, "--device", str(folder)])
    assert wipy.files["webroot/index.html"] == b"<p>Hello"
    wipy.cut_after = None
    upload.main([*at, "--device", str(folder)])
    assert len(wipy.files["webroot/index.html"]) == 50_000
    assert ftp.TEMPORARY not in wipy.files


def test_a_name_with_a_space_is_refused(at, folder):
    (folder / "webroot" / "my page.html").write_text("<p>")
    with pytest.raises(ToolError, match="webroot/my page.html: the board's FTP takes no name with a space"):
        upload.main([*at, "--device", str(folder)])


def test_an_app_that_is_no_python_is_refused(at, wipy, folder):
    (folder / "app.py").write_text("def (:\n")
    with pytest.raises(ToolError, match="app.py cannot be compiled:\n(.|\n)*SyntaxError"):
        upload.main([*at, "--device", str(folder)])
    assert not wipy.files


def test_the_configuration_is_edited(at, wipy, monkeypatch, capsys):
    """The first one, then another over it, which does not leave the board's file system full of copies."""
    for port in (8080, 8081):
        edit_to(monkeypatch, json.dumps({"server": {"port": port}}))
        config.main(at)
        assert {name: json.loads(data) for name, data in wipy.files.items()} == {
            "config.json": {"server": {"port": port}}
        }
    config.main(at)
    assert "unchanged, nothing was sent" in capsys.readouterr().out


def test_a_wrong_configuration_is_not_sent(at, wipy, monkeypatch):
    edit_to(monkeypatch, '{"server": {"port": "eighty"}}')
    with pytest.raises(ToolError, match="nothing was sent"):
        config.main(at)
    assert not wipy.files
