"""The heap of a server that tells it (counted.py and board_app.py in apps/): what requests allocate, idle ones keep."""

import http.client
import statistics
import time
from contextlib import ExitStack

from tools.bench import wsload
from tools.failure import ToolError

# What is counted of a request, and what it asks for.
PATHS = {"dynamic route": "/hello", "JSON route": "/json", "file of 1 KB": "/1k.txt", "304": "/1k.txt"}
WARM_UP = 10
REST_SEC = 1.6  # after two ticks of 500 ms a connection counts as idle
TIMEOUT_SEC = 60


class Client:
    """A connection kept alive to a port of 127.0.0.1."""

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SEC)

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


def per_request(port, meter, count):
    """What a meter of the server rises by at one request, once warm: {name: number}.

    `meter`: the path that answers a number; `count`: so many requests are made of each kind.
    """
    client = Client(port)
    found = {}
    for what, path in PATHS.items():
        fields = {"If-None-Match": client.get(path)[2]["ETag"]} if what == "304" else None
        for _ in range(WARM_UP):
            status = client.get(path, fields)[0]
        if status != (304 if what == "304" else 200):
            raise ToolError(f"the server under measurement answered {status} to {path}.")
        # The median: a deadline looked at meanwhile may add to one, what is given back at once may take from another.
        found[what] = statistics.median(_risen(client, meter, path, fields, count) for _ in range(3)) / count
    client.close()
    return found


def _risen(client, meter, path, fields, count):
    client.number("/live")
    client.number("/used")  # nothing is collected in between
    client.number(meter)
    before = client.number(meter)
    asking = client.number(meter) - before
    began = client.number(meter)
    for _ in range(count):
        client.get(path, fields)
    return client.number(meter) - began - asking


def of_requests(port, count):
    """The bytes that a request allocates, of each kind: {name: bytes}."""
    sizes = per_request(port, "/used", count)
    return {f"allocated by a request: {what}": round(size) for what, size in sizes.items()}


def of_idle(port, count):
    """What idle clients keep: {name: bytes}."""
    return {
        "heap of an idle connection": of_idle_connection(port, count),
        "heap of an idle WebSocket": of_idle_web_socket(port, count),
    }


def of_idle_connection(port, count):
    """The bytes that an idle connection keeps after a request, the mean of `count`."""
    with _Meter(port) as meter, ExitStack() as stack:
        for _ in range(count):
            client = Client(port)
            stack.callback(client.close)
            client.get("/hello")
        time.sleep(REST_SEC)
        return round(meter.kept() / count)


def of_idle_web_socket(port, count):
    """The bytes that an idle WebSocket keeps after a message, the mean of `count`."""
    wsload.echo_once(port, "/ws", 125)
    frame, expected = wsload.make_frame(125)
    with _Meter(port) as meter, ExitStack() as stack:
        for _ in range(count):
            sock = stack.enter_context(wsload.connect(port, "/ws"))
            sock.sendall(frame)
            got = b""
            while len(got) < len(expected):
                got += sock.recv(1024)
        return round(meter.kept() / count)


class _Meter:
    """The heap in use after a collection, since the meter was made."""

    def __init__(self, port):
        self._client = Client(port)
        self._client.number("/live")
        self._began = self._client.number("/live")

    def kept(self):
        """The bytes more than at the beginning."""
        return self._client.number("/live") - self._began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.close()
