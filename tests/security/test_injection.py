"""What a client says becomes no field, no tag and no address of the answer; what is too much is bounded."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.http.client import Client, request

APP = str(Path(__file__).parent / "apps" / "reflect")
SCRIPT = "<script>alert(1)</script>"
FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"

# The last ones are no CR and LF, but become them where a character's low byte is all that is kept.
SPLITTERS = ("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b", "\r\n\r\n<p>body", "a\u010d\u010aX-Evil: 1")
REFLECTING = ("/header", "/named", "/cookie", "/redirect", "/realm", "/type", "/save")


@pytest.fixture(scope="module")
def reflect(runtime, tmp_path_factory):
    root = tmp_path_factory.mktemp("reflect")
    (root / "page.txt").write_text("a page")
    (root / "folder").mkdir()
    (root / "folder" / "index.html").write_text("in the folder")
    with runtime.roomy.start(APP, [root], heap="16m") as server:
        yield server
        assert server.is_running
        output = server.output()
    assert output.count("Traceback") <= output.count("ValueError") + output.count("recursion"), output


@pytest.fixture
def client(reflect):
    with Client(reflect.port) as client:
        yield client


@pytest.mark.parametrize("path", REFLECTING)
@pytest.mark.parametrize("text", SPLITTERS, ids=ascii)
def test_response_splitting(client, path, text):
    """The client of these tests is strict: a line that is no field, or bytes behind the answer, fail it."""
    answer = client.get(f"{path}?value={quote(text)}")
    assert answer.field("X-Evil") is None
    assert b"<p>body" not in answer.body or path == "/escaped"
    assert client.get("/header?value=good").field("X-Told") == "good"


def test_a_quoted_name_stays_in_its_quotes(client):
    told = client.get("/save?value=" + quote('a"; filename="evil.exe')).field("Content-Disposition")
    assert re.sub(r'"[^"]*"', '""', told) == (
        "attachment; filename=\"\"; filename*=UTF-8''a%22%3B%20filename%3D%22evil.exe"
    )
    realm = client.get("/realm?value=" + quote('a", charset="b\\')).field("WWW-Authenticate")
    assert realm == r'Basic realm="a\", charset=\"b\\"'


MARKED = [
    ("GET", "/none/" + quote(SCRIPT), ()),
    ("GET", "/none?" + quote(SCRIPT), ()),
    ("GET", "/%zz" + quote(SCRIPT), ()),
    ("GET", "/none.<script>", ()),
    ("GET", "/fail?value=" + quote(SCRIPT), ()),
    ("GET", "/folder?" + quote(SCRIPT), ()),
    ("DELETE", "/page.txt?" + quote(SCRIPT), ()),
    ("GET", "/none", ("Referer: " + SCRIPT, "User-Agent: " + SCRIPT)),
    ("GET", "/page." + quote(SCRIPT), ()),
    ("GET", "/none", ("Host: " + SCRIPT,)),
    ("GET", "/none", ("Authorization: Basic " + SCRIPT,)),
    ("X<script>", "/none", ()),
]


@pytest.mark.parametrize(("method", "target", "fields"), MARKED, ids=range(len(MARKED)))
def test_no_tag_in_a_page_of_an_error(reflect, method, target, fields):
    with Client(reflect.port) as client:
        host = [] if any(field.startswith("Host") for field in fields) else ["Host: test"]
        client.send("\r\n".join([f"{method} {target} HTTP/1.1", *host, *fields, "", ""]).encode())
        answer = client.response()
        assert answer.status >= 300
        assert b"<script" not in answer.body.lower()
        assert b"own fault" not in answer.body
        assert all("<script" not in value for _, value in answer.fields)


def test_escaped(client):
    assert client.get("/escaped?value=" + quote(SCRIPT + "\"'&")).text == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"
    )


@pytest.mark.parametrize(
    "head",
    [
        "GET /folder HTTP/1.1\r\nHost: evil.example",
        "GET /folder HTTP/1.1\r\nHost: evil.example:80",
        "GET http://evil.example/folder HTTP/1.1\r\nHost: evil.example",
        "GET /folder HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: evil.example",
        "GET //evil.example/..//folder HTTP/1.1\r\nHost: a",
        "GET /%2fevil.example/../folder HTTP/1.1\r\nHost: a",
        "GET /folder?//evil.example HTTP/1.1\r\nHost: a",
        "GET /folder?a=%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: a",
        "GET /folder%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: a",
    ],
)
def test_redirect_to_a_folder_stays_here(client, head):
    """It names neither what the Host field says nor another host by its path."""
    client.send((head + "\r\n\r\n").encode())
    answer = client.response()
    location = answer.field("Location") or "/"
    assert location[0] == "/"
    assert location[1:2] not in ("/", "\\")
    assert "evil" not in location.split("?")[0]
    assert answer.field("X-Evil") is None


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "evil.example\\", "a, b", "a\tb", "<a>", "a?b", "a#b"])
def test_a_host_that_is_none(client, host):
    client.send(f"GET /folder HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert client.response().status == 400


def test_cookies(reflect):
    with Client(reflect.port) as client:
        many = "; ".join(f"c{i}=1" for i in range(700)) + "; last=x"
        assert json.loads(client.get("/cookies", "Cookie: " + many).body) == [701, "x"]
        assert json.loads(client.get("/cookies", "Cookie: a=" + "y" * 6000 + "; last=x").body) == [2, "x"]
        assert json.loads(client.get("/cookies", "Cookie: ;;=;= ; last").body)[1] is None
        assert client.get("/cookies", "Cookie: a=" + "y" * 9000).status == 431
    with Client(reflect.port) as client:
        assert client.get("/cookies", *[f"Cookie: c{i}=1" for i in range(200)]).status == 431


@pytest.mark.parametrize("unit", [b"a%d=1", b"a=1", b"a", b"", b"="])
def test_a_form_of_a_hundred_thousand_fields(client, unit):
    body = b"&".join(unit % i if b"%" in unit else unit for i in range(100_000))
    answer = client.request("POST", "/form", [FORM], body)
    assert answer.status == 400 or answer.text in ("0", "1")
    assert client.request("POST", "/form", [FORM], b"a=1&b=2").text == "2"


def test_a_query_of_as_many_fields_as_fit(client):
    assert client.get("/header?" + "&".join(["a"] * 3000) + "&value=x").status == 400
    assert client.get("/header?" + "&".join(["a=1"] * 900) + "&value=x").field("X-Told") == "x"


NESTED = [
    b"[" * 10_000,
    b"[" * 10_000 + b"]" * 10_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b"[" * 200_000 + b"]" * 200_000,
    b'[{"a":' * 100_000,
    b"[" * 500_000,
]


@pytest.mark.parametrize("body", NESTED, ids=range(len(NESTED)))
def test_nested_without_end(client, body):
    """An error, not a crash, wherever a runtime's depth ends: reading it, walking through it, or writing it again."""
    assert client.request("POST", "/taken", [JSON], body).text in ("taken", "not taken")
    assert client.request("POST", "/json", [JSON], body).status in (200, 400, 500)
    assert client.request("POST", "/json", [JSON], b"[[1]]").text.replace(" ", "") == "[[1]]"


def test_a_number_without_end(client):
    """The time for its digits grows with their square: no number, where that would be long. CPython takes 4300."""
    for body in (b"9" * 10_000, b'{"a": [1, -%s]}' % (b"1" * 5000)):
        assert client.request("POST", "/taken", [JSON], body).text == "not taken"
    for body in (b"[%s]" % (b"7" * 1000), b'["%s"]' % (b"7" * 5000)):
        assert client.request("POST", "/taken", [JSON], body).text == "taken"


def test_a_bomb_stays_packed(client):
    """Nothing unpacks a content behind the application's back."""
    bomb = gzip.compress(bytes(50_000_000))
    answer = client.request("POST", "/content", ["Content-Encoding: gzip"], bomb)
    assert answer.status == 415 or answer.text == str(len(bomb))
    client.send(request("GET", "/escaped?value=alive"))
    assert client.response().text == "<p>alive"
