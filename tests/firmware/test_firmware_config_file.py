"""config.json as a file: what is wrong with it is said in words, and it survives being saved."""

import json
import os
from pathlib import Path

import pytest

from firmware import config
from tests.conftest import require
from tests.runtimes import RUNTIMES

ON_DEVICE = Path(__file__).parent / "on_device"
CUT_POWER = Path(__file__).parent.parent / "faults" / "on_device" / "cut_power.py"
DEFAULTS = config.Check({})[0]

MESSAGES = [
    ({"server": {"port": "eighty"}}, 'server.port: expected 1..65535, got "eighty"'),
    ({"server": {"port": 0}}, "server.port: expected 1..65535, got 0"),
    ({"server": {"port": True}}, "server.port: expected 1..65535, got true"),
    ({"log": {"level": "loud"}}, 'log.level: expected "debug", "info", "warning" or "error", got "loud"'),
    (
        {"log": {"file": "config.json"}},
        'log.file: expected a text of 1..128 characters that ends in ".log", or null, got "config.json"',
    ),
    ({"ethernet": {"enabled": 1}}, "ethernet.enabled: expected true or false, or null, got 1"),
    ({"wifi": {"country": "fr"}}, 'wifi.country: expected two capital letters, or null, got "fr"'),
    ({"server": 80}, "server: expected an object {…}, got a number"),
    ({"modules": "WebSockets"}, "modules: expected a list […], got a text"),
    ({"hostname": "h" * 60}, 'hostname: expected 1..32 letters, digits and inner hyphens, got "' + "h" * 39 + "…"),
    ({"wifi": {"networks": [{}]}}, "wifi.networks[0].ssid: missing, it is the name of the network to join"),
    ({"users": [{"hash": None}]}, "users[0].name: missing, it is what the user logs in by"),
    (
        {"server": {"protectedPath": "admin"}},
        'server.protectedPath: expected a path of 1..128 ASCII characters that begins with "/", got "admin"',
    ),
    ({"server": {"prot": 1}}, "server.prot: unknown key, ignored, did you mean server.port?"),
    ({"host_name": "a"}, "host_name: unknown key, ignored, did you mean hostname?"),
    ({"acesspoint": {}}, "acesspoint: unknown key, ignored, did you mean accessPoint?"),
    ({"port": 80}, "port: unknown key, ignored, did you mean server.port?"),
    ({"wifi": {"ssid": "a"}}, "wifi.ssid: unknown key, ignored, did you mean wifi.networks[].ssid?"),
    ({"server": {"host": "a"}}, "server.host: unknown key, ignored"),
    ({"colour": "red"}, "colour: unknown key, ignored"),
    ({f"key{i}": i for i in range(17)}, "the file: 17 unknown keys, ignored"),
    ({"wifi": {f"key{i}": i for i in range(17)}}, "wifi: 17 unknown keys, ignored"),
    (
        {"server": {"tls": {"cert": "c.pem"}}},
        "server.tls.key: missing or wrong, server.tls.cert needs it; TLS stays off",
    ),
]

SECRETS = [
    {"accessPoint": {"password": "hunter2"}},
    {"accessPoint": {"password": ["hunter2"]}},
    {"accessPoint": "hunter2"},
    {"wifi": {"networks": [{"ssid": "home", "password": "hunter2"}]}},
    {"wifi": {"networks": ["hunter2"]}},
    {"wifi": {"networks": [{"ssid": ["hunter2"]}]}},
    {"wifi": {"networks": [{"ssid": "home", "pasword": "hunter2hunter2"}]}},
    {"wifi": {"networks": {"home": "hunter2"}}},
    {"wifi": ["hunter2"]},
    {"wifi": {"password": "hunter2"}},
    {"password": "hunter2"},
    {"users": [{"name": "admin", "hash": "hunter2"}]},
    {"users": [{"name": "admin", "password": "hunter2"}]},
    {"users": {"admin": "hunter2"}},
    {"users": ["hunter2"]},
    {"users": "hunter2"},
    ["hunter2"],
    "hunter2",
]

