"""The demonstration's refusals: what no browser with its pages would send."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.demo.conftest import serve
from tests.runtimes import ROOT, ReservedPort

DEMO = ROOT / "examples" / "demo"
GOOD = {"name": "Zoë", "colour": "silver", "text": ""}


@pytest.fixture
def open_socket(demo):
    """A function that opens a WebSocket on a path; all are closed at the end."""
    with contextlib.ExitStack() as stack:

        def open_one(path, **options):
            url = demo.url.replace("http", "ws") + path
            return stack.enter_context(connect(url, open_timeout=60, **options))

        yield open_one


def take(web_socket, kind):
    """The next message of a kind, a dict; others are passed over."""
    while True:
        message = json.loads(web_socket.recv(timeout=60))
        if message["kind"] == kind:
            return message


def close_of(web_socket):
    """The code and the reason with which the server closes."""
    with pytest.raises(Exception, match="received"):
        web_socket.recv(timeout=60)
    return web_socket.close_code, web_socket.close_reason


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": " "}, "Your name: expected 1 to 24 characters, got 0."),
        ({"name": "x" * 25}, "Your name: expected 1 to 24 characters, got 25."),
        ({"colour": "<b>"}, "The colour: expected one of green, copper, silver."),
        ({"text": "x" * 401}, "The text: expected at most 400 characters, got 401."),
    ],
)
def test_a_form_that_is_no_good_is_named(demo, change, why):
    answer = httpx.post(demo.url + "/form", data={**GOOD, **change}, timeout=60)
    assert answer.status_code == 400
    assert why in answer.text
    assert httpx.post(demo.url + "/form", data=GOOD, timeout=60).status_code == 200


def test_a_page_of_another_site_gets_no_socket(open_socket, demo):
    with pytest.raises(InvalidStatus, match="403"):
        open_socket("/ws/echo", origin="http://elsewhere.example")
    assert open_socket("/ws/echo", origin=demo.url).state.name == "OPEN"


def test_there_are_two_sockets(open_socket):
    with pytest.raises(InvalidStatus, match="404"):
        open_socket("/ws/nothing")


def test_the_template_is_no_file(demo):
    assert "{{" not in httpx.get(demo.url + "/table.pyhtml", timeout=60).text


@pytest.mark.parametrize("message", ["{", "[]", "{}", '{"name": 1}', '{"name": " "}', json.dumps({"name": "x" * 25})])
def test_who_says_no_name_is_sent_away(open_socket, message):
    web_socket = open_socket("/ws/chat")
    web_socket.send(message)
    assert close_of(web_socket) == (1008, "expected a name of 1 to 24 characters")


def test_a_message_that_is_too_long_is_refused(open_socket):
    web_socket = open_socket("/ws/chat")
    web_socket.send('{"name": "Ann"}')
    take(web_socket, "welcome")
    web_socket.send(json.dumps({"text": "x" * 400}))
    assert take(web_socket, "text")["text"] == "x" * 400
    web_socket.send(json.dumps({"text": "x" * 401}))
    assert close_of(web_socket) == (1008, "expected a text of 1 to 400 characters")


def test_the_chat_has_room_for_four(open_socket):
    """And again for one when somebody has left."""
    people = [open_socket("/ws/chat") for _ in range(4)]
    for number, web_socket in enumerate(people):
        web_socket.send(json.dumps({"name": f"P{number}"}))
        take(web_socket, "welcome")
    assert close_of(open_socket("/ws/chat")) == (1013, "the chat is full, it has room for 4")
    people[1].close()
    assert take(people[0], "left")["people"] == ["P0", "P2", "P3"]
    late = open_socket("/ws/chat")
    late.send('{"name": "late"}')
    assert take(late, "welcome")["name"] == "late"


def test_a_full_chat_leaves_memory_for_the_page(demo_runtime):
    """The page is asked for, and so compiled, only when everybody is there and has talked."""
    with serve(demo_runtime) as server, contextlib.ExitStack() as stack:
        url = server.url.replace("http", "ws") + "/ws/chat"
        people = [stack.enter_context(connect(url, open_timeout=60)) for _ in range(4)]
        for number, web_socket in enumerate(people):
            web_socket.send(json.dumps({"name": f"P{number}"}))
            take(web_socket, "welcome")
        for number in range(20):
            text = f"{number:400}"
            people[number % 4].send(json.dumps({"text": text}))
            assert [take(web_socket, "text")["text"].strip() for web_socket in people] == [str(number)] * 4
        page = httpx.get(server.url + "/table.pyhtml", timeout=60)
        assert (page.status_code, "P0, P1, P2, P3" in page.text) == (200, True)


def test_ctrl_c_ends_it(demo_runtime):
    with serve(demo_runtime) as server:
        server.interrupt()
        assert server.wait_end() == 0, server.output()


def test_a_device_serves_it(firmware, tmp_path):
    """With the firmware's start files around it, its pages in the device's own folder."""
    port = ReservedPort()
    shutil.copy(DEMO / "app.py", tmp_path)
    shutil.copytree(DEMO / "www", tmp_path / "webroot")
    (tmp_path / "config.json").write_text(json.dumps({"server": {"port": port.number}}))
    with firmware.start_command(["-m", "main"], "160k", cwd=tmp_path, reserved=[port]) as server:
        server.wait_for(f"serves http://127.0.0.1:{port.number}/")
        address = f"127.0.0.1:{port.number}"
        assert "/chat.html" in httpx.get(f"http://{address}/", timeout=60).text
        assert "The table of 3" in httpx.get(f"http://{address}/table.pyhtml?n=3", timeout=60).text
        with connect(f"ws://{address}/ws/echo", open_timeout=60) as web_socket:
            web_socket.send("back, please")
            assert web_socket.recv(timeout=60) == "back, please"
        assert "Traceback" not in server.output(), server.output()


def refused(*arguments):
    """What the verb says when it does not start the demonstration."""
    command = [sys.executable, "-m", "tools", "demo", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    return done.stderr


def test_another_runtime_is_refused():
    assert refused("unix") == 'error: RUNTIME: expected CPYTHON or UNIX, got "unix"\n'


@pytest.mark.parametrize("port", ["0", "65536", "abc", "", "-1"])
def test_no_port_is_refused(port):
    assert refused(f"--port={port}") == f'error: PORT: expected 1..65535, got "{port}"\n'


def test_the_port_of_another_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused("--port", str(port), "--address", "127.0.0.1")
    assert said == f"error: PORT: {port} cannot be used: Address already in use. Choose another, as PORT=8081\n"
