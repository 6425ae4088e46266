"""examples/quick_start.py: a folder of files and one route, in a thread beside the program."""

import httpx

from tests.examples.conftest import start
from tests.runtimes import ROOT

EXAMPLE = "quick_start"
CWD = ROOT


def test_it_serves_the_folder(example):
    page = example.get("/")
    assert page.status_code == 200
    assert page.content == (ROOT / "webroot" / "index.html").read_bytes()


def test_its_route_tells_what_it_knows_of_the_client(example):
    told = example.get("/test", headers={"User-Agent": "tester", "Accept": "a/b, c/d"}).json()
    assert told["ClientAddr"][0] == "127.0.0.1"
    assert (told["UserAgent"], told["Accept"]) == ("tester", ["a/b", "c/d"])


def test_interrupting_ends_it_cleanly(runtime):
    with start(runtime, EXAMPLE) as server:
        assert httpx.get(f"http://127.0.0.1:{server.port}/test", timeout=60).status_code == 200
        server.interrupt()
        assert server.wait_end() == 0, server.output()
        assert "Traceback" not in server.output()
