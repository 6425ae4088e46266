"""Where the linker puts an stm32 board's frozen modules: they are linked alone, by the scripts that its build uses.

The memories that the scripts name have to be those that the image is flashed to, and what the modules leave of them has
to be enough for MicroPython, which cannot be built here.
"""

import re

from tools.boardcheck import frozen, makefile
from tools.failure import ToolError

# What MicroPython 1.25 needs of the memories that code runs from, with the board's drivers: upper estimates.
# Pyboard v1.1: the image of the release (400 KB), mbedTLS and lwIP as the emulated board has them, the W5500's driver.
# Pyboard D: the 480 KiB that its release cannot exceed, without Bluetooth and the modules that come with it; outside of
# the chip mbedTLS and the 390 KB of the radio's own firmware.
ROOM_FOR_MICROPYTHON = {
    "stm32f405": {"FLASH_TEXT": 650_000},
    "stm32f722": {"FLASH_APP": 460_000, "FLASH_EXT": 560_000},
}

_REGION = re.compile(r"^(\w+) +0x([0-9a-f]+) +0x([0-9a-f]+)", re.MULTILINE)


def link(tree, board, variables):
    """Link the frozen modules, compiled before. Returns ({memory: (begin, size)}, {section: (begin, size)})."""
    folder = frozen.FOLDER / board.name
    program, memory_map = folder / "frozen.elf", folder / "frozen.map"
    port = board.port_folder(tree)
    scripts = [f"-T{port / name}" for name in variables["LD_FILES"].split()]
    command = [frozen.COMPILER, "-mthumb", "-mcpu=cortex-m4", "-nostdlib", *scripts, f"-L{port / 'boards'}"]
    command += [f"-L{port / 'boards/common_isr_rom'}", f"-Wl,-Map={memory_map}", "-Wl,--unresolved-symbols=ignore-all"]
    command += ["-Wl,--defsym=_estack_reserve=8", "-Wl,--entry=0", "-o", program, folder / "frozen_content.o"]
    # The scripts include others by their way from the port's folder.
    frozen.run(f"{board.name}: linking its frozen modules", command, cwd=port)
    text = memory_map.read_text(encoding="utf-8").partition("Memory Configuration")[2].partition("Linker script")[0]
    memories = {name: (int(begin, 16), int(size, 16)) for name, begin, size in _REGION.findall(text)}
    return memories, _sections(program)


def _sections(program):
    """The sections of an ELF file that are read only and hold something, {name: (begin, size)}."""
    # Here, because who only reads a partition table can do without this package.
    from elftools.elf.constants import SH_FLAGS
    from elftools.elf.elffile import ELFFile

    found = {}
    with open(program, "rb") as file:
        for section in ELFFile(file).iter_sections():
            is_fixed = section["sh_flags"] & SH_FLAGS.SHF_ALLOC and not section["sh_flags"] & SH_FLAGS.SHF_WRITE
            if is_fixed and section["sh_size"]:
                found[section.name] = section["sh_addr"], section["sh_size"]
    return found


def check(board, tree):
    """What is wrong with where an stm32 Board's image lies: a list of texts, empty if all is well."""
    variables = makefile.variables(board, tree)
    try:
        memories, sections = link(tree, board, variables)
    except ToolError as error:
        return [str(error)]
    areas = board.flash.areas
    faults = [
        f"board.json's area {offset:#x} of {size:#x} bytes is no memory of the linker scripts"
        for offset, size in areas
        if (offset, size) not in memories.values()
    ]
    begins = [variables[name] for name in ("TEXT0_ADDR", "TEXT1_ADDR") if variables[name]]
    if [int(begin, 16) for begin in begins] != [offset for offset, _ in areas]:
        faults.append(f"the image is for {', '.join(begins)}, board.json's areas begin elsewhere")
    written = f"{variables['TEXT0_SECTIONS']} {variables['TEXT1_SECTIONS']}".split()
    for name, (begin, size) in sections.items():
        if name not in written:
            faults.append(f"{name} is in no part of the image: {' '.join(written)}")
        if not any(offset <= begin and begin + size <= offset + room for offset, room in areas):
            faults.append(f"{name} goes to {begin:#x}, which is in none of board.json's areas")
    faults += _room_faults(board, memories, sections)
    return [f"{board.name}: {fault}" for fault in faults]


def _room_faults(board, memories, sections):
    """Where MicroPython's code goes, enough has to be left for it."""
    faults = []
    for name, needed in ROOM_FOR_MICROPYTHON[board.chip].items():
        begin, size = memories[name]
        left = size - sum(taken for at, taken in sections.values() if begin <= at < begin + size)
        if left < needed:
            faults.append(f"the frozen modules leave {left:,} bytes of {name}, MicroPython needs about {needed:,}")
    return faults
