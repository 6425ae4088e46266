"""tools.webroot: the .gz copies, those of the repository and those of a folder made up for the test."""

import gzip
import os
from pathlib import Path

import pytest

from tools import webroot
from tools.failure import ToolError

WEBROOT = Path(__file__).resolve().parents[2] / "webroot"
LONG = "<p>a page that is worth packing</p>\n" * 100


@pytest.fixture
def folder(tmp_path):
    """Return a web folder: one text worth packing (in a subfolder), one too short, one picture."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "page.html").write_text(LONG)
    (tmp_path / "short.txt").write_text("hello\n" * 20)
    (tmp_path / "photo.jpg").write_bytes(bytes(5000))
    return tmp_path


def copies(folder):
    """Return the names of the copies of `folder`."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.gz"))


def test_the_committed_copies_are_fresh():
    assert webroot.find_faults(WEBROOT) == {}
    assert webroot.find_orphans(WEBROOT) == []
    assert copies(WEBROOT) == ["app.js.gz", "index.html.gz", "style.css.gz"]


def test_only_what_pays_is_copied(folder):
    webroot.main([str(folder)])
    assert copies(folder) == [os.path.join("sub", "page.html.gz")]
    assert gzip.decompress((folder / "sub" / "page.html.gz").read_bytes()) == LONG.encode()
    assert not list(folder.rglob("*.tmp"))


def test_the_copy_depends_on_the_content_alone(folder):
    webroot.main([str(folder)])
    copy = folder / "sub" / "page.html.gz"
    first = copy.read_bytes()
    copy.unlink()
    os.utime(folder / "sub" / "page.html", (1, 1))
    webroot.main([str(folder)])
    assert copy.read_bytes() == first == webroot.compress(LONG.encode())


def test_a_copy_packed_otherwise_but_right_is_left_alone(folder):
    copy = folder / "sub" / "page.html.gz"
    copy.write_bytes(gzip.compress(LONG.encode(), compresslevel=1, mtime=0))
    before = copy.read_bytes()
    assert before != webroot.compress(LONG.encode())
    webroot.main([str(folder)])
    assert copy.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("sub/page.html.gz", None, "missing"),
        ("sub/page.html.gz", gzip.compress(b"an older page", mtime=0), "stale"),
        ("sub/page.html.gz", gzip.compress(LONG.encode(), mtime=0)[:-9], "stale"),
        ("sub/page.html.gz", gzip.compress(LONG.encode(), mtime=1), "stale"),
        ("sub/page.html.gz", b"not gzip at all", "stale"),
        ("sub/page.html.gz", b"", "stale"),
        ("short.txt.gz", gzip.compress(b"an older text", mtime=0), "needless"),
    ],
)
def test_check_names_the_fault_changes_nothing_and_renewing_mends_it(folder, capsys, name, content, fault):
    webroot.main([str(folder)])
    copy = folder / name
    copy.unlink(missing_ok=True)
    if content is not None:
        copy.write_bytes(content)
    with pytest.raises(ToolError, match="python3 -m tools webroot"):
        webroot.main([str(folder), "--check"])
    assert f"{name}: {fault}" in capsys.readouterr().out
    assert copy.exists() == (content is not None)
    webroot.main([str(folder)])
    webroot.main([str(folder), "--check"])
    assert "every .gz is fresh" in capsys.readouterr().out


def test_a_gz_of_the_users_own_is_left_alone(folder, capsys):
    own = folder / "data.csv.gz"
    own.write_bytes(b"mine")
    webroot.main([str(folder)])
    assert own.read_bytes() == b"mine" and "data.csv.gz: no data.csv beside it" in capsys.readouterr().out


def test_a_folder_that_is_none_is_named(tmp_path):
    with pytest.raises(ToolError, match="nowhere: expected a folder"):
        webroot.main([str(tmp_path / "nowhere")])
