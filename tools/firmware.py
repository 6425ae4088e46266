"""Builds a board's firmware from MicroPython's source and modules/, into dist/BOARD/."""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tools import boards, manifests, sbom, toolchain
from tools.failure import ToolError
from tools.micropython import COMMIT, STAMP, VERSION, source_tree
from tools.paths import BUILD, DIST, MODULES, ROOT, shown
from tools.step import run_step

# Variables that `make firmware BOARD=X` hands on, and that mean something else to MicroPython's own
# makefiles: there a variant is no part of the board's name.
OF_AN_OUTER_MAKE = ("BOARD", "DEVICE", "NAME", "PORT")

MPY_CROSS = BUILD / "mpy-cross" / "mpy-cross"

# The day of MicroPython's release stands in for the day of the build: the same sources give the same bytes.
SOURCE_DATE_EPOCH = 1744675200  # 2025-04-15 UTC


def build(name):
    """Build the firmware of the board `name`, as far as something changed. Returns the paths in dist/BOARD/.

    Raises ToolError.
    """
    board = boards.load(name)
    with only_builder():
        tree = source_tree()
        lacking = toolchain.missing(board, tree)
        if lacking:
            raise ToolError(f"{name} cannot be built here: {lacking}")
        build_mpy_cross(tree)
        make_port(tree, board)
        if board.library:
            compile_library(board)
        write_sbom(tree, board)
        return publish(board, [*board.products, sbom.NAME])


@contextmanager
def only_builder():
    """Wait until no other build runs in this repository, and keep others waiting."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "firmware.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("firmware: waiting for another build to end ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_environment():
    """The environment of the builds: nothing of an outer make, and all that would differ from day to day fixed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "MICROPY"))}
    for name in OF_AN_OUTER_MAKE:
        env.pop(name, None)
    env.update(
        SOURCE_DATE_EPOCH=str(SOURCE_DATE_EPOCH),
        MICROPY_GIT_TAG=f"v{VERSION}",
        MICROPY_GIT_HASH=COMMIT[:9],
        MICROPY_MPYCROSS=str(MPY_CROSS),
        PYTHONHASHSEED="0",
        PYTHONDONTWRITEBYTECODE="1",  # the source tree stays as it is
    )
    return env


def make(folder, **variables):
    """The command that makes `folder` with the make `variables`, on all cores."""
    settings = [f"{name}={value}" for name, value in variables.items()]
    return ["make", "-C", str(folder), f"-j{os.cpu_count()}", f"PYTHON={sys.executable}", *settings]


def build_mpy_cross(tree):
    """Build the cross-compiler, which turns modules into the frozen form."""
    start_anew_when_changed(MPY_CROSS.parent, tree)
    command = make(tree / "mpy-cross", BUILD=MPY_CROSS.parent, PROG="mpy-cross")
    run_step("mpy-cross", command, "mpy-cross", env=build_environment())


def make_port(tree, board):
    """Build the port with the board's folder and its manifest, into build/BOARD/."""
    folder = BUILD / board.name
    variables = board.make_variables(tree)
    start_anew_when_changed(folder, tree, board)
    forget_frozen_when_renamed(folder, board)
    command = make(
        board.port_folder(tree),
        BUILD=folder,
        FROZEN_MANIFEST=board.folder / "manifest.py",
        MICROPY_MPYCROSS_DEPENDENCY=MPY_CROSS,
        **variables,
    )
    run_step(f"firmware {board.name}", command, f"firmware-{board.name}", env=build_environment())


def start_anew_when_changed(folder, tree, board=None):
    """Empty the build folder when it was made from another source tree, or with other settings of the board's.

    Times do not tell either: another tree's files may be older than what was built from the first, and MicroPython's
    makefiles do not look at the board's.
    """
    parts = [str(tree)]
    parts += [path.read_text(encoding="utf-8") for path in (tree / STAMP,) if path.is_file()]
    if board:
        parts += [f"{name}={value}" for name, value in sorted(board.make_variables(tree).items())]
        parts += [path.read_text(encoding="utf-8") for path in settings_files(board.folder)]
    if not changed(folder / "made-from.txt", parts):
        return
    shutil.rmtree(folder, ignore_errors=True)
    remember(folder / "made-from.txt", parts)


def settings_files(folder):
    """The files of a board's folder that say how it is built, sorted: makefiles, headers, CMake's, the ESP32's."""
    patterns = ("Makefile", "*.mk", "*.h", "*.cmake", "*.csv", "*.ld", "sdkconfig*")
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


