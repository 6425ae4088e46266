"""The checks of the boards' folders: every board passes them, and each fault is told."""

import dataclasses
import re
import shutil

import pytest

from tools import boardcheck, boards
from tools.boardcheck import frozen, layout, makefile, names, partitions, sdkconfig
from tools.failure import ToolError
from tools.micropython import source_tree
from tools.paths import BOARDS

GOOD = """
# Name,  Type, SubType, Offset,   Size
nvs,     data, nvs,     0x9000,   0x4000
otadata, data, ota,     0xd000,   0x2000
phy,     data, phy,     0xf000,   0x1000
ota_0,   app,  ota_0,   0x10000,  0x180000
ota_1,   app,  ota_1,   0x190000, 0x180000
vfs,     data, fat,     0x310000, 0xf0000
"""
CHECKED_HERE = [name for name in boards.names() if not boards.load(name).is_built_by_ci]


@pytest.fixture(scope="session")
def tree():
    """MicroPython's source."""
    return source_tree()


@pytest.fixture(scope="session", params=CHECKED_HERE)
def checked(request, tree, tmp_path_factory):
    """Each board that is not built here, frozen and compiled in a folder of its own."""
    board = boards.load(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frozen, "FOLDER", tmp_path_factory.mktemp("check"))
        assert boardcheck.check(board, tree) == []
        yield board


def test_a_board_is_as_it_should_be(checked, tree):
    macros = frozen.macros(tree, checked)
    assert macros["MICROPY_MODULE_FROZEN_MPY"] == "1"
    if checked.port == "esp32":
        assert macros["MICROPY_HW_BOARD_NAME"].endswith(' with OTA"') == bool(checked.variant)
        assert macros["MICROPY_PY_BLUETOOTH"] == "(0)"
        assert f"CONFIG_IDF_TARGET_{checked.chip.upper()}" in macros
    else:
        assert macros["MICROPY_HW_USB_MSC"] == "(0)"  # a computer that writes to the device's FAT would spoil it


def test_every_module_of_a_board_is_frozen(checked):
    content = (frozen.FOLDER / checked.name / "frozen_content.c").read_text()
    for name in ("boot", "main", "board", "firmware_launcher", "MicroWebSrv2_httpConnection", "asyncio_core"):
        assert f"frozen_module_{name} " in content, name


def test_a_board_names_itself():
    for board in boards.load_all():
        module = board.folder / "board.py"
        if module.is_file():
            assert f'NAME = "{board.folder.name}"' in module.read_text()
        else:
            assert board.is_built_by_ci, f"{board.name} freezes no module board"


def test_the_pyboards_have_their_network_and_tls(tree):
    wired, wireless = (makefile.variables(boards.load(name), tree) for name in ("PYBV11", "PYBD_SF2"))
    assert (wired["MICROPY_PY_NETWORK_WIZNET5K"], wired["MICROPY_PY_LWIP"]) == ("5500", "1")
    assert (wireless["MICROPY_PY_NETWORK_CYW43"], wireless["MICROPY_PY_BLUETOOTH"]) == ("1", "0")
    for found in (wired, wireless):
        assert (found["MICROPY_PY_SSL"], found["MICROPY_SSL_MBEDTLS"]) == ("1", "1")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("CMSIS_MCU = STM32F411xE", "the chip is STM32F411xE, board.json says stm32f405"),
        ("MCU_SERIES = l0", "modules are frozen for -march=armv6m, board.json says armv7m"),
        ("LD_FILES = boards/none.ld", "there is no boards/none.ld"),
        ("include boards/NONE/mpconfigboard.mk", "its makefiles cannot be read"),
    ],
)
def test_a_fault_of_the_makefiles_is_told(tree, tmp_path, line, told):
    shutil.copytree(BOARDS / "PYBV11", tmp_path / "PYBV11")
    board = dataclasses.replace(boards.load("PYBV11"), folder=tmp_path / "PYBV11")
    assert makefile.check(board, tree) == []
    with open(board.folder / "mpconfigboard.mk", "a") as file:
        file.write(f"{line}\n")
    (fault,) = makefile.check(board, tree)
    assert told in fault


def test_the_pyboards_pins_are_those_of_the_port(tree):
    for name in ("PYBV11", "PYBD_SF2"):
        theirs = tree / "ports/stm32/boards" / name / "pins.csv"
        assert (BOARDS / name / "pins.csv").read_text() == theirs.read_text(), f"{name}: another MicroPython?"


