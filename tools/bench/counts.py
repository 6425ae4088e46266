"""Counts that do not depend on the machine's speed: what this server allocates, keeps, freezes, and its instructions.

Measured on the UNIX firmware, a 64-bit MicroPython, and on the emulated board, which has 32 bits.
"""

from tests.runtimes import RUNTIMES
from tools import emulator
from tools.bench import heap, on_board
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
    """Measure all. Returns ({name: count}, [why something was not measured]); raises ToolError."""
    runtime = RUNTIMES["unix"]
    if runtime.missing:
        raise ToolError(runtime.missing)
    make_files()
    numbers, modules = runtime.run(IMPORT_SCRIPT, heap=HEAP).splitlines()
    imported, started = map(int, numbers.split())
    counts = {"heap kept after import": imported, "heap kept by the start, but the buffers": started}
    with runtime.start(str(APPS / "counted"), heap=HEAP, cwd=FILES) as server:
        counts.update(heap.of_requests(server.port, REQUESTS))
        counts.update(heap.of_idle(server.port, CONNECTIONS))
    counts = {f"UNIX: {name}": count for name, count in counts.items()}
    try:
        counts.update(on_board.measure())
        counts.update(frozen_sizes(emulator.BOARD, modules.split()))
    except ToolError as error:
        return counts, [str(error)]
    return counts, []


def frozen_sizes(board, core):
    """The bytes that our modules take in a firmware's image: {name: bytes}. `core`: the names of those imported.

    Names that the modules share are not counted to any of them.
    """
    folder = BUILD / board
    if not (folder / "frozen_content.o").is_file():
        raise ToolError(f"{folder}/frozen_content.o is not there: `make firmware BOARD={board}` builds it.")
    sizes = frozen_by_module(folder)
    paths = {name.replace(".", "/") for name in core}
    paths |= {f"{path}/__init__" for path in paths}
    found = {f"{board}, frozen: what the import brings": sum(size for path, size in sizes.items() if path in paths)}
    ours = [path for path in sizes if path.startswith(("MicroWebSrv2/", "firmware/"))]
    return {**found, **{f"{board}, frozen: {path}": sizes[path] for path in ours}}
