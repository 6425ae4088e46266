"""A device folder is filled once and kept up to date; what its user made or changed stays."""

import gzip
import json
import os

import pytest

from tools import device
from tools.failure import ToolError
from tools.paths import ROOT

PAGE = "<p>" + "welcome to this page, a long one; " * 100


@pytest.fixture
def webroot(tmp_path):
    folder = tmp_path / "webroot"
    (folder / "pictures").mkdir(parents=True)
    write(folder / "index.html", PAGE, age=100)
    (folder / "index.html.gz").write_bytes(gzip.compress(PAGE.encode(), mtime=0))
    write(folder / "pictures" / "one.svg", "<svg/>", age=100)
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "device"


def write(path, text, age=0):
    """Write `text`, last changed `age` seconds before a fixed day."""
    path.write_text(text)
    os.utime(path, (1_800_000_000 - age, 1_800_000_000 - age))


def test_the_first_time_all_is_written(folder, webroot):
    assert device.prepare(folder, webroot) == [
        "config.json", "webroot/index.html", "webroot/index.html.gz", "webroot/pictures/one.svg",
    ]  # fmt: skip
    assert json.loads((folder / "config.json").read_text())["server"]["port"] == 8080
    assert (folder / "webroot" / "pictures" / "one.svg").read_text() == "<svg/>"


def test_the_second_time_nothing_is(folder, webroot):
    device.prepare(folder, webroot)
    assert device.prepare(folder, webroot) == []


def test_only_what_changed_is_copied(folder, webroot):
    device.prepare(folder, webroot)
    write(webroot / "pictures" / "one.svg", "<svg></svg>")
    assert device.prepare(folder, webroot) == ["webroot/pictures/one.svg"]
    assert (folder / "webroot" / "pictures" / "one.svg").read_text() == "<svg></svg>"


@pytest.mark.parametrize("heap", ["80k", "160k", "1M", "2m", "81920"])
def test_a_heap_of_that_size(heap):
    device.check_heap(heap)


@pytest.mark.parametrize("heap", ["", "k", "abc", "160kb", "-160k", "1.5M", "79k", "160"])
def test_no_heap_of_that_size(heap):
    with pytest.raises(ToolError, match=f'HEAP: expected bytes, or a number with k or M, 80k or more, got "{heap}"'):
        device.main(["--heap=" + heap])


def test_the_users_files_stay(folder, webroot):
    device.prepare(folder, webroot)
    (folder / "config.json").write_text('{"server": {"port": 9000}}')
    (folder / "app.py").write_text("# mine\n")
    (folder / "webroot" / "mine.html").write_text("mine")
    write(folder / "webroot" / "pictures" / "one.svg", "<svg>mine</svg>", age=50)
    assert device.prepare(folder, webroot) == []
    assert (folder / "config.json").read_text() == '{"server": {"port": 9000}}'
    assert (folder / "webroot" / "mine.html").read_text() == "mine"
    assert (folder / "webroot" / "pictures" / "one.svg").read_text() == "<svg>mine</svg>"


def test_a_page_that_the_user_changed_is_compressed_anew(folder, webroot):
    """Otherwise browsers that accept gzip would go on getting the old page."""
    device.prepare(folder, webroot)
    write(folder / "webroot" / "index.html", PAGE + "mine", age=50)
    assert device.prepare(folder, webroot) == ["webroot/index.html.gz"]
    assert gzip.decompress((folder / "webroot" / "index.html.gz").read_bytes()).decode() == PAGE + "mine"


def test_a_folder_that_cannot_be_is_refused(tmp_path, webroot):
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="file.*Choose another folder: DEVICE="):
        device.prepare(tmp_path / "file" / "device", webroot)


def test_without_firmware_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(device, "FIRMWARE", tmp_path / "micropython")
    with pytest.raises(ToolError, match="is not there. Build it:(?s:.*)make firmware"):
        device.serve(tmp_path, "160k")


def test_the_first_config_is_what_the_schema_allows():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "tools" / "config_schema.json").read_text())
    jsonschema.validate(json.loads(device.FIRST_CONFIG.read_text()), schema)
