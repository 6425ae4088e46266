"""Measures a board's firmware: its sections, each frozen module, and the heap that the linker leaves.

Where the image cannot be built here, its modules are frozen and compiled for a machine like the board: their sizes are
the board's. The emulated board's heap is measured while it serves. All lies in dist/BOARD/size.json too.
"""

import argparse
import json
import re

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from tools import boards, emulator, firmware, heap, toolchain
from tools.boardcheck import frozen
from tools.micropython import source_tree
from tools.paths import BUILD, DIST, shown

# The linked program in the build folder, by port; any other is called firmware.elf.
PROGRAMS = {"unix": "micropython", "esp32": "micropython.elf", "cc3200": "application.axf"}

# The linker scripts' names for the two ends of the heap: stm32's, the emulated board's, cc3200's.
HEAP_ENDS = (("_heap_start", "_heap_end"), ("_sheap", "_eheap"), ("_boot", "_eheap"))

# What mpy-tool puts before a module's name in the names of its parts.
KINDS = re.compile(r"(children|const_obj_table_data|const_obj|const_qstr_table_data|frozen_module|fun_data|proto_fun)_")
SHARED = "names and tables that the modules share"


def sections(path):
    """The bytes of an ELF file's {"text", "data", "bss"}: read only, initialised, zeroed."""
    sizes = {"text": 0, "data": 0, "bss": 0}
    with open(path, "rb") as file:
        for section in ELFFile(file).iter_sections():
            flags = section["sh_flags"]
            if not flags & SH_FLAGS.SHF_ALLOC:
                continue
            kind = "text" if not flags & SH_FLAGS.SHF_WRITE else "bss" if section["sh_type"] == "SHT_NOBITS" else "data"
            sizes[kind] += section["sh_size"]
    return sizes


def _symbols(path):
    """The symbols of an ELF file; none if it was stripped."""
    with open(path, "rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        yield from table.iter_symbols() if table else ()


def heap_of(path):
    """The bytes between the linker script's two ends of the heap, None where it has no such names."""
    values = {symbol.name: symbol["st_value"] for symbol in _symbols(path)}
    for start, end in HEAP_ENDS:
        if start in values and values.get(end, 0) > values[start]:
            return values[end] - values[start]
    return None


def frozen_by_module(folder):
    """The bytes of each frozen module, {"MicroWebSrv2/exchange": 1234}, and of SHARED, in the build folder `folder`."""
    content = next(folder.rglob("frozen_content.c"))
    compiled = next(path for path in folder.rglob("frozen_content.*o*") if path.suffix in (".o", ".obj"))
    paths = re.findall(r'^ +"(\S+)\.py\\0"$', content.read_text(encoding="utf-8"), re.MULTILINE)
    sizes = dict.fromkeys([*sorted(paths), SHARED], 0)
    by_length = sorted(paths, key=len, reverse=True)  # a/b_c before a/b
    for symbol in _symbols(compiled):
        sizes[_module_of(symbol.name, by_length)] += symbol["st_size"]
    # The texts of the names have no symbols.
    sizes[SHARED] += sum(sections(compiled).values()) - sum(sizes.values())
    return sizes


def _module_of(symbol, paths):
    """The path of the module that a symbol is a part of, or SHARED. The longer paths come first."""
    match = KINDS.match(symbol)
    name = symbol[match.end() :] if match else ""
    for path in paths:
        start = re.sub(r"\W", "_", path)
        if name == start or name.startswith(f"{start}_"):
            return path
    return SHARED


def images(board):
    """{file: {"size", "largest", "left"}} of the products in dist/BOARD/; the last two None where no limit is known."""
    limits = {}
    for image in (board.flash.install, board.flash.update) if board.flash else ():
        if image and image.largest:
            limits[image.file] = image.largest
    found = {}
    for name in board.products:
        size = (DIST / board.name / name).stat().st_size
        largest = limits.get(name)
        found[name] = {"size": size, "largest": largest, "left": largest - size if largest else None}
    return found


def measure(board, tree):
    """All that can be measured of a Board: a dict for JSON. Builds what is to be measured. Raises ToolError."""
    if toolchain.missing(board, tree):
        firmware.build("UNIX")
        frozen.freeze(tree, board)
        folder = frozen.compile_frozen(tree, board).parent
        measured = {"board": board.name, "builtHere": False}
    else:
        firmware.build(board.name)
        folder = BUILD / board.name
        program = folder / PROGRAMS.get(board.port, "firmware.elf")
        measured = {"board": board.name, "builtHere": True, "images": images(board), "sections": sections(program)}
        measured["heap"] = heap_of(program)
    measured["frozen"] = frozen_by_module(folder)
    if board.name == emulator.BOARD:
        measured["heapInUse"] = heap.measure()
    return measured


def report(measured):
    """The lines that show what `measure` found."""
    lines = [measured["board"]]
    for name, image in measured.get("images", {}).items():
        limit = f" of {image['largest']:,}, {image['left']:,} left" if image["largest"] else ""
        lines.append(f"  {name}: {image['size']:,} bytes{limit}")
    for kind, size in measured.get("sections", {}).items():
        lines.append(f"  {kind:4} {size:>11,}")
    if measured.get("heap"):
        lines.append(f"  heap {measured['heap']:>11,}  left by the linker")
    if not measured["builtHere"]:
        lines.append("  the image cannot be built here; its modules, compiled for a machine like it:")
    for name, figures in measured.get("heapInUse", {}).items():
        lines.append(f"  the heap while {name} serves, emulated:")
        lines += [f"    {size:>9,}  {what}" for what, size in figures.items()]
    total = sum(measured["frozen"].values())
    lines.append(f"  frozen {total:>9,}")
    by_size = sorted(measured["frozen"].items(), key=lambda item: -item[1])
    return lines + [f"    {size:>9,}  {name}" for name, size in by_size]


def main(arguments):
    """The verb `size`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools size", description=__doc__.split("\n")[0])
    parser.add_argument("board", nargs="?", default="UNIX", help="a board or a variant (default: %(default)s)")
    board = boards.load(parser.parse_args(arguments).board)
    measured = measure(board, source_tree())
    print("\n".join(report(measured)))
    target = DIST / board.name / "size.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    print(f"size: {shown(target)}")
