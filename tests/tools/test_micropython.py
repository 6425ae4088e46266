"""A source tree is used only if it is the pinned version and whole; an archive only if it is the release."""

import hashlib
import os
import shutil
import subprocess
import sys

import pytest

from tools import micropython
from tools.failure import ToolError
from tools.paths import ROOT

VERSION_HEADER = """\
#define MICROPY_VERSION_MAJOR 1
#define MICROPY_VERSION_MINOR {}
#define MICROPY_VERSION_MICRO 0
#define MICROPY_VERSION_PRERELEASE {}
"""


def make_tree(folder, minor=25, prerelease=0, without=()):
    (folder / "py").mkdir(parents=True)
    (folder / "py" / "mpconfig.h").write_text(VERSION_HEADER.format(minor, prerelease))
    for part in micropython.NEEDED:
        if part not in without:
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            (folder / part).write_text("")
    return folder


def test_a_whole_tree_is_taken(tmp_path, monkeypatch):
    tree = make_tree(tmp_path / "mpy")
    monkeypatch.setenv("MPY_DIR", str(tree))
    assert micropython.source_tree() == tree


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"minor": 26}, "MicroPython 1.26.0 is there, expected 1.25.0"),
        ({"prerelease": 1}, "MicroPython 1.25.0-preview is there, expected 1.25.0"),
        ({"without": ["lib/mbedtls/library/ssl_tls.c"]}, "incomplete, it lacks lib/mbedtls/library/ssl_tls.c"),
    ],
)
def test_another_tree_is_refused_with_what_to_do(tmp_path, monkeypatch, settings, expected):
    tree = make_tree(tmp_path / "mpy", **settings)
    monkeypatch.setenv("MPY_DIR", str(tree))
    with pytest.raises(ToolError) as refusal:
        micropython.source_tree()
    assert str(refusal.value).startswith(f"MPY_DIR={tree}: {expected}")
    assert "submodule update --init lib/mbedtls" in str(refusal.value)


def test_a_folder_without_micropython_is_refused(tmp_path):
    """As a user meets it: one line that begins with error, no traceback, status 1."""
    ended = subprocess.run(
        [sys.executable, "-m", "tools", "micropython"],
        cwd=ROOT, env=dict(os.environ, MPY_DIR=str(tmp_path)), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: MPY_DIR={tmp_path}: no MicroPython source there")
    assert "Traceback" not in ended.stderr


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A folder with an archive that stands for MicroPython's, and the pin that fits it."""
    archive = tmp_path / "micropython_1.25.0+ds.orig.tar.xz"
    archive.write_bytes(b"the release")
    digest = hashlib.sha256(b"the release").hexdigest()
    monkeypatch.setitem(micropython.ARCHIVES, "micropython", (archive.name, digest))
    return tmp_path


def test_the_release_is_accepted(packages):
    assert micropython.check_archive(packages, "micropython")["name"] == "micropython_1.25.0+ds.orig.tar.xz"


def test_other_bytes_are_refused(packages):
    (packages / "micropython_1.25.0+ds.orig.tar.xz").write_bytes(b"the release, and more")
    with pytest.raises(ToolError, match="SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}.* not used"):
        micropython.check_archive(packages, "micropython")


def test_another_version_is_named(packages):
    (packages / "micropython_1.25.0+ds.orig.tar.xz").rename(packages / "micropython_1.26.0.orig.tar.xz")
    with pytest.raises(ToolError, match=r"expected one archive micropython_1.25.0.*got micropython_1.26.0.orig"):
        micropython.check_archive(packages, "micropython")


@pytest.fixture
def fetching(monkeypatch, tmp_path):
    """A place to fetch into, and a stand-in for the download that fills in archives or fails."""
    monkeypatch.setattr(micropython, "BUILD", tmp_path)
    monkeypatch.setattr(micropython, "TREE", tmp_path / "micropython")
    monkeypatch.delenv("MPY_DIR", raising=False)
    monkeypatch.setattr("tools.aptsource.fetch_sources", lambda packages, suite, folder: None)
    monkeypatch.setattr(micropython, "check_archive", lambda folder, package: {"name": package, "sha256": "0"})
    monkeypatch.setattr(micropython, "assemble", lambda folder: make_tree(folder / "micropython"))
    return tmp_path


def test_fetched_once(fetching, monkeypatch):
    tree = micropython.source_tree()
    assert (tree / micropython.STAMP).is_file()
    monkeypatch.setattr(micropython, "fetch", None)
    assert micropython.source_tree() == tree
    assert [path.name for path in fetching.iterdir()] == ["micropython"]


def test_an_interrupted_fetch_leaves_nothing(fetching, monkeypatch):
    def interrupted(folder):
        make_tree(folder / "micropython")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(micropython, "assemble", interrupted)
        with pytest.raises(KeyboardInterrupt):
            micropython.source_tree()
    assert list(fetching.iterdir()) == []


def test_a_half_tree_of_old_is_replaced(fetching):
    make_tree(micropython.TREE, minor=19)
    assert micropython.version_of(micropython.source_tree()) == "1.25.0"


def test_a_wrong_tree_does_not_replace_the_old_one(fetching, monkeypatch):
    old = micropython.source_tree()
    monkeypatch.setattr(micropython, "assemble", lambda folder: make_tree(folder / "micropython", minor=26))
    with pytest.raises(ToolError, match="1.26.0 is there"):
        micropython.fetch()
    assert micropython.version_of(old) == "1.25.0"
    shutil.rmtree(old)
