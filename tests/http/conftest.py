"""What the HTTP tests share: web files, a server a module and runtime, a client a test."""

import gzip
import json
import os

import pytest

from tests.conftest import ALL, require
from tests.http.client import Client

# What the handlers of site_*.py raise on purpose.
OWN_FAULTS = ("own fault", "answered already", "must be an http status code", "must not contain CR, LF or NUL")
LARGE = bytes(i * 7 % 256 for i in range(1000)) * 1049
OLD = 1_700_000_000  # seconds; a file's time that is neither now nor the twin's

FILES = {
    "index.html": b"<!DOCTYPE html><title>Home</title>",
    "page.txt": b"0123456789" * 10,
    "empty.txt": b"",
    "large.txt": LARGE,
    "UPPER.TXT": b"capitals",
    "a b+c.txt": b"blank and plus",
    "caf\u00e9.txt": b"accent",
    "100%.txt": b"percent",
    "data.unknown": b"no MIME type",
    "noextension": b"no extension",
    ".hidden.txt": b"hidden",
    ".git/config.txt": b"hidden folder",
    "folder/index.htm": b"second default page",
    "folder/other.css": b"a { }",
    "both/index.html": b"first",
    "both/default.htm": b"last",
    "bare/file.txt": b"no default page",
    "packed.js": b"console.log(1)\n" * 50,
    "stale.js": b"new\n",
    "other.js.gz": gzip.compress(b"only packed", mtime=0),
}


@pytest.fixture(scope="session", params=sorted(ALL))
def runtime(request):
    """Each interpreter in turn, the WiPy's and the emulated board's among them, a tests.runtimes.Runtime."""
    return require(ALL[request.param])


@pytest.fixture(scope="session")
def webroot(tmp_path_factory):
    """A folder with FILES, a compressed twin of two of them, and a folder beside it that nobody may see."""
    root = tmp_path_factory.mktemp("site") / "www"
    for name, data in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (OLD, OLD))
    for name, content, when in (("packed.js", FILES["packed.js"], OLD), ("stale.js", b"old\n", OLD - 10)):
        twin = root / (name + ".gz")
        twin.write_bytes(gzip.compress(content, mtime=0))
        os.utime(twin, (when, when))
    secret = root.with_name("www-secret")
    secret.mkdir()
    (secret / "secret.txt").write_bytes(b"SECRET")
    (root.parent / "secret.txt").write_bytes(b"SECRET")
    return root


class Sites:
    """Starts site.py with settings, and looks at its end whether it went wrong where nobody asked for it."""

    def __init__(self, runtime, webroot):
        self.runtime = runtime
        self._webroot = webroot
        self._servers = []

    def start(self, env=None, heap=None, roomy=False, **settings):
        """A ServerProcess of site.py; `settings` as that program describes them, the rest as Runtime.start.

        `roomy`: on Runtime.roomy.
        """
        # The queue of the embedded preset drops connections that come too fast; a second later they come again.
        # Who has to wait after wrong credentials is a matter of tests/security.
        usual = {"RootPath": str(self._webroot), "ConnQueueCapacity": 128, "MaxAuthFailures": None, "log": True}
        settings = {**usual, **settings}
        # Not as an argument: a MicroPython dies of one that is longer than 255 bytes.
        path = self._webroot.parent / f"{self.runtime.name}-{len(self._servers)}.json"
        path.write_text(json.dumps(settings))
        files = [self._webroot.parent, *settings.get("ssl", ())]
        runtime = self.runtime.roomy if roomy else self.runtime
        server = runtime.start("site", [path], heap=heap, env=env, files=files)
        self._servers.append(server)
        return server

    def end(self):
        """Stop every server. Raises AssertionError if one ended early, or logged a traceback of its own."""
        ran = [server.is_running for server in self._servers]
        for server in self._servers:  # all of them, before what one has said may end this
            server.stop()
        for server, was_running in zip(self._servers, ran):
            output = server.output()
            assert was_running or "LOG 1 stopped" in output, f"ended by itself:\n{output}"
            tracebacks = output.count("Traceback")
            own = sum(output.count(fault) for fault in OWN_FAULTS)
            if self.runtime.is_board:  # beside the suite's program a line of 8 KB may find no room for its copies: 503
                own += output.count("MemoryError: memory allocation failed, allocating 8001 bytes")
            assert tracebacks <= own, f"{tracebacks} tracebacks, {own} wanted:\n{output}"


@pytest.fixture(scope="module")
def sites(runtime, webroot):
    """A Sites: for modules that need servers with settings of their own."""
    sites = Sites(runtime, webroot)
    yield sites
    sites.end()


@pytest.fixture(scope="module")
def site(sites):
    """A server with the ordinary settings, one for the module."""
    return sites.start()


@pytest.fixture(scope="module")
def roomy_site(sites, request):
    """`site`, or where that is on a board another on one with more memory: for crowds of clients."""
    return sites.start(roomy=True) if sites.runtime.is_board else request.getfixturevalue("site")


@pytest.fixture
def client(site):
    """A new connection to `site`."""
    with Client(site.port) as client:
        yield client
