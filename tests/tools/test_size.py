"""What `make size` measures, on the UNIX firmware and on a small program made here."""

import json
import subprocess

import pytest

from tools import boards, size
from tools.micropython import source_tree
from tools.paths import BUILD, DIST, ROOT

PROGRAM = """
const char constant[5000] = {1};
char initialised[3000] = {1};
char zeroed[7000];
char _heap_start[64], between[1000];
int main(void) { return constant[0] + initialised[0] + zeroed[0] + between[0] + _heap_start[0]; }
"""


@pytest.fixture(scope="module")
def measured(firmware):
    """What is measured of the UNIX firmware, as it is built."""
    folder = BUILD / "UNIX"
    return {"frozen": size.frozen_by_module(folder), "sections": size.sections(folder / "micropython")}


def test_every_module_is_measured(measured):
    modules = {str(path.relative_to(ROOT / "modules"))[:-3] for path in (ROOT / "modules/firmware").glob("*.py")}
    assert modules <= set(measured["frozen"])
    frozen = measured["frozen"]
    assert all(frozen.values()), [name for name in frozen if not frozen[name]]
    assert frozen["MicroWebSrv2/httpConnection"] > frozen["boot"]


def test_the_sum_is_the_object_files(measured):
    compiled = sum(size.sections(BUILD / "UNIX/frozen_content.o").values())
    assert sum(measured["frozen"].values()) == compiled
    assert 0 < measured["frozen"][size.SHARED] < compiled / 2


def test_the_longer_name_wins():
    paths = ["a/b_c", "a/b"]
    assert size._module_of("fun_data_a_b_c", paths) == "a/b_c"
    assert size._module_of("fun_data_a_b_d", paths) == "a/b"
    assert size._module_of("fun_data_a_bd", paths) == size.SHARED
    assert size._module_of("mp_qstr_frozen_const_pool", paths) == size.SHARED


def test_the_sections_of_a_program(tmp_path):
    (tmp_path / "p.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-O0", "-o", tmp_path / "p", tmp_path / "p.c"], check=True)
    sizes = size.sections(tmp_path / "p")
    assert 5000 <= sizes["text"] < 5000 + 4000
    assert 3000 <= sizes["data"] < 3000 + 2000
    assert 8000 <= sizes["bss"] < 8000 + 2000
    gnu = subprocess.check_output(["size", tmp_path / "p"], text=True).splitlines()[1].split()
    assert list(map(int, gnu[:3])) == list(sizes.values())


def test_the_heap_between_the_linkers_names(tmp_path):
    (tmp_path / "p.c").write_text("int main(void) { return 0; }")
    ends = ["-Wl,--defsym=_heap_start=0x20001000", "-Wl,--defsym=_heap_end=0x20003800"]
    subprocess.run(["gcc", *ends, "-no-pie", "-o", tmp_path / "p", tmp_path / "p.c"], check=True)
    assert size.heap_of(tmp_path / "p") == 0x2800
    subprocess.run(["strip", tmp_path / "p"], check=True)
    assert size.heap_of(tmp_path / "p") is None


def test_the_report_shows_what_is_left():
    lines = size.report(
        {
            "board": "MOON",
            "builtHere": True,
            "images": {"firmware.bin": {"size": 188000, "largest": 196608, "left": 8608}},
            "sections": {"text": 1234567, "data": 5, "bss": 6},
            "heap": 55064,
            "frozen": {"a": 10, "b": 2000},
        }
    )
    assert "  firmware.bin: 188,000 bytes of 196,608, 8,608 left" in lines
    assert "  text   1,234,567" in lines
    assert "  heap      55,064  left by the linker" in lines
    assert lines[-3:] == ["  frozen     2,010", "        2,000  b", "           10  a"]


def test_the_verb_keeps_what_it_measured(firmware, capsys):
    size.main(["UNIX"])
    kept = json.loads((DIST / "UNIX/size.json").read_text())
    assert kept["board"] == "UNIX" and kept["builtHere"]
    assert kept["images"]["micropython"]["size"] == (DIST / "UNIX/micropython").stat().st_size
    assert "micropython: " in capsys.readouterr().out


def test_a_board_that_cannot_be_built_here_shows_its_modules(firmware, monkeypatch):
    monkeypatch.setattr(size.toolchain, "missing", lambda board, tree: "no ESP-IDF" if board.port == "esp32" else None)
    found = size.measure(boards.load("WIPY3"), source_tree())
    assert not found["builtHere"] and "sections" not in found
    # The port's own modules, the board's and ours; a 32-bit machine's are about half a 64-bit one's.
    here = size.frozen_by_module(BUILD / "UNIX")
    assert {"flashbdev", "board", "boot", "MicroWebSrv2/httpConnection"} <= set(found["frozen"])
    assert found["frozen"]["MicroWebSrv2/httpConnection"] <= here["MicroWebSrv2/httpConnection"]
    assert "  the image cannot be built here; its modules, compiled for a machine like it:" in size.report(found)