def digest_of(parts):
    """The SHA-256 of a list of strings, in hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def changed(record, parts):
    """Whether `parts`, a list of strings, are others than those that `remember` wrote down in the file `record`."""
    return not record.is_file() or record.read_text() != digest_of(parts)


def remember(record, parts):
    """Write down `parts` in the file `record`, for `changed`."""
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(digest_of(parts))


def forget_frozen_when_renamed(folder, board):
    """Have all modules frozen anew when the manifests or the set of modules changed.

    MicroPython's makefiles compare times alone: a module taken away, or frozen with other options, they do not see.
    """
    names = sorted(str(path.relative_to(MODULES)) for path in MODULES.rglob("*.py"))
    manifests = [path.read_text(encoding="utf-8") for path in manifest_files(board)]
    record = folder / "frozen-set.txt"
    if not changed(record, names + manifests):
        return
    shutil.rmtree(folder / "frozen_mpy", ignore_errors=True)
    (folder / "frozen_content.c").unlink(missing_ok=True)
    remember(record, names + manifests)


def manifest_files(board):
    """The manifests that say what a board freezes: the root's, its own, and those that it may include."""
    return [ROOT / "manifest.py", board.folder / "manifest.py", *sorted((ROOT / "boards").glob("*/manifest.py"))]


def compile_library(board):
    """Compile the modules of the package that the image does not freeze, into dist/BOARD/lib/.

    Which modules a board may have at all, the root's manifest says.
    """
    library = DIST / board.name / "lib"
    shutil.rmtree(library, ignore_errors=True)
    frozen = BUILD / board.name / "frozen_mpy"
    for name, (path, level) in manifests.modules(ROOT / "manifest.py").items():
        code = Path(name).with_suffix(".mpy")
        if code.parts[0] != "MicroWebSrv2" or (frozen / code).is_file():
            continue
        target = library / code
        target.parent.mkdir(parents=True, exist_ok=True)
        command = [MPY_CROSS, f"-O{level}", "-s", name, "-o", target, path]
        subprocess.run([str(part) for part in command], check=True)


def write_sbom(tree, board):
    """Write the bill of materials beside the products, unless it is younger than they are."""
    folder = BUILD / board.name
    target = folder / sbom.NAME
    products = [product_of(board, name) for name in board.products]
    if not target.is_file() or target.stat().st_mtime <= max(path.stat().st_mtime for path in products):
        target.write_text(sbom.make(board, tree, folder, SOURCE_DATE_EPOCH), encoding="utf-8")


def product_of(board, name):
    """The path of a product in the build folder. Raises ToolError if it is not there."""
    path = BUILD / board.name / name
    if not path.is_file():
        raise ToolError(f"{board.name}: the build ended well and left no {shown(path)}: check its board.json.")
    return path


def publish(board, names):
    """Copy the files `names` from the build into dist/BOARD/ with checksums, touching nothing that did not change."""
    target = DIST / board.name
    target.mkdir(parents=True, exist_ok=True)
    checksums, published = "", []
    for name in names:
        product = product_of(board, name)
        content = product.read_bytes()
        checksums += f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        published.append(target / name)
        if published[-1].is_file() and published[-1].read_bytes() == content:
            continue
        # Renamed into place: a firmware that runs at this moment keeps its own file.
        fresh = target / f".{name}.new"
        shutil.copy2(product, fresh)
        fresh.replace(published[-1])
    (target / "SHA256SUMS").write_text(checksums)
    return published


def build_all():
    """Build every board and variant that this machine can build. Returns the paths, and {name: why not} of the others.

    Raises ToolError when a build fails.
    """
    built, left_out = [], {}
    for board in boards.load_all():
        lacking = toolchain.missing(board, source_tree())
        if lacking:
            left_out[board.name] = lacking
        else:
            built += build(board.name)
    return built, left_out


def main(arguments):
    """The verb `firmware`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools firmware", description=__doc__)
    parser.add_argument("--board", default="UNIX", help="a board in boards/, or BOARD-VARIANT (default: %(default)s)")
    parser.add_argument("--all", action="store_true", help="every board whose toolchain is there")
    options = parser.parse_args(arguments)
    built, left_out = build_all() if options.all else (build(options.board), {})
    for path in built:
        print(f"firmware: {shown(path)} ({path.stat().st_size:,} bytes)")
    for name, lacking in left_out.items():
        print(f"firmware: {name} is left out: {lacking.partition('. ')[0]}")
