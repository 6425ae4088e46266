"""Counts that do not depend on the machine's speed: what this server allocates, keeps and freezes.

Measured on the UNIX firmware, a 64-bit MicroPython: on a 32-bit board it is about half.
"""

from tests.runtimes import RUNTIMES
from tools.bench import heap
from tools.bench.contenders import APPS
from tools.bench.workloads import FILES, make_files
from tools.failure import ToolError
from tools.paths import BUILD
from tools.size import frozen_by_module

HEAP = "16m"  # nothing is collected while requests are counted
REQUESTS = 100
CONNECTIONS = 50
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
        for what, size in heap.per_request(server.port, "/used", REQUESTS).items():
            counts[f"allocated by a request: {what}"] = round(size)
        counts["heap of an idle connection"] = heap.of_idle_connection(server.port, CONNECTIONS)
        counts["heap of an idle WebSocket"] = heap.of_idle_web_socket(server.port, CONNECTIONS)
    sizes = frozen_sizes()
    core = {"frozen: " + name.replace(".", "/") for name in modules.split()}
    core |= {f"{name}/__init__" for name in core}
    counts["frozen: all that the import brings"] = sum(size for name, size in sizes.items() if name in core)
    return {**counts, **sizes}


def frozen_sizes(folder=BUILD / "UNIX"):
    """The bytes that each of our modules takes in the image of a firmware built in `folder`: {name: bytes}.

    Names that the modules share are not counted to any of them.
    """
    if not (folder / "frozen_content.o").is_file():
        raise ToolError(f"{folder}/frozen_content.o is not there: `make firmware` builds it.")
    sizes = frozen_by_module(folder)
    return {f"frozen: {path}": size for path, size in sizes.items() if path.startswith(("MicroWebSrv2/", "firmware/"))}
