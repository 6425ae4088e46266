"""slowhttptest, the tool of those who try this: slow heads, slow contents, slow reading, many ranges.

A normal client is answered all the while; who is slow in sending is cut; nothing of it is left.
"""

import re
import shutil
import subprocess

import pytest

from tests.conftest import require
from tests.hostile.conftest import assert_at_rest, at_rest
from tests.http.client import Client
from tests.http.conftest import FILES, Sites
from tests.runtimes import RUNTIMES

CONNECTIONS = 200
LONGEST_SEC = 30  # who is slow in sending is cut long before, after RequestsTimeoutSec
SLOW_READING_SEC = 6  # a connection that is read from slowly lives on as long as it gets on
SLACK = 200_000  # bytes of heap, of 16 MB: the tables of that many sockets stay large
COLORS = re.compile(r"\x1b\[[0-9;]*m")
ALL_CUT = "No open connections left"

# (the tool's options, the path, how it is to end)
MODES = {
    "heads": (["-H", "-t", "GET", "-x", "24"], "/hello", ALL_CUT),
    "contents": (["-B", "-t", "POST", "-s", "8192", "-x", "10"], "/content", ALL_CUT),
    "ranges": (["-R", "-t", "HEAD", "-a", "10", "-b", "3000"], "/page.txt", ALL_CUT),
    "reading": (["-X", "-w", "512", "-y", "1024", "-z", "32", "-k", "3"], "/large.txt", "Hit test time limit"),
}


@pytest.fixture(scope="module", params=["cpython", "unix"])
def runtime(request):
    """The two that are deployed: what differs in the newest MicroPython is nothing of this."""
    if not shutil.which("slowhttptest"):
        pytest.skip("slowhttptest is not installed: apt-get install slowhttptest")
    return require(RUNTIMES[request.param])


@pytest.fixture(scope="module")
def hasty(runtime, webroot):
    """A server with a short deadline and a buffer for each."""
    sites = Sites(runtime, webroot)
    slots = CONNECTIONS + 50
    yield sites.start(RequestsTimeoutSec=2, ConnQueueCapacity=1000, BufferSlotsCount=slots, heap="16m")
    sites.end()


def attack(port, options, path, length):
    """Start the tool; it writes what it finds to its standard output."""
    command = ["slowhttptest", *options, "-u", f"http://127.0.0.1:{port}{path}", "-c", str(CONNECTIONS)]
    command += ["-r", str(CONNECTIONS), "-i", "1", "-n", "1", "-p", "10", "-l", str(length)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


@pytest.mark.parametrize("mode", MODES)
def test_slowhttptest(hasty, mode):
    options, path, end = MODES[mode]
    before = at_rest(hasty)
    answered = 0
    with attack(hasty.port, options, path, LONGEST_SEC if end == ALL_CUT else SLOW_READING_SEC) as tool:
        while tool.poll() is None:
            with Client(hasty.port) as client:
                assert client.get("/hello").text == "hello"
                assert client.get("/page.txt").body == FILES["page.txt"]
            answered += 1
        said = COLORS.sub("", tool.stdout.read())
    assert re.findall(r"^Exit status: *(.*?) *$", said, re.MULTILINE) == [end], said
    states = re.findall(r"^service available: *(\w+)", said, re.MULTILINE)
    assert states and set(states) == {"YES"}, said
    assert answered > 5
    assert_at_rest(hasty, before, SLACK)
