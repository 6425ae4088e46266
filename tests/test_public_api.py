"""The public API is whole: every documented name, with its arguments, its values, its errors; and nothing leaks."""

import inspect
import sys
from pathlib import Path

import pytest
import trustme

import MicroWebSrv2

FOLDER = Path(__file__).parent / "api"
sys.path.insert(0, str(FOLDER))
import names  # noqa: E402

sys.path.remove(str(FOLDER))

SIGNATURES = [
    (f"{owner}.{name}", kind, signature)
    for kind, table in (("static", names.STATIC_METHODS), ("method", names.INSTANCE_METHODS))
    for owner, members in table.items()
    for name, signature in members.items()
]
PROPERTIES = [
    (f"{owner}.{name}", access) for owner, members in names.PROPERTIES.items() for name, access in members.items()
]


def member(path):
    """The attribute "Class.name" as its class holds it, not bound."""
    owner, name = path.split(".")
    return inspect.getattr_static(getattr(MicroWebSrv2, owner), name)


def assert_signature(function, signature, skip):
    """The function takes what `signature` says, and beyond it only what has a default."""
    documented = inspect.signature(eval(f"lambda {signature}: None"))
    wanted = [(one.name, one.default) for one in documented.parameters.values()]
    found = [(one.name, one.default) for one in inspect.signature(function).parameters.values()][skip:]
    assert found[: len(wanted)] == wanted
    assert all(default is not inspect.Parameter.empty for _, default in found[len(wanted) :])


@pytest.mark.parametrize(("path", "kind", "signature"), SIGNATURES)
def test_signature(path, kind, signature):
    found = member(path)
    assert isinstance(found, staticmethod) == (kind == "static")
    if kind == "static":
        assert_signature(found.__func__, signature, 0)
    else:
        assert_signature(found, signature, 1)


@pytest.mark.parametrize(("name", "signature"), names.FUNCTIONS.items())
def test_function(name, signature):
    assert_signature(getattr(MicroWebSrv2, name), signature, 0)


@pytest.mark.parametrize(("path", "access"), PROPERTIES)
def test_property(path, access):
    found = member(path)
    assert isinstance(found, property)
    assert found.fget is not None
    assert (found.fset is not None) == bool(access & names.WRITE)


def test_tables():
    server = MicroWebSrv2.MicroWebSrv2
    assert tuple(server.DefaultPages[:4]) == names.DEFAULT_PAGES
    assert {ext: server.GetMimeTypeFromFilename("file" + ext) for ext in names.MIME_TYPES} == names.MIME_TYPES


@pytest.mark.parametrize("name", [name for name in names.EXPORTS if name not in names.METHODS])
def test_docstring(name):
    """What is public says what it is, and so do its members."""
    found = getattr(MicroWebSrv2, name)
    assert found.__doc__
    for key, value in vars(found).items() if inspect.isclass(found) else ():
        documented = inspect.isfunction(value) or isinstance(value, (property, staticmethod))
        # What overrides a documented method need not repeat it.
        inherited = any(hasattr(base, key) for base in found.__mro__[1:])
        if documented and not key.startswith("_") and not inherited:
            assert inspect.getdoc(value), f"{name}.{key}"


STAR = """
before = set(globals())
from MicroWebSrv2 import *
print("\\n".join(sorted(set(globals()) - before - {"before"})))
"""


def test_star_import(runtime):
    """The documented names come, nothing else does, and importing prints nothing."""
    assert runtime.run(STAR).split() == sorted(names.EXPORTS)


def test_import_opens_nothing(runtime):
    assert runtime.run("import MicroWebSrv2") == ""
    if not runtime.is_micropython:
        program = "import os; n = len(os.listdir('/proc/self/fd')); import MicroWebSrv2, threading; "
        program += "print(len(os.listdir('/proc/self/fd')) - n, threading.active_count())"
        assert runtime.run(program).split() == ["0", "1"]


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A folder of web files, a certificate and its key: what api/check.py asks for."""
    folder = tmp_path_factory.mktemp("api")
    root = folder / "root"
    for name in ("index.html", "sub/default.htm", "home/home.html"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("page")
    (folder / "secret").write_text("secret")
    certificate = trustme.CA().issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    return [root, folder / "cert.pem", folder / "key.pem"]


def test_behaviour(runtime, files):
    lines = runtime.run(FOLDER / "check.py", files).splitlines()
    assert [line for line in lines if not line.startswith("CHECKED")] == []
    assert int(lines[-1].split()[1]) > 300
