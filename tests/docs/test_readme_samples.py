"""Every code sample of README.md runs, and does what the text says."""

import os
import shutil
import subprocess
import sys

import httpx
import pytest
from websockets.sync.client import connect

from tests.docs import readme
from tests.runtimes import MODULES, ROOT, ReservedPort, ServerProcess

ANY_ADDRESS = "('0.0.0.0', 8080)"
HEAPS = {"unix": "160k", "newest": "1M"}
# What a sample needs that only shows handlers; those with a loop of their own need nothing.
START = """
mws2 = MicroWebSrv2()
mws2.SetEmbeddedConfig()
mws2.BindAddress = ('0.0.0.0', 8080)
mws2.StartManaged(0)
"""
ROUTE = """
@WebRoute(GET, '/here')
def Here(microWebSrv2, request):
    request.Response.ReturnOk('here')
"""
CLIENT_TIMEOUT_SEC = 60
STREAM = bytes(range(256)) * 4 * 1024 * 4  # more than the heap of a MicroPython here


def check_page(client):
    assert client.get("/hello/you").text == "<!DOCTYPE html><title>Hello</title><h1>Hello, you!</h1>"
    assert "<h1>Hello, &lt;b&gt;!</h1>" in client.get("/hello/%3Cb%3E").text
    assert client.get("/hello.txt").text == "a file"


def check_json(answer, expected):
    assert (answer.status_code, answer.json()) == (200, expected)


def check_parts(client):
    files = [("a", ("one.jpg", b"1", "image/jpeg")), ("b", ("two.txt", b"2", "text/plain"))]
    check_json(client.post("/photos", files=files), ["one.jpg"])


def check_numbers(client):
    answer = client.get("/numbers")
    assert (answer.text, answer.headers["Transfer-Encoding"]) == ("1\n2\n3\n", "chunked")


def check_echo(client):
    with connect(f"ws://{client.base_url.netloc.decode()}/") as socket:
        socket.send("hello")
        assert socket.recv(CLIENT_TIMEOUT_SEC) == "hello"


def check_template(client):
    assert client.get("/hello.pyhtml").text == "<p>Hello, 127.0.0.1!</p>"


def check_here(client):
    assert [client.get("/here").text for _ in range(3)] == ["here"] * 3


def check_session(client):
    assert client.get("/account").status_code == 403
    assert client.post("/login", auth=("admin", "wrong")).status_code == 401
    assert client.post("/login", auth=("admin", "correct horse")).status_code == 200
    assert client.get("/account").text == "Hello, admin"


SAMPLES = {
    "page": check_page,
    "defer": lambda client: check_json(client.get("/later"), {"celsius": 21}),
    "stream": lambda client: check_json(client.put("/count", content=STREAM), {"bytes": len(STREAM)}),
    "session": check_session,
    "parts": check_parts,
    "answer": check_numbers,
    "step": check_here,
    "echo": check_echo,
    "template": check_template,
}


def program(name, port):
    """A sample made a program that serves on 127.0.0.1 and `port`."""
    source = readme.samples()[name]
    source = source.replace("pool = XAsync", ROUTE + "\npool = XAsync") if name == "step" else source
    source += "" if "BindAddress" in source else START
    assert source.count(ANY_ADDRESS) == 1
    return source.replace(ANY_ADDRESS, f"('127.0.0.1', {port})")


def test_every_sample_has_its_test():
    assert set(readme.samples()) == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_does_what_it_says(runtime, name, tmp_path):
    (tmp_path / "webroot").mkdir()
    (tmp_path / "webroot" / "hello.txt").write_text("a file")
    (tmp_path / "webroot" / "hello.pyhtml").write_text("<p>{{ greeting }}, {{ request.UserAddress[0] }}!</p>")
    port = ReservedPort()
    (tmp_path / "program.py").write_text(program(name, port.number))
    heap = HEAPS.get(runtime.name)
    with runtime.start_command(["program.py"], heap, cwd=tmp_path, reserved=[port]) as server:
        server.wait_for(f"listening on 127.0.0.1:{port.number}")
        with httpx.Client(base_url=f"http://127.0.0.1:{port.number}", timeout=CLIENT_TIMEOUT_SEC) as client:
            SAMPLES[name](client)
        assert "Traceback" not in server.output(), server.output()


def test_the_first_sample_has_ten_lines():
    lines = [line for line in readme.samples()["page"].splitlines() if line]
    assert len(lines) == 10


def install(python, folder):
    """Install the package for the interpreter `python` as `pip install .` does, setuptools taken from here."""
    copy = folder / "copy"  # setuptools leaves its marks where it builds
    shutil.copytree(MODULES, copy / "modules", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, copy)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, copy], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*pip, "--python", python, "install", "--no-index", wheel], check=True)


def test_an_installed_package_runs_the_first_sample(tmp_path):
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    install(python, tmp_path)
    port = ReservedPort()
    (tmp_path / "program.py").write_text(program("page", port.number))
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(python), "-u", "program.py"]
    with ServerProcess(command, env, tmp_path, [port]) as server:
        server.wait_for("listening on")
        answer = httpx.get(f"http://127.0.0.1:{port.number}/hello/you", timeout=CLIENT_TIMEOUT_SEC)
        assert "Hello, you!" in answer.text