def test_a_module_that_does_not_compile_is_told(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(frozen, "FOLDER", tmp_path / "check")
    board = boards.load("PYBV11")
    (tmp_path / "PYBV11").mkdir()
    (tmp_path / "PYBV11/board.py").write_text("def Ethernet(:\n")
    (tmp_path / "PYBV11/manifest.py").write_text('module("board.py")\n')
    board = dataclasses.replace(board, folder=tmp_path / "PYBV11")
    with pytest.raises(ToolError, match=r"(?s)PYBV11: freezing its modules failed.*board.py.*SyntaxError"):
        frozen.freeze(tree, board)


def test_a_header_that_does_not_compile_is_told(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(frozen, "FOLDER", tmp_path / "check")
    shutil.copytree(BOARDS / "PYBV11", tmp_path / "PYBV11")
    board = dataclasses.replace(boards.load("PYBV11"), folder=tmp_path / "PYBV11")
    (board.folder / "manifest.py").write_text('module("board.py")\n')
    (board.folder / "mpconfigboard.h").write_text("#error nothing here\n")
    (fault,) = boardcheck.check_frozen(board, tree)
    assert re.search(r"(?s)PYBV11: compiling its frozen modules failed.*nothing here", fault)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("#define TCP_SND_QUEUELEN 100000", "TCP_SND_QUEUELEN"),
        ("#undef MEMP_NUM_TCP_PCB\n#define MEMP_NUM_TCP_PCB 5", "a browser opens six connections"),
        ("#undef MEM_SIZE\n#define MEM_SIZE 8000", "too small for every connection's TCP_SND_BUF"),
        ("#undef MEMP_NUM_TCP_SEG\n#define MEMP_NUM_TCP_SEG 32", "MEMP_NUM_TCP_SEG: too few"),
        ("#undef LWIP_HOOK_TCP_ISN", "sequence numbers can be guessed"),
        ("#undef LWIP_HOOK_TCP_ISN\n#define LWIP_HOOK_TCP_ISN(a, b, c, d) random_get()", "random_get"),
    ],
)
def test_settings_of_lwip_that_do_not_fit_are_told(tree, tmp_path, monkeypatch, line, told):
    monkeypatch.setattr(frozen, "FOLDER", tmp_path / "check")
    shutil.copytree(BOARDS / "PYBV11", tmp_path / "PYBV11")
    board = dataclasses.replace(boards.load("PYBV11"), folder=tmp_path / "PYBV11")
    (board.folder / "manifest.py").write_text('module("board.py")\n')
    with open(board.folder / "mpconfigboard.h", "a") as file:
        file.write(f"{line}\n")
    (fault,) = boardcheck.check_frozen(board, tree)
    assert re.search(rf"(?s)PYBV11: compiling lwIP's settings failed.*{re.escape(told)}", fault)


