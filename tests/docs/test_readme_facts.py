"""README.md and CHANGELOG.md say what the code says: versions, verbs, keys, names, signatures, limits, statuses."""

import ast
import inspect
import json
import re
import subprocess

import pytest

import MicroWebSrv2 as package
from MicroWebSrv2 import HttpRequest, HttpResponse, MicroWebSrv2
from tests.docs import readme
from tests.runtimes import MODULES, ROOT
from tools import boards, micropython

# Public in the code for the package's own use, not for its users.
INTERNAL = {
    "MicroWebSrv2": {
        "ShareOf",
        "Attempts",
        "PrepareForThreads",
        "Exception",
        "AuthRealm",
        "DefaultPages",
        "MimeTypes",
        "Modules",
    },
    "HttpRequest": {"AllowedMethods"},
    "HttpResponse": {"Clear", "SendFile", "ReturnRefusal", "OnTransmitted"},
}
CLASSES = {"MicroWebSrv2": MicroWebSrv2, "HttpRequest": HttpRequest, "HttpResponse": HttpResponse}

# A limit's row begins with these words; its value cell holds these constants, in this order.
LIMITS = {
    "request line": ["_MAX_HEAD"],
    "fields of a head": ["MAX_FIELDS"],
    "name of a method": ["_MAX_METHOD"],
    "digits of Content-Length": ["_MAX_LENGTH_DIGITS"],
    "line of a chunk": ["_MAX_CHUNK_LINE"],
    "digits of a chunk": ["_MAX_SIZE_DIGITS"],
    "names and values": ["_MAX_PARAMS"],
    "parts of a form": ["MAX_PARTS", "MAX_PART_HEAD"],
    "time for the content": ["_MIN_RATE"],
    "`config.json`": ["MAX_FILE_BYTES"],
}


def constants():
    """Every integer constant of the modules, {name: set of its values}."""
    found = {}
    for path in MODULES.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            value = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, int):
                found.setdefault(node.targets[0].id, set()).add(value.value)
    return found


def test_the_versions_are_those_of_the_code():
    assert f"This is version {package.__version__}." in readme.text()
    assert f"MicroPython {micropython.VERSION} and newer" in readme.text()
    assert set(re.findall(r"MicroPython v?(\d+\.\d+\.\d+)", readme.text())) == {micropython.VERSION}
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]
    assert f"CPython {oldest} and newer" in readme.text()
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == package.__version__


def test_the_verbs_are_those_of_make():
    shown = subprocess.check_output(["make", "--no-print-directory", "help"], cwd=ROOT, text=True)
    verbs = set(re.findall(r"^  ([\w-]+)  ", shown, re.MULTILINE))
    in_table = [readme.codes(row[0])[0] for row in readme.rows(readme.section("The two commands"))]
    assert sorted(in_table) == sorted(f"make {verb}" for verb in verbs - {"help"})
    assert set(re.findall(r"`?make ([\w-]+)", "\n".join(re.findall(r"`[^`]*`", readme.text())))) <= verbs


def test_the_configuration_is_that_of_the_schema():
    def flat(schema, prefix=""):
        for key, part in schema["properties"].items():
            if part.get("type") == "object":
                yield from flat(part, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}", part["default"]

    schema = json.loads((ROOT / "tools" / "config_schema.json").read_text(encoding="utf-8"))
    in_table = {readme.codes(row[0])[0]: json.loads(readme.codes(row[1])[0]) for row in config_rows()}
    assert in_table == dict(flat(schema))


def config_rows():
    """The rows of the table of config.json."""
    found = readme.rows(readme.section("config.json"))
    assert found
    return found


def test_the_choices_and_ranges_are_those_of_the_schema():
    schema = json.loads((ROOT / "tools" / "config_schema.json").read_text(encoding="utf-8"))
    for row in config_rows():
        part = schema
        for key in readme.codes(row[0])[0].split("."):
            part = part["properties"][key]
        for choice in part.get("enum", ()):
            assert f'`"{choice}"`' in row[2], row
        if part.get("minimum", 0) and part["maximum"] < 65535:
            assert f"{part['minimum']}..{part['maximum']}" in row[2], row


def test_the_boards_are_those_of_the_folder():
    rows = [row for row in readme.rows(readme.section("The firmware")) if "(boards/" in row[0]]
    in_table = {re.search(r"\(boards/(\w+)\)", row[0])[1]: row[2] for row in rows}
    known = {name: boards.load(name) for name in boards.names() if "-" not in name}
    assert set(in_table) == set(known)
    for name, board in known.items():
        assert in_table[name].startswith("yes" if board.is_built_by_ci else "no"), name
        page = (board.folder / "README.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {name}\n")
        assert ("not built by this project's CI" in page) != board.is_built_by_ci, name


