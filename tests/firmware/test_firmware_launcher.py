"""The device as its owner meets it: a folder with config.json, webroot/ and app.py, started and stopped."""

import re
import socket
import ssl
from datetime import datetime

import httpx
import pytest
import trustme

from tests.conftest import require
from tests.firmware.folder import Folder, free_port, get
from tests.runtimes import RUNTIMES


@pytest.fixture
def folder(tmp_path):
    """A device's folder with a page and a configuration that gives it a free port."""
    return Folder(tmp_path)


def end(process):
    """Send Ctrl-C and check that the device ends cleanly. Returns its output."""
    process.interrupt()
    assert process.wait_end() == 0, process.output()
    assert "Traceback" not in process.output()
    return process.output()


def test_serves_the_page_until_ctrl_c(runtime, folder):
    with folder.start(runtime) as process:
        answer = get(process)
        assert (answer.status_code, answer.text) == (200, "<p>welcome</p>")
        assert answer.url.port == folder.port
        assert end(process).rstrip().endswith("INFO    stopped")


def test_port_follows_the_configuration(runtime, folder):
    for _ in range(2):
        folder.port = free_port()
        folder.configure()
        with folder.start(runtime) as process:
            assert get(process).url.port == folder.port


def test_status(runtime, folder):
    folder.configure(hostname="kitchen")
    with folder.start(runtime) as process:
        status = get(process, "api/status").json()
    assert sorted(status) == [
        "board", "hostname", "memFree", "memTotal", "problems", "runtime", "server", "uptimeSec", "version",
    ]  # fmt: skip
    assert status["server"] == "MicroWebSrv2"
    assert status["version"].startswith("2.")
    assert status["hostname"] == "kitchen"
    assert status["problems"] == []
    assert 0 <= status["uptimeSec"] < 60
    if runtime.is_micropython:
        assert status["runtime"].startswith("MicroPython 1.")
        assert status["board"] == "UNIX"
        assert 0 < status["memFree"] < status["memTotal"]
    else:
        assert status["runtime"].startswith("CPython 3.")
        assert status["memFree"] is None
        assert status["memTotal"] is None


def test_wrong_key_is_named_and_the_server_comes_up(runtime, folder):
    folder.configure({"threads": "two", "prot": 8080})
    with folder.start(runtime) as process:
        assert get(process).status_code == 200
        said = process.output()
    assert 'WARNING server.threads: expected 0..16, got "two"' in said
    assert "WARNING server.prot: unknown key, ignored, did you mean server.port?" in said


def test_status_shows_so_many_problems_as_a_board_can_bear(runtime, folder):
    folder.configure(**{f"key{i}": i for i in range(12)})
    with folder.start(runtime) as process:
        problems = get(process, "api/status").json()["problems"]
        assert len([line for line in process.output().splitlines() if "unknown key" in line]) == 12
    assert len(problems) == 8
    assert all("unknown key" in problem for problem in problems)


def test_bad_json_falls_back_to_the_good_copy(runtime, folder):
    (folder.path / "config.json").rename(folder.path / "config.json.bak")
    folder.write("config.json", '{"server": {', '"port": oops}}')
    with folder.start(runtime) as process:
        assert get(process).status_code == 200
        assert "WARNING config.json: line 2, column " in process.output()


def test_missing_webroot_is_said(runtime, folder):
    folder.configure({"root": "nowhere"})
    with folder.start(runtime) as process:
        assert get(process, "api/status").status_code == 200
        assert 'WARNING server.root: there is no folder "nowhere"' in process.output()


def test_device_without_pages_shows_one(runtime, folder):
    """Whoever opens a new device sees that it serves, and what to do; the text of config.json is no HTML there."""
    folder.configure({"root": "<none>"})
    with folder.start(runtime) as process:
        answer = get(process)
        assert answer.status_code == 200
        assert "Send yours to its folder <b>&lt;none&gt;</b>" in answer.text


