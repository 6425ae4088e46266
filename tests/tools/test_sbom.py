"""The bill of materials: what was built, read back by the library that reads such bills."""

import hashlib
import json

import pytest
from cyclonedx.model.bom import Bom

from MicroWebSrv2 import __version__
from tools import boards, firmware, sbom
from tools.micropython import COMMIT, source_tree
from tools.paths import BUILD, DIST


@pytest.fixture(scope="module")
def unix():
    """The UNIX firmware's bill as it is published, parsed."""
    return Bom.from_json(json.loads((DIST / "UNIX" / sbom.NAME).read_text()))


def parts_of(bom):
    """{name: component} of a bill."""
    return {part.name: part for part in bom.components}


@pytest.mark.usefixtures("firmware")
class TestTheBillOfUNIX:
    """What is said of the firmware that is there."""

    def test_says_whose_it_is(self, unix):
        whole = unix.metadata.component
        assert whole.name == "MicroWebSrv2 firmware UNIX"
        assert whole.version == __version__
        (file,) = whole.components
        assert file.name == "micropython"
        content = (DIST / "UNIX/micropython").read_bytes()
        assert file.hashes[0].content == hashlib.sha256(content).hexdigest()

    def test_names_what_is_in_it(self, unix):
        parts = parts_of(unix)
        assert set(parts) == {"MicroWebSrv2", "MicroPython", "littlefs", "mbedtls", "oofatfs", "re1.5", "uzlib"}
        assert COMMIT in str(parts["MicroPython"].purl)
        assert parts["mbedtls"].version.startswith("3.6.")
        assert parts["mbedtls"].cpe == f"cpe:2.3:a:arm:mbed_tls:{parts['mbedtls'].version}:*:*:*:*:*:*:*"
        assert parts["littlefs"].version == "2.8"
        assert all(part.licenses for part in parts.values())

    def test_is_the_same_every_time(self):
        board, tree = boards.load("UNIX"), source_tree()
        twice = [sbom.make(board, tree, BUILD / "UNIX", firmware.SOURCE_DATE_EPOCH) for _ in range(2)]
        assert twice[0] == twice[1] == (DIST / "UNIX" / sbom.NAME).read_text()

    def test_is_among_the_checksums(self):
        digest = hashlib.sha256((DIST / "UNIX" / sbom.NAME).read_bytes()).hexdigest()
        assert f"{digest}  {sbom.NAME}\n" in (DIST / "UNIX/SHA256SUMS").read_text()


def test_every_library_of_the_source_has_its_version_where_it_is_looked_for():
    tree = source_tree()
    for name in ("littlefs", "lwip", "mbedtls", "oofatfs"):
        assert sbom.version_of(tree, name), name
    assert sbom.version_of(tree, "lwip").startswith("2.2.")
    assert sbom.version_of(tree, "uzlib") is None


def test_a_library_is_found_in_what_the_compiler_read(tmp_path):
    (tmp_path / "a.P").write_text("a.o: ../../lib/lwip/src/include/lwip/tcp.h /usr/lib/gcc/x/stdint.h\n")
    (tmp_path / "lib/stm32lib/HAL").mkdir(parents=True)
    (tmp_path / "lib/stm32lib/HAL/hal.o").touch()
    (tmp_path / "b.d").write_text("b.o: ../../lib/novelty/new.c\n")
    assert sbom.libraries_of(tmp_path) == ["lwip", "novelty", "stm32lib"]


def test_a_library_that_nobody_knows_is_named_all_the_same(tmp_path):
    (tmp_path / "b.d").write_text("b.o: ../../lib/novelty/new.c\n")
    (tmp_path / "micropython").write_bytes(b"image")
    (tmp_path / "project_description.json").write_text('{"git_revision": "v5.2.2"}')
    made = Bom.from_json(json.loads(sbom.make(boards.load("UNIX"), source_tree(), tmp_path, 0)))
    assert parts_of(made)["novelty"].version is None
    assert parts_of(made)["esp-idf"].version == "v5.2.2"
