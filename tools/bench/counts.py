"""Counts that do not depend on the machine's speed: what this server allocates, keeps and freezes.

Measured on the UNIX firmware, a 64-bit MicroPython: on a 32-bit board it is about half.
"""

import http.client
from contextlib import ExitStack

from tests.runtimes import RUNTIMES
from tools.bench import wsload
from tools.bench.contenders import APPS
from tools.bench.workloads import FILES, make_files
from tools.failure import ToolError
from tools.paths import BUILD
from tools.size import frozen_by_module

HEAP = "16m"  # nothing is collected while requests are counted
REQUESTS = 100
CONNECTIONS = 50
# What is counted of a request, and what it asks for.
PATHS = {"dynamic route": "/hello", "JSON route": "/json", "file of 1 KB": "/1k.txt", "304": "/1k.txt"}
IMPORT_SCRIPT = """
import gc
def live():
    gc.collect()
    return gc.mem_alloc()
began = live()
import MicroWebSrv2
imported = live()
pool = MicroWebSrv2.XAsyncSocketsPool()
server = MicroWebSrv2.MicroWebSrv2()
server.SetEmbeddedConfig()
server.OnLogging = lambda *_: None
server.BindAddress = ("127.0.0.1", 0)
server.StartInPool(pool)
started = live()
print(imported - began, started - imported - server.BufferSlotsCount * server.BufferSlotSize)
import sys
print(*(name for name in sys.modules if name.startswith("MicroWebSrv2")))
"""


def measure():
    """Measure all. Returns {name: bytes}; raises ToolError."""
    runtime = RUNTIMES["unix"]
    if runtime.missing:
        raise ToolError(runtime.missing)
    make_files()
    numbers, modules = runtime.run(IMPORT_SCRIPT, heap=HEAP).splitlines()
    imported, started = map(int, numbers.split())
    counts = {"heap kept after import": imported, "heap kept by the start, but the buffers": started}
    server = runtime.start(str(APPS / "counted"), heap=HEAP, cwd=FILES)
    with server:
        counts.update(_allocations(server.port))
        counts["heap of an idle connection"] = _idle_connection(server.port)
        counts["heap of an idle WebSocket"] = _idle_web_socket(server.port)
    sizes = frozen_sizes()
    core = {"frozen: " + name.replace(".", "/") for name in modules.split()}
    core |= {f"{name}/__init__" for name in core}
    counts["frozen: all that the import brings"] = sum(size for name, size in sizes.items() if name in core)
    return {**counts, **sizes}


class _Client:
    """A connection kept alive."""

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path, fields=None):
        """Ask for a path. Returns (status, body, fields of the answer)."""
        self._connection.request("GET", path, headers=fields or {})
        response = self._connection.getresponse()
        return response.status, response.read(), response.headers

    def number(self, path):
        """The number that a path answers."""
        return int(self.get(path)[1])

    def close(self):
        """End the connection."""
        self._connection.close()


def _allocations(port):
    """The bytes allocated for a request, once warm: {name: bytes}."""
    client = _Client(port)
    counts = {}
    for what, path in PATHS.items():
        fields = {"If-None-Match": client.get(path)[2]["ETag"]} if what == "304" else None
        for _ in range(10):
            status = client.get(path, fields)[0]
        if status != (304 if what == "304" else 200):
            raise ToolError(f"the server under measurement answered {status} to {path}.")
        # The least of three: a deadline looked at meanwhile may add to one.
        counts[f"allocated by a request: {what}"] = min(_allocated(client, path, fields) for _ in range(3))
    client.close()
    return counts


def _allocated(client, path, fields):
    client.number("/used")
    before = client.number("/used")
    asking = client.number("/used") - before
    began = client.number("/used")
    for _ in range(REQUESTS):
        client.get(path, fields)
    return round((client.number("/used") - began - asking) / REQUESTS)


def _idle_connection(port):
    """The bytes that an idle connection keeps, after a request."""
    asking = _Client(port)
    asking.number("/live")
    began = asking.number("/live")
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            client = _Client(port)
            stack.callback(client.close)
            client.get("/hello")
        kept = asking.number("/live") - began
    asking.close()
    return round(kept / CONNECTIONS)


def _idle_web_socket(port):
    """The bytes that an idle WebSocket keeps, after a message."""
    asking = _Client(port)
    wsload.echo_once(port, "/ws", 125)
    asking.number("/live")
    began = asking.number("/live")
    frame, expected = wsload.make_frame(125)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            sock = stack.enter_context(wsload.connect(port, "/ws"))
            sock.sendall(frame)
            got = b""
            while len(got) < len(expected):
                got += sock.recv(1024)
        kept = asking.number("/live") - began
    asking.close()
    return round(kept / CONNECTIONS)


def frozen_sizes(folder=BUILD / "UNIX"):
    """The bytes that each of our modules takes in the image of a firmware built in `folder`: {name: bytes}.

    Names that the modules share are not counted to any of them.
    """
    if not (folder / "frozen_content.o").is_file():
        raise ToolError(f"{folder}/frozen_content.o is not there: `make firmware` builds it.")
    sizes = frozen_by_module(folder)
    return {f"frozen: {path}": size for path, size in sizes.items() if path.startswith(("MicroWebSrv2/", "firmware/"))}
