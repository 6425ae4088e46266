"""The build notices what MicroPython's makefiles do not, and the firmware has in it what the manifests say."""

import hashlib
import os
import sys

import pytest

from tools import boards
from tools import firmware as builder
from tools.failure import ToolError
from tools.paths import MODULES, ROOT


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The folders of a repository with one module, and a build folder with what freezing it left."""
    for name in ("modules/package", "boards/UNIX", "build/UNIX/frozen_mpy"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "modules/package/one.py").write_text("")
    (tmp_path / "manifest.py").write_text("# the root's")
    (tmp_path / "boards/UNIX/manifest.py").write_text("# the board's")
    (tmp_path / "boards/UNIX/board.json").write_bytes((ROOT / "boards/UNIX/board.json").read_bytes())
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    monkeypatch.setattr(builder, "MODULES", tmp_path / "modules")
    monkeypatch.setattr(builder, "BUILD", tmp_path / "build")
    monkeypatch.setattr(builder, "DIST", tmp_path / "dist")
    return tmp_path


def unix(places):
    """The board UNIX of that repository."""
    return boards.load("UNIX", places / "boards")


def is_forgotten(places):
    """Whether the build forgets what it has frozen, and then stands as after a build."""
    content = places / "build/UNIX/frozen_content.c"
    content.write_text("")
    builder.forget_frozen_when_renamed(places / "build/UNIX", unix(places))
    return not content.exists()


def test_frozen_anew_when_the_set_of_modules_changes(places):
    assert is_forgotten(places)
    assert not is_forgotten(places)
    (places / "modules/package/two.py").write_text("")
    assert is_forgotten(places)
    (places / "modules/package/two.py").unlink()
    assert is_forgotten(places)
    (places / "boards/UNIX/manifest.py").write_text("# changed")
    assert is_forgotten(places)
    assert not is_forgotten(places)


def test_a_changed_module_is_left_to_make(places):
    is_forgotten(places)
    (places / "modules/package/one.py").write_text("changed = True")
    assert not is_forgotten(places)


def test_built_anew_from_another_tree_or_with_other_settings(places):
    folder, board = places / "build/UNIX", places / "boards/UNIX"
    (board / "mpconfigvariant.mk").write_text("MICROPY_PY_SSL = 1\n")
    one, two = places / "one", places / "two"
    for tree in (one, two):
        tree.mkdir()

    def is_emptied(tree):
        (folder / "main.o").write_text("")
        builder.start_anew_when_changed(folder, tree, unix(places))
        return not (folder / "main.o").exists()

    assert is_emptied(one)
    assert not is_emptied(one)
    assert is_emptied(two)
    (two / "fetched.json").write_text("mbedtls 3.6.7")
    assert is_emptied(two)
    (board / "mpconfigvariant.mk").write_text("MICROPY_PY_SSL = 0\n")
    assert is_emptied(two)
    assert not is_emptied(two)


def test_published_with_checksums_and_only_when_changed(places):
    product = places / "build/UNIX/micropython"
    product.write_bytes(b"one")
    (published,) = builder.publish(unix(places), ["micropython"])
    assert published.read_bytes() == b"one"
    digest = hashlib.sha256(b"one").hexdigest()
    assert (places / "dist/UNIX/SHA256SUMS").read_text() == f"{digest}  micropython\n"
    before = published.stat()
    builder.publish(unix(places), ["micropython"])
    assert published.stat().st_ino == before.st_ino
    product.write_bytes(b"two")
    builder.publish(unix(places), ["micropython"])
    assert published.read_bytes() == b"two"
    assert published.stat().st_ino != before.st_ino, "written over a file that may be running"
    assert sorted(path.name for path in (places / "dist/UNIX").iterdir()) == ["SHA256SUMS", "micropython"]


def test_built_anew_with_other_variables(places):
    folder, tree = places / "build/UNIX", places / "tree"
    tree.mkdir()
    builder.start_anew_when_changed(folder, tree, unix(places))
    (folder / "main.o").write_text("")
    description = places / "boards/UNIX/board.json"
    description.write_text(description.read_text().replace('"make": {', '"make": {"MICROPY_PY_SSL": "0", '))
    builder.start_anew_when_changed(folder, tree, unix(places))
    assert not (folder / "main.o").exists()


def test_a_product_that_was_not_made_is_named(places):
    with pytest.raises(ToolError, match=r"UNIX: .*left no .*build/UNIX/micropython"):
        builder.publish(unix(places), ["micropython"])


def test_an_unknown_board_is_refused():
    with pytest.raises(ToolError, match=r"there is no board 'MOON'. Boards: .*UNIX"):
        builder.build("MOON")


def test_nothing_of_an_outer_make_gets_in(monkeypatch):
    monkeypatch.setenv("MAKEFLAGS", "-n")
    monkeypatch.setenv("MICROPY_PY_SSL", "0")
    env = builder.build_environment()
    assert "MAKEFLAGS" not in env and "MICROPY_PY_SSL" not in env
    assert env["MICROPY_GIT_TAG"] == "v1.25.0"


def test_the_firmware_says_what_it_is(firmware):
    told = firmware.run("import sys; print(sys.version, sys.implementation._build)")
    assert told == "3.4.0; MicroPython v1.25.0 on 2025-04-15 UNIX\n"


def test_the_firmware_has_what_a_board_has(firmware):
    firmware.run(
        "import asyncio, binascii, deflate, hashlib, json, machine, os, random, re, select, socket, struct, time, tls\n"
        "import _thread\n"
        "for name in ('md5', 'sha1', 'sha256'): getattr(hashlib, name)\n"
        "for name in ('stat', 'ilistdir', 'rename', 'VfsLfs2', 'VfsFat'): getattr(os, name)\n"
        "select.poll().ipoll(0)\n"
        "tls.SSLContext(tls.PROTOCOL_TLS_SERVER).load_cert_chain\n"
    )


def modules_of_a_board():
    """The files of modules/ without those for CPython alone."""
    names = {str(path.relative_to(MODULES)) for path in MODULES.rglob("*.py")}
    of_cpython = ("httpFileSender", "libs/onCPython", "libs/deflateOnCPython", "libs/tlsOnCPython", "libs/wakeUp")
    return names - {f"MicroWebSrv2/{name}.py" for name in of_cpython}


def test_every_module_is_frozen(firmware):
    listed = set(firmware.run("help('modules')").split())
    names = {name[:-3] for name in modules_of_a_board()}
    assert names - listed == set()


def test_the_manifest_names_each_module_once_in_a_fixed_order():
    names = []
    functions = {
        "package": lambda package, files, base_path, opt: names.extend(f"{package}/{file}" for file in files),
        "module": lambda file, base_path, opt: names.append(file),
    }
    program = compile((ROOT / "manifest.py").read_text(), "manifest.py", "exec")
    before = os.getcwd()
    os.chdir(ROOT)
    try:
        exec(program, functions)
    finally:
        os.chdir(before)
    assert sorted(names) == sorted(modules_of_a_board())
    packages = [name for name in names if "/" in name]
    assert packages == sorted(packages, key=lambda name: (not name.startswith("MicroWebSrv2/"), name))


def test_the_cross_compiler_is_made_with_this_python():
    assert f"PYTHON={sys.executable}" in builder.make(ROOT, BUILD="x")
