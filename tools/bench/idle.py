"""Ten thousand idle connections at once, kept alive: the memory that this server has in use with them, on CPython."""

import http.client
import resource
import socket
from contextlib import ExitStack
from pathlib import Path

from tests.runtimes import RUNTIMES
from tools.bench.contenders import APPS
from tools.bench.workloads import FILES, make_files

CONNECTIONS = 10_000
SPARE_FILES = 200
REQUEST = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"


def resident_megabytes(connections=CONNECTIONS):
    """The resident set of the process that serves, in MB (10**6 bytes). Raises OSError where files are too few."""
    _allow_files(connections + SPARE_FILES)
    make_files()
    with RUNTIMES["cpython"].start(str(APPS / "mws2"), cwd=FILES) as server, ExitStack() as stack:
        for _ in range(connections):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
            sock.sendall(REQUEST)
            response = http.client.HTTPResponse(sock)
            response.begin()
            if response.read() != b"Hello, World!":
                raise OSError("the server gave a wrong answer")
            response.close()
        status = Path(f"/proc/{server.pid}/status").read_text()
        if server.descriptors() < connections:
            raise OSError("the server has closed some of the connections")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) * 1024 / 1e6


def _allow_files(count):
    """Let this process and those it starts have `count` files open. Raises OSError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise OSError(f"{count} open files are needed, the system allows {hard} (ulimit -n)")
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
