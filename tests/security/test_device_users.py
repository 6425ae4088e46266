"""The users of a device: made by the tool, kept in config.json, asked for by the firmware."""

import json
import os
import pty
import re
import subprocess
import sys
import threading

import httpx
import pytest

from tests.firmware.folder import SERVES, Folder
from tests.runtimes import ROOT, RUNTIMES

PASSWORD = "correct: h\u00f6rse battery"


def run_tool(arguments, typed=()):
    """Run `python3 -m tools user` at a terminal; `typed` is typed when it asks. Returns (exit status, its screen)."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "tools", "user", *map(str, arguments)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, close_fds=True
    )
    os.close(slave)
    screen = []
    seen = threading.Event()

    def read():
        try:
            while data := os.read(master, 1000):
                screen.append(data.decode())
                seen.set()
        except OSError:  # the terminal's other end is closed
            pass

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for i, line in enumerate(typed):
        while "".join(screen).count(": ") <= i and process.poll() is None:
            seen.wait(0.1)
        os.write(master, line.encode() + b"\n")
    try:
        status = process.wait(60)
    finally:
        process.kill()
        reader.join(5)
        os.close(master)
    return status, "".join(screen).replace("\r\n", "\n")


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def start(folder, runtime):
    """Start the device. Returns its process, and the address that it says."""
    process = folder.start(runtime)
    return process, process.wait_for(SERVES).group(1)


@pytest.mark.parametrize("name", ["cpython", "unix"])
def test_from_the_tool_to_the_page(folder, name):
    runtime = RUNTIMES[name]
    if runtime.missing:
        pytest.skip(runtime.missing)
    status, screen = run_tool(["admin", "--config", folder.path / "config.json"], [PASSWORD, PASSWORD])
    assert status == 0, screen
    assert PASSWORD not in screen
    config = json.loads((folder.path / "config.json").read_text())
    assert config["server"]["port"] == folder.port
    assert PASSWORD not in json.dumps(config, ensure_ascii=False)
    config["log"] = {"level": "debug", "file": "device.log"}
    (folder.path / "config.json").write_text(json.dumps(config))
    process, address = start(folder, runtime)
    with process:
        assert httpx.get(address).status_code == 401
        assert httpx.get(address + "api/status").status_code == 401
        assert httpx.get(address, auth=("admin", PASSWORD + "!")).status_code == 401
        assert httpx.get(address, auth=("admin", PASSWORD)).text == "<p>welcome</p>"
        assert httpx.get(address + "api/status", auth=("admin", PASSWORD)).status_code == 200
    output = process.output() + (folder.path / "device.log").read_text()
    assert "wrong credentials" in output
    assert PASSWORD not in output
    assert config["users"][0]["hash"] not in output


def test_without_users_all_is_open(folder, firmware):
    process, address = start(folder, firmware)
    with process:
        assert httpx.get(address).text == "<p>welcome</p>"


def test_below_a_path_and_by_sha1(folder, firmware):
    status, screen = run_tool(["caf\u00e9", "--sha1"], [PASSWORD, PASSWORD])
    assert status == 0, screen
    entry = json.loads(re.search(r"\{.*\}", screen).group())
    assert entry["users"][0]["hash"].startswith("pbkdf2-sha1$20$")
    folder.configure(server={"protectedPath": "/api"}, **entry)
    process, address = start(folder, firmware)
    with process:
        assert httpx.get(address).text == "<p>welcome</p>"
        assert httpx.get(address + "api/status").status_code == 401
        assert httpx.get(address + "api/status", auth=("caf\u00e9", PASSWORD)).status_code == 200


@pytest.mark.parametrize("users", ["admin", [{"name": "admin", "hash": "secret"}], [{}], {"admin": "secret"}])
def test_a_slip_does_not_open_the_device(folder, firmware, users):
    folder.configure(users=users)
    process, address = start(folder, firmware)
    with process:
        assert httpx.get(address).status_code == 401
        assert httpx.get(address, auth=("admin", "secret")).status_code == 401
    assert re.search(r"WARNING users", process.output())
    assert "secret" not in process.output()


def test_a_hash_that_is_none_at_a_closer_look_does_not_open_it_either(folder, firmware):
    """It has the form of one, which is all that the rules of config.json know."""
    folder.configure(users=[{"name": "admin", "hash": "pbkdf2-sha256$2000$c2FsdHNhbHRzYWx0$" + 44 * "="}])
    process, address = start(folder, firmware)
    with process:
        assert httpx.get(address).status_code == 401
        assert httpx.get(address, auth=("admin", "")).status_code == 401
    assert 'ERROR   users: nobody can log in as "admin": the hash has a wrong length' in process.output()


def test_a_firmware_that_cannot_ask_serves_nothing(folder, firmware):
    """A firmware without the module; a file of the device stands in for what is not frozen."""
    folder.configure(users=[{"name": "admin"}])
    (folder.path / "hide.py").write_text(
        "import sys\nfrom MicroWebSrv2 import MicroWebSrv2\n"
        "load = MicroWebSrv2.LoadModule\n"
        "def refuse(name):\n    raise MicroWebSrv2.Exception('no module ' + name)\n"
        "MicroWebSrv2.LoadModule = refuse\nfrom firmware import launcher\nlauncher.Main()\n"
    )
    process = firmware.start_command([folder.path / "hide.py"], cwd=folder.path)
    with process:
        address = process.wait_for(SERVES).group(1)
        assert httpx.get(address).status_code == 503
    assert "nothing is served" in process.output()


FAULTS = [
    (["a:b"], [], "users[0].name: expected 1..32 characters without colons"),
    (["admin"], ["short"], "the password has 5 characters, 8 are the least"),
    (["admin"], [PASSWORD, PASSWORD + "x"], "the two passwords differ"),
    (["admin"], ["\x04"], "no password was typed. Expected it twice"),
    (["admin"], [PASSWORD, "\x04"], "no password was typed. Expected it twice"),
    (["admin", "--config", "/no/such/config.json"], [PASSWORD] * 2, "/no/such/config.json.tmp: No such file or"),
    (["admin", "--rounds", "0"], [], "--rounds: expected 1 to 9999999, got 0"),
    (["admin", "--remove"], [], "there is no user admin in --config, which is not given"),
]


@pytest.mark.parametrize(("arguments", "typed", "said"), FAULTS, ids=[row[2][:30] for row in FAULTS])
def test_faults_of_the_tool(arguments, typed, said):
    status, screen = run_tool(arguments, typed)
    assert status == 1
    assert said in screen.replace("\n", " ").replace("  ", " ")
    assert "Traceback" not in screen


def test_the_file_of_the_tool(tmp_path):
    path = tmp_path / "config.json"
    for name in ("one", "two", "one"):
        assert run_tool([name, "--config", path], [PASSWORD, PASSWORD])[0] == 0
    users = json.loads(path.read_text())["users"]
    assert [user["name"] for user in users] == ["two", "one"]
    assert users[0]["hash"] != users[1]["hash"]
    assert run_tool(["two", "--remove", "--config", path])[0] == 0
    assert [user["name"] for user in json.loads(path.read_text())["users"]] == ["one"]
    assert run_tool(["two", "--remove", "--config", path])[0] == 1
    path.write_text("[1]")
    status, screen = run_tool(["one", "--config", path])
    assert (status, "expected an object whose `users` is a list" in screen) == (1, True)
    assert path.read_text() == "[1]"
