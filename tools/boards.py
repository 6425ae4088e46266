"""What the tools know of the boards: each one's boards/BOARD/board.json, checked against board_schema.json.

A variant is another image for the same board, named BOARD-VARIANT: it has the board's folder, and what its board.json
says differently. Everything that takes a board's name takes a variant's.
"""

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path

from tools.failure import ToolError
from tools.paths import BOARDS, shown

SCHEMA = Path(__file__).with_name("board_schema.json")
FILE = "board.json"


@dataclass(frozen=True)
class Image:
    """A product to be written to the board: its file in dist/BOARD/, and where it goes, None where nobody asks.

    `offset` is where it begins in the flash memory, `largest` how many bytes there are for it; `erase` is an (offset,
    size) to be erased with it: the record that another slot is the one to start, or where the file system begins.
    """

    file: str
    offset: int = None
    largest: int = None
    erase: tuple = None


@dataclass(frozen=True)
class Flash:
    """How images come onto the board: `method` is esptool, dfu or ftp.

    `size`: bytes of flash memory, None if unknown; `partitions`: the path of the partition table, None without one;
    `areas`: the firmware's parts of the address space, (offset, size) each; `install` wipes all, `update` (None without
    one) keeps the file system.
    """

    method: str
    size: int
    partitions: Path
    install: Image
    update: Image
    areas: tuple = ()


@dataclass(frozen=True)
class USBDevice:
    """A USB device by which the board shows itself to the computer: `vid` and `pid` are ints, `what` is for people."""

    vid: int
    pid: int
    what: str


@dataclass(frozen=True)
class Board:
    """A board, or a variant of one. The meaning of the fields is in board_schema.json.

    `name` is what the user types, as ESP32_GENERIC-OTA; `folder` the path of boards/BOARD; `variant` the part of the
    name behind the hyphen or None; `architecture`, `chip` and `flash` are None where there is none; `make` is a dict.
    """

    name: str
    folder: Path
    variant: str
    title: str
    port: str
    own_port: bool
    architecture: str
    chip: str
    heap: int
    products: tuple
    make: dict
    library: bool
    has_compiler: bool
    submodules: tuple
    flash: Flash
    usb: tuple
    is_built_by_ci: bool

    def port_folder(self, tree):
        """The folder with the port's Makefile, given the path of MicroPython's source tree."""
        return self.folder if self.own_port else tree / "ports" / self.port

    def make_variables(self, tree):
        """The make variables that say which board it is: {name: value}."""
        variables = {"TOP": str(tree)} if self.own_port else {}
        # A port that knows only boards of its own finds one that lies elsewhere by the way there from its boards/.
        way = os.path.relpath(self.folder, self.port_folder(tree) / "boards")
        places = {"{folder}": str(self.folder), "{tree}": str(tree), "{folderFromPort}": way}
        for name, value in self.make.items():
            for placeholder, place in places.items():
                value = value.replace(placeholder, place)
            variables[name] = value
        return variables


def names(boards=BOARDS):
    """The names of all boards, each followed by its variants', sorted."""
    found = []
    for path in sorted(boards.glob(f"*/{FILE}")):
        found.append(path.parent.name)
        found += [f"{path.parent.name}-{variant}" for variant in sorted(_read(path).get("variants", {}))]
    return found


def load(name, boards=BOARDS):
    """The Board of that name. Raises ToolError if there is none, or if its board.json is wrong."""
    folder_name, hyphen, variant = name.partition("-")
    path = boards / folder_name / FILE
    # A name is one folder's: nothing like "../UNIX" gets any further.
    if Path(folder_name).name != folder_name or not path.is_file():
        raise ToolError(f"there is no board {name!r}. Boards: {', '.join(names(boards))}.")
    data = _read(path)
    variants = data.pop("variants", {})
    if hyphen and variant not in variants:
        has = f"it has {', '.join(sorted(variants))}" if variants else "it has none"
        raise ToolError(f"the board {folder_name} has no variant {variant!r}: {has}.")
    if hyphen:
        data = _merged(data, variants[variant])
        _check(data, f"{shown(path)}, variant {variant}")
    return _board(name, path.parent, variant or None, data)


def load_all(boards=BOARDS):
    """All boards and variants, in the order of `names`."""
    return [load(name, boards) for name in names(boards)]


def _merged(base, differing):
    """`base` with the keys of `differing` in place of its own; objects are merged key by key."""
    merged = dict(base)
    for key, value in differing.items():
        is_object = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _merged(base[key], value) if is_object else value
    return merged


def _read(path):
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ToolError(f"{shown(path)}: {error}.") from None
    _check(data, shown(path))
    return data


@functools.lru_cache(maxsize=1)
def _validator():
    """What checks a description, or None on a machine without jsonschema: it builds nothing itself."""
    try:
        import jsonschema
    except ImportError:
        return None
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _check(data, where):
    """Raise ToolError that names every fault of a board's description; `where` says whose it is."""
    if _validator() is None:
        return
    errors = [(list(map(str, error.absolute_path)), error.message) for error in _validator().iter_errors(data)]
    faults = [f"  {'.'.join(path) or 'the file'}: {message}" for path, message in sorted(errors)]
    if not faults:
        for kind in ("install", "update"):
            image = data.get("flash", {}).get(kind)
            if image and image["file"] not in data["products"]:
                faults.append(f"  flash.{kind}.file: {image['file']!r} is not one of the products")
    if faults:
        raise ToolError(f"{where}: not a board's description:\n" + "\n".join(faults))


def _board(name, folder, variant, data):
    return Board(
        name=name,
        folder=folder,
        variant=variant,
        title=data["title"],
        port=data["port"],
        own_port=data.get("ownPort", False),
        architecture=data.get("architecture"),
        chip=data.get("chip"),
        heap=data["heap"],
        products=tuple(data["products"]),
        make=data.get("make", {}),
        library=data.get("library", False),
        has_compiler=data.get("compiler", True),
        submodules=tuple(data.get("submodules", ())),
        flash=_flash(folder, data["flash"]) if "flash" in data else None,
        usb=tuple(USBDevice(int(row["vid"], 16), int(row["pid"], 16), row["what"]) for row in data.get("usb", ())),
        is_built_by_ci=data["builtByCI"],
    )


def _flash(folder, data):
    partitions = data.get("partitions")
    return Flash(
        method=data["method"],
        size=_number(data.get("size")),
        partitions=folder / partitions if partitions else None,
        areas=tuple(_area(area) for area in data.get("areas", ())),
        install=_image(data["install"]),
        update=_image(data["update"]) if "update" in data else None,
    )


def _image(data):
    return Image(
        file=data["file"],
        offset=_number(data.get("offset")),
        largest=_number(data.get("largest")),
        erase=_area(data["erase"]) if "erase" in data else None,
    )


def _area(data):
    return _number(data["offset"]), _number(data["size"])


def _number(text):
    return None if text is None else int(text, 16)