def test_apps_first_page_is_its_own(runtime, folder):
    folder.configure({"root": "nowhere"})
    folder.write("app.py", APP.replace("/hello", "/"))
    with folder.start(runtime) as process:
        assert get(process).json() == {"hello": "world"}


APP = """
from MicroWebSrv2 import *

@WebRoute(GET, '/hello')
def hello(microWebSrv2, request):
    request.Response.ReturnOkJSON({'hello': 'world'})
"""


@pytest.mark.parametrize("root", [".", "webroot/..", "./", "..", "/"])
def test_folder_of_the_configuration_is_not_served(runtime, folder, root):
    folder.configure({"root": root})
    with folder.start(runtime) as process:
        answer = get(process)
        assert answer.text == "<p>welcome</p>"
        for path in ("config.json", f"{folder.path.name}/config.json", f"{folder.path}/config.json"):
            assert httpx.get(answer.url.join(path)).status_code == 404
        assert "ERROR   server.root" in process.output()


def test_routes_of_the_app_are_served(runtime, folder):
    folder.write("app.py", APP)
    with folder.start(runtime) as process:
        assert get(process, "hello").json() == {"hello": "world"}


def test_files_of_the_app_stand_in_for_built_in_modules(micropython, folder):
    """The firmware itself does not look at them; the app does, and finds all modules as ever once it has started."""
    folder.write("json.py", "MARK = 'ours'\n")
    folder.write("app.py", "import json, sys\nprint('MARK', json.MARK, sys.path[0] != '.frozen')\n")
    with folder.start(micropython) as process:
        assert get(process, "api/status").json()["problems"] == []
        assert "MARK ours True" in process.output()


def test_app_may_have_another_name(runtime, folder):
    folder.write("mine.py", APP)
    folder.configure(app="mine")
    with folder.start(runtime) as process:
        assert get(process, "hello").json() == {"hello": "world"}


def test_app_may_replace_the_status(runtime, folder):
    folder.write("app.py", APP.replace("/hello", "/api/status"))
    with folder.start(runtime) as process:
        assert get(process, "api/status").json() == {"hello": "world"}