UNUSABLE = [
    (b"", "line 1, column 1: "),
    (b'{\n  "hostname": "a",\n  "server": {oops}\n}', "line 3, column 1"),
    (b'{"hostname": tru}', "line 1, column 1"),
    (b'{"hostname": "a"', "line 1, column 1"),
    (b'{"server": {"port": 1}', "line 1, column "),
    (b'{"server": {"port": 1]}', "line 1, column "),
    (b'{"server": {"port": 1}, "hostname": "]}"', "line 1, column "),
    (b'{"hostname": "a\\"}', "line 1, column "),
    (b'{"hostname": "\xff\xfe"}', "not UTF-8 text"),
    (b"[1, 2]", "expected an object {…}, got a list"),
    (b"null", "expected an object {…}, got null"),
    (b" " * 9000 + b"{}", "larger than 8192 bytes"),
    (b'{"server": {"port": ' + b"9" * 5000 + b"}", ""),
]


def load(runtime, path):
    """Return (configuration, problems) as `runtime` loads the file at `path`."""
    loaded, problems = json.loads(runtime.run(ON_DEVICE / "load_config.py", [path]))
    return loaded, problems


@pytest.fixture
def path(tmp_path):
    """Where the configuration is, in a folder of its own."""
    return tmp_path / "config.json"


@pytest.fixture(scope="module")
def check(runtime, tmp_path_factory):
    """The problems of a configuration's data, as the runtime names them."""
    known = [row[0] for row in MESSAGES] + SECRETS
    file = tmp_path_factory.mktemp("rows") / "rows.json"
    file.write_text(json.dumps(known))
    answers = [json.loads(line) for line in runtime.run(ON_DEVICE / "check_config.py", [file]).splitlines()]
    return lambda data: answers[known.index(data)][1]


@pytest.mark.parametrize(("data", "message"), MESSAGES, ids=lambda value: None)
def test_message_names_the_key_and_what_was_expected(check, data, message):
    assert message in check(data)


@pytest.mark.parametrize("data", SECRETS, ids=str)
def test_message_never_shows_a_password(check, data):
    problems = check(data)
    assert problems
    assert "hunter2" not in " ".join(problems)


@pytest.mark.parametrize(("content", "problem"), UNUSABLE, ids=lambda value: None)
def test_unusable_file_gives_the_defaults(runtime, path, content, problem):
    path.write_bytes(content)
    loaded, problems = load(runtime, path)
    assert loaded == DEFAULTS
    assert problems[0].startswith(f"{path}: {problem}"), problems
    assert problems[0].endswith("; the defaults are used")


@pytest.mark.parametrize("name", ["}]", '"}', '[{"', "\\", '\\"{', '"\\\\', "{}[]"])
def test_brackets_quotes_and_backslashes_may_stand_in_a_text(runtime, path, name):
    network = {"ssid": name, "password": "12345678"}
    path.write_text(json.dumps({"wifi": {"networks": [network, network]}, "hostname": "a"}))
    loaded, problems = load(runtime, path)
    assert problems == []
    assert loaded["wifi"]["networks"] == [network, network]


def test_deep_nesting_is_no_crash(runtime, path):
    path.write_bytes(b"[" * 8000)
    loaded, problems = load(runtime, path)
    assert loaded == DEFAULTS
    assert len(problems) == 1


def test_half_a_surrogate_pair_is_no_text_where_no_file_can_be_called_so(path):
    """CPython's open, stat and print raise; MicroPython's file systems take the bytes."""
    path.write_text('{"server": {"root": "\\ud800"}}')
    loaded, problems = load(require(RUNTIMES["cpython"]), path)
    assert (loaded, problems) == (DEFAULTS, [f"{path}: not UTF-8 text; the defaults are used"])


def test_missing_file_gives_the_defaults(runtime, path):
    assert load(runtime, path) == (DEFAULTS, [f"{path}: not found; the defaults are used"])


def test_folder_in_the_place_of_the_file(runtime, path):
    path.mkdir()
    loaded, problems = load(runtime, path)
    assert loaded == DEFAULTS
    assert problems[0].startswith(f"{path}: cannot be read ("), problems


def test_byte_order_mark_is_passed_over(runtime, path):
    path.write_bytes(b'\xef\xbb\xbf{"hostname": "notepad"}')
    loaded, problems = load(runtime, path)
    assert (loaded["hostname"], problems) == ("notepad", [])


def save(runtime, path, data):
    """Have `runtime` save `data` at `path`. Returns what it printed: nothing, or the ValueError's text."""
    return runtime.run(
        "import json\nfrom firmware import config\n"
        f"try:\n    config.Save(json.loads({json.dumps(data)!r}), {str(path)!r})\n"
        "except ValueError as ex:\n    print(ex)\n"
    )


