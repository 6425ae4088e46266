"""What type checkers and editors are told: the stub says what the package has, and programs written for it pass."""

import ast
import shutil
import subprocess
import sys

import pytest

from tests.api import names
from tools.paths import MODULES, ROOT

STUB = MODULES / "MicroWebSrv2" / "__init__.pyi"
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))

# Of the modules without a stub mypy takes the code itself, which imports what MicroPython alone has.
SETTINGS = "[mypy]\nignore_missing_imports = True\n[mypy-MicroWebSrv2.*]\nignore_errors = True\n"
# Those modules, and a class that the stub puts where it is imported from.
ALLOWED = "MicroWebSrv2\\.libs\\..*\nMicroWebSrv2\\.MicroWebSrv2\\.Exception\n"


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    """A folder with the stub alone, as a package of stubs: nothing else of the package has one."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "MicroWebSrv2-stubs").mkdir()
    shutil.copy(STUB, folder / "MicroWebSrv2-stubs")
    (folder / "mypy.ini").write_text(SETTINGS, encoding="utf-8")
    (folder / "allowed.txt").write_text(ALLOWED, encoding="utf-8")
    return folder


def run(folder, *arguments):
    """Run a module of mypy where the stub and the package are found. Returns what it said, "" if it was content."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False,
        env={"MYPYPATH": f"{folder}:{ROOT / 'examples'}", "PYTHONPATH": str(MODULES), "PATH": "", "HOME": str(folder)},
    )  # fmt: skip
    return done.stdout + done.stderr if done.returncode else ""


def test_the_stub_says_what_the_package_has(typed):
    """What is for the package's own parts the stub leaves out."""
    options = ("--concise", "--ignore-missing-stub", "--mypy-config-file", "mypy.ini", "--allowlist", "allowed.txt")
    assert run(typed, "mypy.stubtest", "MicroWebSrv2", *options) == ""


def test_the_stub_leaves_nothing_documented_out():
    found = {None: set()}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        found[None] |= defined(node)
        if isinstance(node, ast.ClassDef):
            found[node.name] = set().union(*map(defined, node.body))
            for base in node.bases:
                found[node.name] |= found.get(base.id, set())
    assert set(names.EXPORTS) <= found[None]
    for table in (names.STATIC_METHODS, names.INSTANCE_METHODS, names.PROPERTIES, names.ATTRIBUTES):
        for owner, members in table.items():
            assert set(members) <= found[owner], owner


def defined(node):
    """The names that a statement of the stub defines."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return {node.name}
    return {node.target.id} if isinstance(node, ast.AnnAssign) else set()


def test_the_examples_pass(typed):
    # Their own variables have no types: they are to be read, and to run on a device as well.
    options = ("--check-untyped-defs", "--disable-error-code", "var-annotated", "--disable-error-code", "assignment")
    for example in EXAMPLES:
        assert run(typed, "mypy", *options, example) == "", example


@pytest.mark.parametrize(
    "line",
    ["MicroWebSrv2().BindAdress = ('', 80)", "MicroWebSrv2().BindAddress = 80", "MicroWebSrv2().StartManaged('two')"],
)
def test_a_slip_is_found(typed, line):
    program = typed / "slip.py"
    program.write_text(f"from MicroWebSrv2 import MicroWebSrv2\n{line}\n")
    assert "slip.py:2: error" in run(typed, "mypy", program)
