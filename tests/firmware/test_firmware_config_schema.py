"""The device's checker and the JSON Schema say the same of every value, on every runtime."""

import json
from pathlib import Path

import jsonschema
import pytest

from firmware import config
from tests.runtimes import ROOT

SCRIPT = Path(__file__).parent / "on_device" / "check_config.py"
SCHEMA = json.loads((ROOT / "tools" / "config_schema.json").read_text(encoding="utf-8"))

# JSON Schema takes 80.0 for an integer; a board without floats cannot even read it.
Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda checker, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)
VALIDATOR = Validator(SCHEMA)

SHA256 = "pbkdf2-sha256$2000$c2FsdHNhbHRzYWx0$" + 43 * "a" + "="
SHA1 = "pbkdf2-sha1$20$c2FsdHNhbHRzYWx0$" + 27 * "a" + "="
USERS = [
    [{"name": "admin", "hash": value}]
    for value in (
        SHA256, SHA1, None, "", "secret", SHA256 + "a", SHA256[:-1], SHA1 + "a", SHA256.replace("256", "512"),
        SHA256.replace("2000", "0"), SHA256.replace("2000", "02"), SHA256.replace("2000", "12345678"), SHA256 + "\n",
        SHA256.replace("2000", ""), SHA256.replace("c2F", ""), SHA256.replace("c2F", "$"), SHA1.replace("1", "256"),
        SHA256.replace("c2F", "-_-"), "pbkdf2-sha256$2000$" + "a" * 136 + "$" + "a" * 44,
        "pbkdf2-sha256$2000$" + "a" * 137 + "$" + "a" * 44, 1,
    )
] + [[{"name": name}] for name in ("a", "", "a:b", "x" * 32, "x" * 33, "\u00e9 x", "tab\t", None, 5)] + [
    [{"hash": SHA256}], [{"name": "a", "password": "secret"}], [{"name": "a"}] * 17, [{"name": "a"}] * 16,
]  # fmt: skip

# Put in the place of every key: each JSON type, each rule's edges, and what people write by mistake.
VALUES = [
    None, True, False, 0, 1, -1, 8, 16, 17, 20, 80, 300, 301, 443, 65535, 65536, 2**31, 2**70, 80.0, 0.5, "external",
    "", " ", "a", "A", "FR", "fr", "FRA", "F1", "ab", "1", "80", "a-b", "-a", "a-", "a_b", "_a", "a.b", "a b", "1a",
    "off", "OFF", "fallback", "always", "embedded", "light", "normal", "large", "debug", "info", "warning", "error",
    "seven77", "eight888", "mws2\n", "tab\there", "nul\0", "del\x7f", "é", "/", "/404.html", "app", "WebSockets",
    "x" * 29, "x" * 30, "x" * 31, "x" * 32, "x" * 33, "x" * 63, "x" * 64, "x" * 65, "x" * 128, "x" * 129, "x" * 256,
    "x" * 257, [], [1], ["a"], ["WebSockets", "PyhtmlTemplate"], ["a-b"], ["a"] * 16, ["a"] * 17, [None], {}, {"a": 1},
    [{"ssid": "home"}], [{"ssid": "home", "password": "eight888"}], [{"ssid": "home", "password": None}],
    [{"ssid": "home", "password": ""}], [{"ssid": "home", "password": "short"}], [{"ssid": "home", "key": "x"}],
    *USERS, "/admin", "/a b~", "/caf\u00e9", "/" + "x" * 127, "/" + "x" * 128, "a/",
    "device.log", "a.LOG", "device.log\n", "config.json", "boot.py", "x" * 124 + ".log", "x" * 125 + ".log",
    [{"ssid": ""}], [{"password": "eight888"}], [{"ssid": 1}], ["home"], [{"ssid": "a"}] * 16, [{"ssid": "a"}] * 17,
]  # fmt: skip

WHOLE_FILES = [
    {},
    [],
    None,
    "text",
    3,
    {"wifi": None},
    {"server": []},
    {"server": {"tls": "cert.pem"}},
    {"Hostname": "mws2"},
    {"server": {"prot": 80}},
    {"port": 80},
    {"server": {"tls": {"cert": "c.pem", "key": "k.pem"}}},
    {"server": {"tls": {"cert": "c.pem"}}},
    {"server": {"tls": {"key": "k.pem"}}},
    {"server": {"tls": {"cert": None, "key": "k.pem"}}},
    {"server": {"tls": {"cert": 1, "key": "k.pem"}}},
    {"server": {"tls": {"cert": None, "key": None}}},
]