def test_saved_configuration_is_loaded_again(runtime, path):
    data = {"hostname": "kitchen", "wifi": {"networks": [{"ssid": "é", "password": "eight888"}]}}
    assert save(runtime, path, data) == ""
    loaded, problems = load(runtime, path)
    assert problems == []
    assert loaded["hostname"] == "kitchen"
    assert loaded["wifi"]["networks"] == data["wifi"]["networks"]
    assert [file.name for file in path.parent.iterdir()] == ["config.json"]


def test_wrong_configuration_is_not_saved(runtime, path):
    path.write_text('{"hostname": "before"}')
    said = save(runtime, path, {"server": {"port": 0}})
    assert said == "configuration not saved: server.port: expected 1..65535, got 0\n"
    assert path.read_text() == '{"hostname": "before"}'


def test_disk_that_is_full_in_the_middle_leaves_the_old_file(path):
    """FAT and POSIX change a file where it is: what is written first under another name harms it not."""
    path.write_text('{"hostname": "before"}')
    said = require(RUNTIMES["cpython"]).run(
        "import resource\nfrom firmware import config\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        f"try:\n    config.Save({{'hostname': 'after', 'app': 'x' * 32, 'modules': ['y' * 32]}}, {str(path)!r})\n"
        "except OSError as ex:\n    print('refused')\n"
    )
    assert said == "refused\n"
    assert path.read_text() == '{"hostname": "before"}'


def test_previous_good_copy_is_kept_and_used(runtime, path):
    save(runtime, path, {"hostname": "first"})
    save(runtime, path, {"hostname": "second"})
    path.write_text("{oops")
    loaded, problems = load(runtime, path)
    assert loaded["hostname"] == "first"
    assert len(problems) == 1
    assert problems[0].endswith(f"; {path}.bak is used instead")
    # A broken file must not take the good copy's place.
    save(runtime, path, {"hostname": "third"})
    assert json.loads(Path(f"{path}.bak").read_text())["hostname"] == "first"


def test_copy_stands_in_for_a_lost_file(runtime, path):
    save(runtime, path, {"hostname": "first"})
    save(runtime, path, {"hostname": "second"})
    path.unlink()
    loaded, problems = load(runtime, path)
    assert loaded["hostname"] == "first"
    assert problems == [f"{path}: not found; {path}.bak is used instead"]


@pytest.mark.parametrize(
    ("good", "is_offered"),
    [(None, False), ("{}", False), ('{"hostname": "a"}', True), ('{"hostname": "a"', False), ("[]", False)],
)
def test_the_good_copy_is_offered_if_it_is_another_one(runtime, path, good, is_offered):
    path.write_text("{}")
    if good is not None:
        Path(f"{path}.bak").write_text(good)
    said = runtime.run(f"from firmware import configFile\nprint(configFile.HasOtherGood({str(path)!r}))\n")
    assert said == f"{is_offered}\n"


def test_the_good_copy_is_written_when_it_changes_alone(runtime, path):
    """Each write wears the flash memory, and a device may start often."""
    path.write_text("{}")
    said = runtime.run(
        "from firmware import configFile\n"
        "write = configFile.Write\n"
        "def tell(*args):\n print('WRITES')\n write(*args)\n"
        "configFile.Write = tell\n" + f"configFile.KeepGood({str(path)!r})\n" * 2
    )
    assert said == "WRITES\n"
    assert Path(f"{path}.bak").read_text() == "{}"


def test_a_file_of_the_same_length_written_later_is_another_one(runtime, path):
    path.write_text("{}")
    other = path.parent / "other"
    other.write_text("[]")
    os.utime(other, (1700000000, 1700000000))
    said = runtime.run(
        "from firmware.configFile import Stamp\n"
        f"print([Stamp({str(path)!r}) == Stamp(path) for path in ({str(path)!r}, {str(other)!r})])\n"
    )
    assert said == "[True, False]\n"


def test_power_cut_leaves_the_old_or_the_new(micropython):
    result = json.loads(micropython.run(CUT_POWER, ["save", "before"]).splitlines()[-1])
    # Both must have been seen, or the cuts did not fall where they matter.
    assert result["cuts"] > 10
    assert sorted(result["found"]) == ["1001", "1002"]