@pytest.fixture(scope="module")
def compiled(tree, tmp_path_factory):
    """The folder with the Pyboard D's modules, frozen and compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frozen, "FOLDER", tmp_path_factory.mktemp("compiled"))
        frozen.freeze(tree, boards.load("PYBD_SF2"))
        frozen.compile_frozen(tree, boards.load("PYBD_SF2"))
        return frozen.FOLDER


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("mpconfigboard.mk", "$(BOARD_DIR)/frozen.ld ", "", "bytes of FLASH_APP, MicroPython needs about 460,000"),
        ("mpconfigboard.mk", "+= .frozen_ext", "+=", ".frozen_ext is in no part of the image: .isr_vector .text"),
        ("mpconfigboard.mk", "TEXT1_SECTIONS", "TEXT1_ADDR = 0x90010000\nTEXT1_SECTIONS", "areas begin elsewhere"),
        ("frozen.ld", "*frozen_content.o", "*forzen_content.o", "bytes of FLASH_APP, MicroPython needs about"),
        ("frozen.ld", ". = ALIGN(4);", ". = . + 400K;", "bytes of FLASH_EXT, MicroPython needs about 560,000"),
        ("frozen.ld", "}\nINSERT", "\nINSERT", "linking its frozen modules failed"),
        ("board.json", "0x78000", "0x80000", "area 0x8008000 of 0x80000 bytes is no memory of the linker scripts"),
        ("board.json", '"0x90000000"', '"0x90100000"', ".frozen_ext goes to 0x90000000, which is in none of"),
    ],
)
def test_a_fault_of_the_layout_is_told(compiled, tree, tmp_path, monkeypatch, file, old, new, told):
    monkeypatch.setattr(frozen, "FOLDER", compiled)
    shutil.copytree(BOARDS, tmp_path / "boards")
    assert layout.check(boards.load("PYBD_SF2", tmp_path / "boards"), tree) == []
    change(tmp_path / "boards/PYBD_SF2" / file, old, new)
    found = layout.check(boards.load("PYBD_SF2", tmp_path / "boards"), tree)
    assert any(told in fault for fault in found), found


def faults_of(table, size=0x400000):
    """What is told of a partition table."""
    rows, faults = partitions.parse(table)
    return faults + partitions.check(rows, size)


def test_a_good_table_is_good():
    assert faults_of(GOOD) == []
    rows, _ = partitions.parse(GOOD)
    assert partitions.first_app(rows) == partitions.Partition("ota_0", "app", "ota_0", 0x10000, 0x180000)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("0x310000, 0xf0000", "0x310000, 0x100000", "ends at 0x410000, the flash memory at 0x400000"),
        ("0x190000, 0x180000", "0x180000, 0x180000", "ota_1: begins at 0x180000, what is before it ends at 0x190000"),
        ("0x9000,   0x4000", "0x8000,   0x4000", "nvs: begins at 0x8000, what is before it ends at 0x9000"),
        ("0x10000,  0x180000", "0x11000,  0x17f000", "ota_0: 0x11000 is no multiple of 0x10000"),
        ("0xf000,   0x1000", "0xf000,   0x800", "phy: its size 0x800 is no multiple of 0x1000"),
        ("0x190000, 0x180000", "0x190000, 0x170000", "the slots are not equal: 0x180000 and 0x170000"),
        ("otadata, data, ota,     0xd000,   0x2000", "", "two slots need one OTA record"),
        ("0xd000,   0x2000", "0xd000,   0x1000", "two slots need one OTA record"),
        ("ota_1,   app,  ota_1, ", "ota_1,   app,  test, ", "expected factory, or ota_0 and ota_1, got ota_0, test"),
        ("ota_0,   app,  ota_0, ", "nvs,     app,  ota_0, ", "nvs: there are two of that name"),
        ("vfs,     data", "files,   data", "there is no data partition 'vfs'"),
        ("nvs,     data, nvs,     0x9000,   0x4000", "", "there is no data partition of subtype nvs"),
        ("nvs,     data, nvs,     0x9000,   0x4000", "nvs,     data, nvs,     0x9000,   0x2000", "subtype nvs"),
        ("0x9000, ", ", ", "line 3: expected name, type, subtype, offset, size with both numbers given"),
    ],
)
def test_a_fault_of_a_table_is_told(old, new, told):
    assert old in GOOD
    assert any(told in fault for fault in faults_of(GOOD.replace(old, new))), faults_of(GOOD.replace(old, new))


def test_a_record_without_slots_is_told():
    one = "nvs,data,nvs,0x9000,0x4000\nota,data,ota,0xd000,0x2000\napp,app,factory,0x10000,0x10000\n"
    assert "there is one application, and an OTA record for two" in faults_of(one + "vfs,data,fat,0x20000,0x10000\n")


@pytest.fixture
def esp32(tmp_path):
    """A copy of the boards' folder, and the board ESP32_GENERIC-OTA in it, loaded by calling it."""
    shutil.copytree(BOARDS, tmp_path / "boards")
    return lambda: boards.load("ESP32_GENERIC-OTA", tmp_path / "boards")