def leaves(schema, path=()):
    """Yield the (path, schema) of each key that holds a value, not an object."""
    for name, part in schema["properties"].items():
        if part.get("type") == "object":
            yield from leaves(part, (*path, name))
        else:
            yield (*path, name), part


def wrapped(path, value):
    """Return the configuration in which `value` is all there is, at `path`."""
    for name in reversed(path):
        value = {name: value}
    return value


def looked_up(data, path):
    """Return the value of the configuration `data` at `path`."""
    for name in path:
        data = data[name]
    return data


LEAVES = dict(leaves(SCHEMA))
ROWS = [wrapped(path, value) for path in LEAVES for value in VALUES] + WHOLE_FILES


@pytest.fixture(scope="module")
def verdicts(runtime, tmp_path_factory):
    """The device's (configuration, problems) of each of ROWS."""
    rows = tmp_path_factory.mktemp("rows") / "rows.json"
    rows.write_text(json.dumps(ROWS))
    return [json.loads(line) for line in runtime.run(SCRIPT, [rows], heap="4M").splitlines()]


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_keys_and_defaults_agree():
    defaults = config.Check({})[0]
    assert {path: part["default"] for path, part in LEAVES.items()} == {
        path: looked_up(defaults, path) for path in LEAVES
    }
    assert len(LEAVES) == len(config._TABLE)


def test_every_key_has_good_and_wrong_rows():
    for path in LEAVES:
        valid = [VALIDATOR.is_valid(wrapped(path, value)) for value in VALUES]
        assert any(valid), path
        assert not all(valid), path


def test_verdicts_agree(verdicts):
    differing = [
        (row, problems) for row, (_, problems) in zip(ROWS, verdicts) if VALIDATOR.is_valid(row) != (not problems)
    ]
    assert differing == []


def test_good_values_are_kept_and_wrong_ones_replaced(verdicts):
    defaults = config.Check({})[0]
    rows = [(path, value) for path in LEAVES for value in VALUES]
    for (path, value), (checked, problems) in zip(rows, verdicts):
        kept = looked_up(checked, path)
        if not problems:
            assert kept == with_defaults(value), path
        elif path == ("users",):
            continue  # see test_a_wrong_user_locks_the_device
        elif not isinstance(value, list):
            assert kept == looked_up(defaults, path), path
            assert problems[0].startswith(".".join(path)) or path[1:2] == ("tls",), problems


def with_defaults(value):
    """Return a good value as the device completes it: what a network or a user has not got is None."""
    if isinstance(value, list):
        return [completed(item) if isinstance(item, dict) else item for item in value]
    return value


def completed(item):
    return {"hash": None, **item} if "name" in item else {"password": None, **item}


def test_a_wrong_user_locks_the_device(verdicts):
    """It must not open because of a slip: what was meant for a user stays one, as which nobody can log in."""
    found = zip((wrapped(path, value) for path in LEAVES for value in VALUES), verdicts)
    rows = [(row, checked) for row, (checked, problems) in found if "users" in row and problems]
    assert len(rows) > 50
    for row, checked in rows:
        assert any(user["hash"] is None for user in checked["users"]), row


def test_wrong_elements_of_a_list_are_left_out_alone(verdicts):
    row = wrapped(("modules",), ["a"] * 17)
    assert verdicts[ROWS.index(row)] == [
        {**config.Check({})[0], "modules": ["a"] * 16},
        ["modules: expected at most 16 elements, got 17"],
    ]


def test_ssid_is_counted_in_bytes(runtime, tmp_path):
    # The one thing that the schema cannot say: 17 of these are 34 bytes.
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps([{"accessPoint": {"ssid": "é" * count}} for count in (15, 16)]))
    good, long = [json.loads(line) for line in runtime.run(SCRIPT, [rows], heap="4M").splitlines()]
    assert good[1] == []
    assert long[1][0].startswith("accessPoint.ssid: expected a name of 1..30 bytes, got ")
