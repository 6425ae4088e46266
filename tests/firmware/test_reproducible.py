"""The same sources give the same bytes: images that CI builds, built a second time in other folders.

The emulated board's, whose port is here, is in tests/tools/test_mps2_build.py.
"""

import shutil
import subprocess

import pytest

from tools import boards, firmware, toolchain
from tools.micropython import source_tree
from tools.paths import DIST, ROOT

NAMES = ["UNIX", "WIPY"]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A copy of what is built from, with MicroPython's source, under a longer path."""
    place = tmp_path_factory.mktemp("somewhere_else") / "with" / "a" / "longer" / "path"
    place.mkdir(parents=True)
    for name in ("boards", "modules"):
        shutil.copytree(ROOT / name, place / name)
    shutil.copy(ROOT / "manifest.py", place / "manifest.py")
    subprocess.run(["cp", "--archive", "--link", source_tree(), place / "micropython"], check=True)
    return place


@pytest.mark.parametrize("name", NAMES)
def test_built_in_another_folder_it_is_the_same(name, elsewhere, monkeypatch):
    lacking = toolchain.missing(boards.load(name), source_tree())
    if lacking:
        pytest.skip(lacking.partition(". ")[0])
    firmware.build(name)
    monkeypatch.setattr(firmware, "BUILD", elsewhere / "build")
    board = boards.load(name, elsewhere / "boards")
    firmware.make_port(elsewhere / "micropython", board)
    for product in board.products:
        again = firmware.product_of(board, product).read_bytes()
        assert again == (DIST / name / product).read_bytes(), f"{product} depends on where it is built"