def test_what_it_links_to_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", readme.text()):
        assert not target.startswith("http") and (ROOT / target).exists(), target


def test_all_examples_are_named():
    named = set(re.findall(r"\]\(examples/(\w+\.py)\)", readme.text()))
    assert named == {path.name for path in (ROOT / "examples").glob("*.py")} - {"standalone.py"}


def documented(title):
    """What the tables of a section name in their first column: {name: "(signature)" or None}."""
    found = {}
    for row in readme.rows(readme.section(title)):
        for code in readme.codes(row[0]):
            name, bracket, rest = code.partition("(")
            found[name] = bracket + rest or None
    return found


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_class_is_documented_whole(name):
    public = {key for key in vars(CLASSES[name]) if not key.startswith("_") and not key.isupper()}
    assert set(documented(name)) == public - INTERNAL[name]


@pytest.mark.parametrize("name", [*sorted(CLASSES), "Routes"])
def test_the_signatures_are_those_of_the_code(name):
    for member, signature in documented(name).items():
        if signature is not None:
            owner = CLASSES.get(name, package)
            real = str(inspect.signature(getattr(owner, member))).replace("(self, ", "(").replace("(self)", "()")
            assert f"{member}{signature}" == f"{member}{real}"
        elif name in CLASSES:
            assert isinstance(inspect.getattr_static(CLASSES[name], member), property), member
        else:
            assert hasattr(package, member), member


def test_the_defaults_are_those_of_a_new_server():
    server = MicroWebSrv2()
    rows = [row for row in readme.rows(readme.section("MicroWebSrv2")) if len(row) == 3]
    assert len(rows) > 10
    for row in rows:
        for member in readme.codes(row[0]):
            assert getattr(server, member) == ast.literal_eval(readme.codes(row[1])[0]), member


def test_the_layer_below_is_as_it_says():
    from MicroWebSrv2.libs import xAsyncUDP

    made = {"XAsyncUDPDatagram": next(kind for kind in vars(xAsyncUDP).values() if hasattr(kind, "AsyncSendDatagram"))}
    rows = readme.rows(readme.section("XAsyncSockets"))
    for row in rows:
        for heading in readme.codes(row[0]):
            name = heading.partition("(")[0]
            kind = made.get(name, getattr(package, name))
            if "(" in heading and not heading.endswith("()"):
                assert heading == name + str(inspect.signature(kind))
            for code in readme.codes(row[1]):
                check_member(kind, code)
    assert {"XAsyncSocketsPool", "XAsyncTCPServer", "XAsyncTCPClient", "XAsyncUDPDatagram"} <= {
        readme.codes(row[0])[0].partition("(")[0] for row in rows
    }


def check_member(kind, code):
    """Assert that a class has a member written as `Name` or `Name(first, parameters=1)`."""
    member, bracket, _ = code.partition("(")
    assert hasattr(kind, member), f"{kind.__name__}.{member}"
    if bracket:
        real = str(inspect.signature(getattr(kind, member))).replace("(self, ", "(").replace("(self)", "()")
        assert (member + real).startswith(code[:-1]), f"{kind.__name__}.{code} is {member}{real}"


def test_the_profiles_are_those_of_the_code():
    rows = [row for row in readme.rows(readme.section("Limits")) if "Config()" in row[0]]
    assert len(rows) == 4
    for row in rows:
        server = MicroWebSrv2()
        getattr(server, readme.codes(row[0])[0][:-2])()
        limits = ("ConnQueueCapacity", "BufferSlotsCount", "BufferSlotSize", "MaxRequestContentLength")
        assert [int(cell) for cell in row[1:]] == [getattr(server, limit) for limit in limits]


@pytest.mark.parametrize("begin", LIMITS)
def test_a_limit_is_that_of_the_code(begin):
    (row,) = [row for row in readme.rows(readme.section("Limits")) if row[0].startswith(begin)]
    numbers = [int(number) for number in re.findall(r"\d+", row[1])]
    assert len(numbers) == len(LIMITS[begin])
    for number, name in zip(numbers, LIMITS[begin]):
        assert number in constants()[name], f"{name} is {constants()[name]}"


def test_the_statuses_are_those_of_the_code():
    raised = set()
    for path in (MODULES / "MicroWebSrv2").rglob("*.py"):
        raised |= set(re.findall(r"HttpError\((\d+)", path.read_text(encoding="utf-8")))
    rows = [row for row in readme.rows(readme.section("Limits")) if re.match(r"\d{3}", row[0])]
    documented = {status for row in rows for status in row[0].split(", ")}
    assert documented == raised | {"503"}  # 503 is no refusal of the request, but belongs to the answers that close