@pytest.mark.parametrize(
    ("last", "trace"),
    [
        ("1 // 0", "ZeroDivisionError"),
        ("import nowhere_to_be_found", "nowhere_to_be_found"),
        ("def broken(:", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit"),
        ("import asyncio; raise asyncio.CancelledError", "CancelledError"),
    ],
)
def test_failing_app_is_logged_and_the_server_still_serves(runtime, folder, last, trace):
    folder.write("app.py", APP if "broken" not in last else "", last)
    with folder.start(runtime) as process:
        answer = get(process, "" if "broken" in last else "hello")
        assert answer.status_code == 200
        (problem,) = httpx.get(answer.url.join("/api/status")).json()["problems"]
        said = process.output()
    assert problem.startswith('app: "app" failed (')
    assert trace in problem
    assert 'ERROR   app: "app" failed' in said
    assert trace in said


def test_what_an_app_raises_is_shown_cut_and_logged_whole(runtime, folder):
    folder.write("app.py", "raise ValueError('x' * 2000)")
    with folder.start(runtime) as process:
        (problem,) = get(process, "api/status").json()["problems"]
        assert problem == 'app: "app" failed (ValueError: ' + "x" * 120 + ")"
        assert "x" * 2000 in process.output()


def test_absent_app_is_no_error(runtime, folder):
    with folder.start(runtime) as process:
        get(process)
        assert "INFO    app: there is no app.py" in process.output()


def test_absent_app_of_another_name_is_a_warning(runtime, folder):
    folder.configure(app="mine")
    with folder.start(runtime) as process:
        get(process)
        assert 'WARNING app: there is no module "mine"' in process.output()


def test_missing_module_is_logged_and_the_server_still_serves(runtime, folder):
    folder.configure(modules=["NoSuchModule"])
    with folder.start(runtime) as process:
        assert get(process).status_code == 200
        said = process.output()
    assert re.search('ERROR   modules: .*"NoSuchModule"', said)
    assert "Traceback" not in said


@pytest.mark.parametrize("error", ["SystemExit(3)", "BaseException()"])
def test_module_that_ends_the_program_is_left_out(runtime, folder, error):
    folder.write("ending.py", f"raise {error}")
    folder.configure(modules=["ending"])
    with folder.start(runtime) as process:
        assert get(process).status_code == 200
        assert 'ERROR   modules: "ending" could not be loaded' in process.output()


def test_profile_that_does_not_fit_gives_way_to_the_smallest(micropython, folder):
    folder.configure({"profile": "large"})
    with micropython.start_command(["-m", "main"], heap="500k", cwd=folder.path) as process:
        assert get(process).status_code == 200
        assert 'WARNING server.profile: "large" cannot be used (' in process.output()


def test_log_file_and_level(runtime, folder):
    folder.configure(log={"level": "error", "file": "device.log"}, app="mine")
    with folder.start(runtime) as process:
        get(process)
        said = process.output()
    assert said == (folder.path / "device.log").read_text()
    assert "WARNING" not in said


def test_port_in_use_is_said_and_ends_the_program(runtime, folder):
    with socket.socket() as other:
        other.bind(("0.0.0.0", folder.port))
        other.listen()
        with folder.start(runtime) as process:
            assert process.wait_end() == 1
            said = process.output()
    assert f"ERROR   server.port: {folder.port} cannot be used (" in said
    assert "another program may use it. Choose another one in config.json" in said
    assert "Traceback" not in said
    assert not (folder.path / ".starts").exists(), "whose owner is told has not failed"


def test_threads_serve_until_ctrl_c(runtime, folder):
    folder.configure({"threads": 2})
    with folder.start(runtime) as process:
        assert get(process).status_code == 200
        end(process)


def test_where_there_are_no_threads_the_main_thread_serves(runtime, folder):
    folder.configure({"threads": 2})
    lines = ["from firmware import launcher, runtime", "runtime.HasThreads = lambda: False", "launcher.Main()"]
    folder.write("start.py", *lines)
    with runtime.start_command([folder.path / "start.py"], cwd=folder.path) as process:
        process.wait_for("WARNING server.threads: this firmware has no threads, the main thread serves")
        assert get(process).text == "<p>welcome</p>"
        end(process)


def test_threads_that_find_no_memory_take_none(folder):
    """The main thread serves in their place, with all the memory that they were to have."""
    folder.configure({"threads": 16})
    with folder.start(require(RUNTIMES["unix"]), heap="260k") as process:
        process.wait_for("WARNING server.threads: 16 cannot be started")
        assert get(process).text == "<p>welcome</p>"
        end(process)


# --- TLS


@pytest.fixture(scope="module")
def authority():
    """A certificate authority of these tests' own."""
    return trustme.CA()


def configure_tls(folder, authority):
    """Give the folder a certificate for 127.0.0.1 and have the configuration name it."""
    issued = authority.issue_cert("127.0.0.1", "localhost")
    issued.cert_chain_pems[0].write_to_path(folder.path / "cert.pem")
    issued.private_key_pem.write_to_path(folder.path / "key.pem")
    folder.configure({"tls": {"cert": "cert.pem", "key": "key.pem"}})


def test_tls_is_served(runtime, folder, authority):
    configure_tls(folder, authority)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with folder.start(runtime) as process:
        answer = get(process, verify=context)
        assert (answer.url.scheme, answer.status_code) == ("https", 200)
        end(process)


def test_missing_tls_file_is_said_and_plain_http_served(runtime, folder, authority):
    configure_tls(folder, authority)
    (folder.path / "key.pem").unlink()
    with folder.start(runtime) as process:
        answer = get(process)
        assert (answer.url.scheme, answer.status_code) == ("http", 200)
        assert 'WARNING server.tls.key: there is no file "key.pem"; serving plain http' in process.output()


@pytest.mark.parametrize("name", ["cert.pem", "key.pem"])
def test_wrong_tls_file_is_said_and_plain_http_served(runtime, folder, authority, name):
    configure_tls(folder, authority)
    (folder.path / name).write_text("not a certificate\n")
    with folder.start(runtime) as process:
        answer = get(process)
        assert (answer.url.scheme, answer.status_code) == ("http", 200)
        said = process.output()
    assert 'WARNING server.tls: certificate "cert.pem" with key "key.pem" cannot be used (' in said
    assert "serving plain http" in said
    assert "Traceback" not in said


# --- Boot


def boot(runtime, folder, *lines):
    """Run lines of Python in the folder, with the launcher imported. Returns the output."""
    return runtime.run("\n".join(["from firmware import launcher, runtime", *lines, ""]), cwd=folder.path)


def test_boot_is_quick_and_does_not_serve(runtime, folder):
    folder.write("app.py", "print('APP')")
    said = boot(
        runtime,
        folder,
        "before = runtime._ticks()",
        "launcher.Boot()",
        "launcher.Boot()",
        "print(runtime._ticksSince(runtime._ticks(), before))",
    )
    assert said.count("APP") == 1
    assert "serves" not in said
    assert int(said.splitlines()[-1]) < 2000


def test_boot_raises_nothing(runtime, folder):
    folder.write("app.py", "raise RuntimeError('of the app')")
    folder.write("config.json", "{", "oops")
    said = boot(
        runtime,
        folder,
        "def fail(*args):",
        " raise RuntimeError('of the firmware')",
        "launcher.network.Network = fail",
        "launcher.Boot()",
        "print('BOOTED')",
    )
    assert "of the firmware" in said
    assert said.splitlines()[-1] == "BOOTED"


FAIL = ["def fail(*args):", " raise MemoryError"]


def test_nothing_protected_is_served_after_a_boot_that_failed(runtime, folder):
    """Prepare fails before it comes to the users; Main serves all the same, and asks for them."""
    folder.configure(users=[{"name": "admin"}])
    fails = "launcher.network.Network.Start = fail"
    folder.write("fails.py", *FAIL, "from firmware import launcher", fails, "launcher.Main()")
    with runtime.start_command([folder.path / "fails.py"], cwd=folder.path) as process:
        assert get(process).status_code == 401
        assert "MemoryError" in process.output()


def test_board_that_cannot_serve_starts_anew_and_at_last_safely(runtime, folder):
    lines = [
        *FAIL,
        "runtime.IsHosted = lambda: False",
        "runtime.SleepMs = lambda ms: print('WAITS', ms)",
        "runtime.Reset = lambda: print('RESET')",
        "launcher.Device._start = fail",
        "launcher.Main()",
    ]
    for _ in range(6):
        said = boot(runtime, folder, *lines)
        assert said.rstrip().replace("MemoryError:", "MemoryError").endswith("MemoryError\nWAITS 5000\nRESET"), said
    assert "safe mode: 5 starts in a row failed" in said


LOOP_FAILS = """
from firmware import launcher
from MicroWebSrv2 import XAsyncSocketsPool

serve = XAsyncSocketsPool.AsyncWaitEvents

def fail(*args, **options):
    XAsyncSocketsPool.AsyncWaitEvents = serve
    raise OSError(5)

XAsyncSocketsPool.AsyncWaitEvents = fail
launcher.Main()
"""


def test_a_loop_that_fails_starts_again(runtime, folder):
    folder.write("start.py", LOOP_FAILS)
    with runtime.start_command([folder.path / "start.py"], cwd=folder.path) as process:
        assert get(process).text == "<p>welcome</p>"
        assert "ERROR   the event loop failed, it starts again" in process.output()
        process.interrupt()
        assert process.wait_end() == 0


def test_program_that_cannot_serve_ends_with_status_1(runtime, folder):
    folder.write("fails.py", *FAIL, "from firmware import launcher", "launcher.Device._start = fail", "launcher.Main()")
    with runtime.start_command([folder.path / "fails.py"], cwd=folder.path) as process:
        assert process.wait_end() == 1
        assert "MemoryError" in process.output()
    assert (folder.path / ".starts").read_text() == "1"


def test_traceback_for_which_there_is_no_memory_is_the_errors_name(micropython):
    said = micropython.run(
        "from firmware import runtime\n"
        "class NoMemory:\n @staticmethod\n def StringIO():\n  raise MemoryError\n"
        "runtime.io = NoMemory\n"
        "print(runtime.TracebackText(ValueError('x')))\n"
    )
    assert said == "ValueError\n"


def test_memory_that_the_app_has_taken_is_not_the_ports_fault(folder):
    folder.write("app.py", HOG)
    with folder.start(require(RUNTIMES["unix"]), heap="200k") as process:
        assert process.wait_end() == 1
        said = process.output()
    assert "ERROR   server: it cannot start (no memory for 4 buffers of 1024 bytes): the app" in said
    assert "server.port" not in said


# Takes all memory but 20 KB.
HOG = """
import gc, sys
sys.modules['kept'] = kept = []
gc.collect()
while gc.mem_free() > 20000:
    kept.append(bytearray(500))
"""


def test_keyboard_interrupt_escapes_from_boot_which_then_begins_anew(runtime, folder):
    folder.write("app.py", "raise KeyboardInterrupt")
    once = ["try:", " launcher.Boot()", "except KeyboardInterrupt:", " print('ESCAPED')"]
    assert boot(runtime, folder, *once, *once).count("ESCAPED") == 2
    assert not (folder.path / ".starts").exists(), "whom a person ends has not failed"


def test_boot_leaves_it_all_to_main_where_the_network_comes_later(runtime, folder):
    folder.write("app.py", "print('APP')")
    said = boot(runtime, folder, "runtime.NetworkComesAfterBoot = lambda: True", "launcher.Boot()", "print('BOOTED')")
    assert said == "BOOTED\n"


# --- As a board


def test_board_announces_each_address(runtime, folder):
    folder.configure(
        wifi={"networks": [{"ssid": "home", "password": "home home home"}]}, accessPoint={"mode": "always"}
    )
    with folder.start_as_board(runtime) as process:
        process.wait_for("^BOOTED$")
        for _ in range(2):
            process.wait_for(rf"^MicroWebSrv2 serves http://(10\.0\.0\.7|192\.168\.4\.1):{folder.port}/$")
        said = process.output()
        assert "10.0.0.7" in said
        assert "192.168.4.1" in said
        assert httpx.get(f"http://127.0.0.1:{folder.port}/").status_code == 200


def test_board_tries_its_port_again(runtime, folder):
    folder.configure(log={"level": "debug"})
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("0.0.0.0", folder.port))
        other.listen()
        process = folder.start_as_board(runtime)
        first = process.wait_for("^(.{19}) ERROR   server.port: ")
        again = process.wait_for("^(.{19}) [A-Z]+ +server.port: ")
    with process:
        assert " DEBUG   " in again[0], "told twice"
        pause = datetime.fromisoformat(again[1]) - datetime.fromisoformat(first[1])
        assert pause.total_seconds() >= 4, "a clock of whole seconds"
        process.wait_for("^MicroWebSrv2 serves ")
        assert httpx.get(f"http://127.0.0.1:{folder.port}/").status_code == 200


def test_board_whose_threads_serve_has_its_repl(runtime, folder):
    folder.configure({"threads": 1})
    with folder.start_as_board(runtime) as process:
        process.wait_for("^RETURNED$")
        assert httpx.get(f"http://127.0.0.1:{folder.port}/", timeout=10).status_code == 200


def test_ctrl_c_gives_the_repl_back_and_main_serves_again(runtime, folder):
    with folder.start_as_board(runtime) as process:
        process.wait_for("^MicroWebSrv2 serves ")
        process.interrupt()
        process.wait_for("^RETURNED$")
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{folder.port}/")
        process.interrupt()
        process.wait_for("^MicroWebSrv2 serves ")
        assert httpx.get(f"http://127.0.0.1:{folder.port}/").status_code == 200
