"""The emulated board's firmware: the same bytes wherever it is built, and its images."""

import re
import shutil
import subprocess

import pytest

from tools import boards, firmware
from tools.micropython import source_tree
from tools.paths import BOARDS, BUILD, DIST, ROOT
from tools.toolchain import ARM_COMPILER

pytestmark = pytest.mark.skipif(not shutil.which(ARM_COMPILER), reason=f"{ARM_COMPILER} is not there")

BOARD = boards.load("MPS2_AN385")


def section_size(image, section):
    """Bytes of a section of an image in dist/."""
    table = subprocess.check_output(["arm-none-eabi-size", "-A", DIST / BOARD.name / image], text=True)
    return int(re.search(rf"^\.{section}\s+(\d+)", table, re.MULTILINE).group(1))


def test_the_images_differ_in_their_heap():
    assert section_size("firmware.elf", "heap") == BOARD.heap
    assert section_size("firmware-64k.elf", "heap") == 64 * 1024
    assert section_size("firmware-2m.elf", "heap") == 2 << 20
    assert len({section_size(image, "text") for image in BOARD.products}) == 1


@pytest.mark.timeout(1800)  # a whole build, which a busy machine takes long for
def test_the_same_bytes_come_out_elsewhere(tmp_path):
    """Built anew in another folder, from a source tree and a repository that lie elsewhere too."""
    firmware.build(BOARD.name)
    repository = tmp_path / "repository"
    repository.mkdir()
    for name in ("modules", "manifest.py"):
        (repository / name).symlink_to(ROOT / name)
    folder = repository / "boards" / BOARD.name
    shutil.copytree(BOARDS / BOARD.name, folder)
    (tmp_path / "source").symlink_to(source_tree())
    command = firmware.make(
        folder,
        TOP=tmp_path / "source",
        BUILD=tmp_path / "build",
        FROZEN_MANIFEST=folder / "manifest.py",
        MICROPY_MPYCROSS_DEPENDENCY=firmware.MPY_CROSS,
    )
    subprocess.run(command, env=firmware.build_environment(), check=True, capture_output=True)
    for product in BOARD.products:
        built = (tmp_path / "build" / product).read_bytes()
        assert built == (DIST / BOARD.name / product).read_bytes(), f"{product}: other bytes than {BUILD} gave"
        assert str(ROOT).encode() not in built