def change(path, old, new):
    """Replace a part of a file that has it."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"largest": "0x1a0000"', '"largest": "0x1b0000"', "board.json's update says otherwise"),
        ('"offset": "0x10000"', '"offset": "0x20000"', "board.json's update says otherwise"),
        ('"size": "0x2000"', '"size": "0x1000"', "has to erase the OTA record, and nothing else"),
        ('"offset": "0x1000"', '"offset": "0x0"', "install begins elsewhere than 0x1000"),
        ('"size": "0x400000"', '"size": "0x200000"', "the flash memory at 0x200000"),
    ],
)
def test_a_description_that_contradicts_its_table_is_told(esp32, old, new, told):
    assert boardcheck.check_partitions(esp32()) == []
    change(esp32().folder / "board.json", old, new)
    assert any(told in fault for fault in boardcheck.check_partitions(esp32()))


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("sdkconfig.ota", "OPTIMIZATION_SIZE=y", "OPTIMISATION_SIZE=y", "no such setting is known"),
        ("sdkconfig.ota", "OPTIMIZATION_SIZE=y", "OPTIMIZATION_SIZE", "expected CONFIG_NAME=value"),
        ("sdkconfig.ota", "CONFIG_COMPILER_OPTIMIZATION_PERF=n", "CONFIG_COMPILER_OPTIMIZATION_SIZE=y", "second time"),
        ("sdkconfig.ota", "partitions-ota", "partitions", "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME"),
        ("../sdkconfig.server", "REPRODUCIBLE_BUILD=y", "REPRODUCIBLE_BUILD=n", "CONFIG_APP_REPRODUCIBLE_BUILD"),
        ("mpconfigvariant_OTA.cmake", "sdkconfig.ota", "sdkconfig.none", "sdkconfig.none, which is not there"),
        ("mpconfigboard.cmake", "IDF_TARGET esp32", "IDF_TARGET esp32s3", "is for another chip than"),
        ("board.json", '"size": "0x400000"', '"size": "0x800000"', "choose 4MB of flash memory last"),
        ("sdkconfig.ota", "CONFIG_COMPILER_OPTIMIZATION_PERF=n", "CONFIG_ESPTOOLPY_FLASHSIZE_2MB=y", "choose 2MB of"),
    ],
)
def test_a_fault_of_the_settings_is_told(esp32, tree, file, old, new, told):
    assert boardcheck.check_settings(esp32(), tree) == []
    change(esp32().folder / file, old, new)
    found = boardcheck.check_settings(esp32(), tree)
    assert any(told in fault for fault in found), found


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("ESP32_GENERIC/mpconfigboard.h", "MICROPY_PY_BLUETOOTH", "MICROPY_PY_BLUETOTH", "BLUETOTH is a name that"),
        ("ESP32_GENERIC/mpconfigvariant_OTA.cmake", "SDKCONFIG_DEFAULTS", "SDKCONFIG_DEFAULS", "SDKCONFIG_DEFAULS is"),
        ("ESP32_GENERIC/mpconfigvariant_OTA.cmake", "_DEF_BOARD", "_DEFS_BOARD", "MICROPY_DEFS_BOARD is a name"),
        ("PYBV11/mpconfigboard.h", "define TCP_SND_BUF", "define TCP_SEND_BUF", "TCP_SEND_BUF is a name that"),
        ("ESP32_GENERIC_S3/mpconfigboard.h", "#define MICROPY_HW_I2C0_SDA", "//", "MICROPY_HW_I2C0_SDA is left out"),
        ("PYBV11/mpconfigboard.mk", "NETWORK_WIZNET5K", "NETWORK_W5500", "MICROPY_PY_NETWORK_W5500 is a name"),
    ],
)
def test_a_name_that_micropython_does_not_know_is_told(tree, tmp_path, file, old, new, told):
    shutil.copytree(BOARDS, tmp_path / "boards")
    board = boards.load(file.partition("/")[0], tmp_path / "boards")
    assert names.check(board, tree) == []
    change(tmp_path / "boards" / file, old, new)
    (fault,) = names.check(board, tree)
    assert told in fault


@pytest.fixture(scope="module")
def frozen_wipy3(tree, tmp_path_factory):
    """The folder with the WiPy 3's modules, frozen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frozen, "FOLDER", tmp_path_factory.mktemp("pins"))
        frozen.freeze(tree, boards.load("WIPY3"))
        return frozen.FOLDER


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("P24,GPIO24", "P24: the esp32 has no GPIO24"),
        ("P24,GPIO7", "P24: GPIO7 is the flash memory's"),
        ("P24,GPIO60", "Unknown cpu pin 'GPIO60'"),
        ("P24;GPIO4", "reading its pins failed"),
    ],
)
def test_a_pin_that_is_not_there_is_told(frozen_wipy3, tree, tmp_path, monkeypatch, row, told):
    monkeypatch.setattr(frozen, "FOLDER", frozen_wipy3)
    shutil.copytree(BOARDS, tmp_path / "boards")
    board = boards.load("WIPY3", tmp_path / "boards")
    assert names.check_pins(board, tree) == []
    with open(board.folder / "pins.csv", "a") as file:
        file.write(f"{row}\n")
    (fault,) = names.check_pins(board, tree)
    assert told in fault


def test_the_later_fragment_wins(tmp_path):
    (tmp_path / "one").write_text('# a comment\nCONFIG_A=y\nCONFIG_B="b"\nCONFIG_C=4\n')
    (tmp_path / "two").write_text("CONFIG_A=\nCONFIG_C=8\nCONFIG_D=n\n")
    settings = sdkconfig.settings_of([tmp_path / "one", tmp_path / "two"])
    assert settings == {"CONFIG_B": '"b"', "CONFIG_C": "8", "CONFIG_D": "n"}
    header = sdkconfig.header(boards.load("ESP32_GENERIC_C3"), settings, "RISCV")
    assert header.splitlines() == [
        "#define CONFIG_IDF_TARGET_ESP32C3 1",
        "#define CONFIG_IDF_TARGET_ARCH_RISCV 1",
        '#define CONFIG_B "b"',
        "#define CONFIG_C 8",
    ]
