"""Brings MicroPython's source: from Debian's source packages, or a checkout that MPY_DIR names. Checks what it is.

Debian's tree has all ports, but its submodules are stripped: lib/mbedtls and lib/lwip are filled from Debian's packages
of these. Debian's patches are left out (they link the system's mbedTLS instead): what is built is the release itself.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from tools.failure import ToolError
from tools.paths import BUILD, shown
from tools.step import run_step

VERSION = "1.25.0"
COMMIT = "f498a16c7db6d4b2de200b3e0856528dfe0613c3"  # of the tag v1.25.0
SUITE = "trixie"  # Debian's release that has this version
TREE = BUILD / "micropython"
STAMP = "fetched.json"  # in the tree: what it was made of; written last

# The release's archive as Debian carries it. The libraries get security updates, so that their version may move within
# the series: apt has checked their signature.
ARCHIVES = {
    "micropython": (
        "micropython_1.25.0+ds.orig.tar.xz",
        "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
    ),
    "mbedtls": ("mbedtls_3.6.*.orig.tar.*", None),
    "lwip": ("lwip_2.2.*.orig.tar.*", None),
}

# What the ports compile of the two libraries, and their licences.
LIBRARY_PARTS = {
    "mbedtls": ("include", "library", "3rdparty", "LICENSE"),
    "lwip": ("src", "contrib", "COPYING"),
}

# A file of each part that a build needs: how to tell that a submodule is there.
NEEDED = (
    "mpy-cross/Makefile",
    "ports/unix/Makefile",
    "extmod/asyncio/manifest.py",
    "lib/mbedtls/library/ssl_tls.c",
    "lib/micropython-lib/README.md",
)


def version_of(tree):
    """The version that the tree's py/mpconfig.h declares, as "1.25.0" or "1.26.0-preview"; None if there is none."""
    try:
        text = (tree / "py" / "mpconfig.h").read_text(encoding="utf-8")
    except OSError:
        return None
    found = dict(re.findall(r"#define MICROPY_VERSION_(MAJOR|MINOR|MICRO|PRERELEASE)\s+(\d+)", text))
    if len(found) < 4:
        return None
    return "{MAJOR}.{MINOR}.{MICRO}".format(**found) + ("-preview" if found["PRERELEASE"] != "0" else "")


def check_tree(tree, name):
    """Raise ToolError unless `tree` has the pinned version and all that a build needs. `name` is what to call it."""
    version = version_of(tree)
    if version is None:
        raise ToolError(f"{name}: no MicroPython source there (py/mpconfig.h is missing or says no version).")
    if version != VERSION:
        raise ToolError(
            f"{name}: MicroPython {version} is there, expected {VERSION}.\n"
            f"Check out its tag:\n\n    git -C {tree} checkout v{VERSION} && "
            f"git -C {tree} submodule update --init lib/mbedtls lib/lwip lib/micropython-lib"
        )
    missing = [part for part in NEEDED if not (tree / part).is_file()]
    if missing:
        raise ToolError(
            f"{name}: incomplete, it lacks {', '.join(missing)}.\nFetch its submodules:\n\n"
            f"    git -C {tree} submodule update --init lib/mbedtls lib/lwip lib/micropython-lib"
        )


def source_tree():
    """The checked source tree that builds use: MPY_DIR's, or the fetched one, fetched now if it is not there."""
    given = os.environ.get("MPY_DIR")
    if given:
        tree = Path(given).expanduser().resolve()
        check_tree(tree, f"MPY_DIR={given}")
        return tree
    if not (TREE / STAMP).is_file():
        fetch()
    check_tree(TREE, shown(TREE))
    return TREE


def fetch():
    """Bring the source into build/micropython. An interrupted run leaves nothing there."""
    from tools import aptsource  # here, because it needs a package that MPY_DIR's users can do without

    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="micropython-", dir=BUILD) as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)  # so that apt's own user can write its downloads, as it does everywhere else
        aptsource.fetch_sources(list(ARCHIVES), SUITE, folder)
        archives = {package: check_archive(folder, package) for package in ARCHIVES}
        tree = assemble(folder)
        check_tree(tree, "the fetched source")
        (tree / STAMP).write_text(json.dumps({"version": VERSION, "archives": archives}, indent=2) + "\n")
        if TREE.exists():
            shutil.rmtree(TREE)
        tree.rename(TREE)
    print(f"MicroPython {VERSION}: in {shown(TREE)}")


def check_archive(folder, package):
    """The name and SHA-256 of the package's archive in `folder`. Raises ToolError if it is not the one expected."""
    pattern, expected = ARCHIVES[package]
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        came = ", ".join(sorted(path.name for path in folder.glob(f"{package}_*"))) or "nothing"
        raise ToolError(f"Debian {SUITE}: expected one archive {pattern}, got {came}.")
    digest = hashlib.sha256(found[0].read_bytes()).hexdigest()
    if expected and digest != expected:
        raise ToolError(
            f"{found[0].name}: SHA-256 {digest}, expected {expected}. This is not MicroPython's release: not used."
        )
    return {"name": found[0].name, "sha256": digest}


def assemble(folder):
    """Unpack the packages in `folder` and fill the submodules. Returns the tree, which lies in `folder` too."""
    for package in ARCHIVES:
        (description,) = folder.glob(f"{package}_*.dsc")
        # Only MicroPython goes without Debian's patches: those of the libraries are security fixes.
        patches = ["--skip-patches"] if package == "micropython" else []
        command = ["dpkg-source", *patches, "--extract", description.name, package]
        run_step(f"unpacking {description.stem}", command, f"unpack-{package}", cwd=folder)
    tree = folder / "micropython"
    for library, parts in LIBRARY_PARTS.items():
        target = tree / "lib" / library
        target.mkdir(exist_ok=True)
        for part in parts:
            (folder / library / part).rename(target / part)
    # The makefiles take this file as the sign that the submodule is there. What it would bring, no board here freezes.
    readme = tree / "lib" / "micropython-lib" / "README.md"
    readme.parent.mkdir(exist_ok=True)
    readme.write_text("Left out: nothing of micropython-lib is frozen.\n")
    return tree


def main(arguments):
    """The verb `micropython`."""
    argparse.ArgumentParser(prog="python3 -m tools micropython", description=__doc__).parse_args(arguments)
    tree = source_tree()
    print(f"micropython: ready (MicroPython {VERSION} in {shown(tree)})")
