"""The harness itself: servers come up, say what went wrong when they do not, and end."""

import re
import socket

import pytest

from tests.runtimes import ReservedPort, Runtime


@pytest.fixture(scope="module")
def echo(runtime):
    with runtime.start("echo", args=["one", "two words"]) as server:
        yield server


def ask(port, line):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(line)
        return connection.makefile("rb").readline()


def test_a_server_answers_on_its_port(echo):
    assert ask(echo.port, b"hello\n") == b"hello\n"
    assert ask(echo.port, b"again\n") == b"again\n"


def test_the_output_and_the_arguments_arrive(echo):
    echo.wait_for(r"^arguments: \['one', 'two words'\]")
    assert f"LISTENING {echo.port}\n" in echo.output()


def test_the_process_is_measured(echo):
    before = echo.descriptors()
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10) as connection:
        connection.sendall(b"x\n")
        connection.makefile("rb").readline()
    assert 3 <= echo.descriptors() <= before + 2
    assert 0 <= echo.cpu_sec() < 60


def test_ctrl_c_ends_a_server(runtime):
    with runtime.start("echo") as server:
        server.interrupt()
        assert server.wait_end() == 0
        server.wait_for("^interrupted")
        assert not server.is_running


def test_a_server_that_dies_is_told(runtime):
    with runtime.start("echo") as server:
        assert ask(server.port, b"die\n") == b""
        assert server.wait_end() == 3
        with pytest.raises(AssertionError, match=f"ended without .*'never'(?s:.*)LISTENING {server.port}"):
            server.wait_for("never")


def test_a_server_that_does_not_come_up_shows_why(runtime):
    with pytest.raises(AssertionError, match="ended without a line with .*LISTENING(?s:.*)no_such_app"):
        runtime.start("no_such_app")


def test_a_line_that_never_comes_is_not_waited_for_for_ever(echo):
    with pytest.raises(AssertionError, match=r"no line with 'never' in 0\.2 s"):
        echo.wait_for("never", timeout=0.2)


def test_scripts_run_to_their_end(runtime, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(sys.implementation.name, sys.argv[1:])\n")
    name = "micropython" if runtime.is_micropython else "cpython"
    assert runtime.run(script, args=["a b"]).split(None, 1) == [name, "['a b']\n"]
    assert runtime.run("print(6 * 7)") == "42\n"


def test_a_failing_script_shows_its_traceback(runtime):
    with pytest.raises(AssertionError, match=r"exit status 1(?s:.*)print me(?s:.*)ZeroDivisionError"):
        runtime.run("print('print me'); 1 // 0")


def test_a_hanging_script_is_ended(runtime):
    with pytest.raises(AssertionError, match=r"still running after 0\.5 s(?s:.*)"):
        runtime.run("while True: pass", timeout=0.5)


def test_the_package_is_the_right_one(runtime):
    """Frozen in the firmware, from the files elsewhere."""
    where = runtime.run("import firmware.config as config; print(config.__file__)")
    frozen = not where.startswith("/")
    assert frozen == (runtime.name == "unix"), where


def test_the_heap_is_limited(micropython):
    free = int(micropython.run("import gc; print(gc.mem_free() + gc.mem_alloc())", heap="160k"))
    assert 100_000 < free <= 160 * 1024


def test_reserved_ports_are_different():
    ports = [ReservedPort() for _ in range(20)]
    assert len({port.number for port in ports}) == 20
    for port in ports:
        port.release()


def test_the_callers_environment_stays_outside(monkeypatch):
    monkeypatch.setenv("MICROPYPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONSTARTUP", "/elsewhere")
    env = Runtime("any", ["x"], {"PYTHONPATH": "mine"})._environment({"MORE": "1"})
    assert {name: value for name, value in env.items() if re.match("MICROPY|PYTHON|MORE", name)} == {
        "PYTHONPATH": "mine",
        "MORE": "1",
    }
