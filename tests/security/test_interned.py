"""Nothing of what a client says is kept for good: MicroPython never forgets a text that it has once interned.

It interns every single character that is taken out of a text, by its place or in a loop. There are a million of them
beyond ASCII: a client that had each of them interned, one a request, would use up any heap.
"""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.http.client import Client, request
from tests.websockets.wire import handshake
from tests.websockets.ws_rows import frame

APP = str(Path(__file__).parent / "apps" / "reflect")
FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
MULTIPART = "Content-Type: multipart/form-data; boundary=XX"
WARM_UP = 64  # what is imported when first used brings names of its own; so do the 256 characters that a byte can be
COUNT = 150
MOST = 3  # names that may come by and by whatever is asked; COUNT come of one that leaks


def part(disposition):
    return f"--XX\r\nContent-Disposition: form-data; {disposition}\r\n\r\n1\r\n--XX--\r\n".encode()


def told(path):
    return lambda char: request("GET", f"{path}?value={quote(char)}")


def upgrade(char):
    return handshake("/", Sec_WebSocket_Protocol=quote(char)) + frame(1, char.encode())


# What is sent of a character, in every way that a text gets in.
WAYS = {
    "a path": lambda char: request("GET", "/" + quote(char)),
    "a path's beginning and end": lambda char: request("GET", f"/{quote(char)}/x{quote(char)}"),
    "a folder": lambda char: request("GET", f"/{quote(char)}/"),
    "a template": lambda char: request("GET", f"/{quote(char)}.pyhtml"),
    "a short name": lambda char: request("GET", f"/{quote(char)}~1"),
    "a method not had": lambda char: request("PATCH", f"/page{quote(char)}.txt"),
    "an argument": lambda char: request("GET", "/args/" + quote(char)),
    "a number's place": lambda char: request("GET", "/args/1" + quote(char)),
    "a query's name": lambda char: request("GET", f"/header?{quote(char)}=1&value=x"),
    "a field": told("/header"),
    "a cookie": told("/cookie"),
    "a redirect": told("/redirect"),
    "a realm": told("/realm"),
    "a type": told("/type"),
    "a file's name": told("/save"),
    "an error": told("/fail"),
    "escaped": told("/escaped"),
    "a form": lambda char: request("POST", "/form", [FORM], f"{char}={char}".encode()),
    "a malformed form": lambda char: request("POST", "/form", [FORM], f"%{char}{char}".encode()),
    "json": lambda char: request("POST", "/json", [JSON], f'{{"{char}":"{char}"}}'.encode()),
    "malformed json": lambda char: request("POST", "/json", [JSON], char.encode()),
    "a part's name": lambda char: request("POST", "/parts", [MULTIPART], part(f'name="{char}"')),
    "a file's name in a part": lambda char: request(
        "POST", "/parts", [MULTIPART], part(f'name="a"; filename="\\{char}/{char}.txt"')
    ),
    "behind a name in quotes": lambda char: request("POST", "/parts", [MULTIPART], part(f'name="a"{char}')),
    "a parameter": lambda char: request("POST", "/parts", [MULTIPART], part(f'name="a"; {char}={char}')),
    "a user": lambda char: request(
        "GET", "/page.txt", ["Authorization: Basic " + base64.b64encode(f"{char}:{char}".encode()).decode()]
    ),
    "a message": upgrade,
}


@pytest.fixture(scope="module")
def server(micropython, tmp_path_factory):
    root = tmp_path_factory.mktemp("interned")
    (root / "page.txt").write_text("a page")
    with micropython.start(APP, [root, "WebSockets", "PyhtmlTemplate"], heap="16m") as server:
        yield server
        assert server.is_running


def interned(server):
    """How many names the server's interpreter keeps."""
    with Client(server.port) as client:
        assert client.get("/interned").text == "said"
    return int(server.wait_for(r"n_qstr=(\d+)")[1])


def say(server, data):
    """Send a request on a connection of its own, and wait until its answer has begun and it is done with."""
    with Client(server.port) as client:
        client.send(data)
        client.shut()
        assert client.head_only().status


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_kept_for_good(server, way):
    first = 0x4E00 + list(WAYS).index(way) * COUNT  # characters that no other way has had
    for i in range(WARM_UP):
        say(server, WAYS[way](chr(0x4D00 + i)))
    before = interned(server)
    for i in range(COUNT):
        say(server, WAYS[way](chr(first + i)))
    more = interned(server) - before
    assert more <= MOST, f"{more} names are kept of {COUNT} requests"
