"""Live pages: what they are asked, what they give, what they keep to themselves."""

import os
import threading
import zlib
from pathlib import Path

import pytest

from tests.emulated import FILES_OF_ITS_OWN, NO_THREADS, SMALL_INTEGERS
from tests.http.client import Client, request, wait_until
from tests.pyhtml.conftest import LARGE, MARK
from tests.runtimes import RUNTIMES

RENDER = Path(__file__).with_name("render.py")
HTML = "text/html; charset=UTF-8"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_page(client, method):
    for _ in range(2):
        answer = client.request(method, "/hello.pyhtml?name=%3Cme%3E")
        assert (answer.status, answer.body) == (200, b"<p>&lt;me&gt;</p>")
        assert answer.field("Content-Type") == HTML
        assert answer.field("Content-Length") == "17"
        assert answer.field("Cache-Control") == "no-store"


def test_head(client):
    answer = client.request("HEAD", "/hello.pyhtml")
    assert (answer.status, answer.field("Content-Length")) == (200, "13")
    answer = client.request("HEAD", "/loop.pyhtml")
    assert (answer.status, answer.field("Transfer-Encoding")) == (200, "chunked")
    assert client.get("/hello.pyhtml").body == b"<p>nobody</p>"


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/", 200, b"<h1>A &amp; B</h1>"),
        ("/folder/", 200, b"in /folder/"),
        ("/folder", 307, None),
        ("/both/", 200, b"plain"),
        ("/both/index.pyhtml", 200, b"template"),
        ("/UPPER.PYHTML", 200, b"2"),
        ("/hell%6f.pyhtml", 200, b"<p>nobody</p>"),
        ("/empty.pyhtml", 200, b""),
        ("/routed.pyhtml", 200, b"routed"),
        ("/nowhere.pyhtml", 404, None),
        ("/hello.pyhtml/", 404, None),
        ("/.pyhtml", 404, None),
        ("/folder%2findex.pyhtml", 404, None),
        ("/../pages.py", 404, None),
    ],
)
def test_path(client, path, status, body):
    answer = client.get(path)
    assert answer.status == status
    assert body is None or answer.body == body


def test_other_methods(client):
    for method in ("PUT", "DELETE", "PATCH"):
        answer = client.request(method, "/hello.pyhtml")
        assert (answer.status, answer.body.count(MARK)) == (405, 0)
        assert answer.field("Allow") == "GET, HEAD, POST, OPTIONS"
    answer = client.request("OPTIONS", "/hello.pyhtml")
    assert (answer.status, answer.field("Allow")) == (204, "GET, HEAD, POST, OPTIONS")


def test_form(client):
    kind = "Content-Type: application/x-www-form-urlencoded"
    answer = client.request("POST", "/form.pyhtml", [kind], b"a=1&b=%3Cx%3E+y")
    assert answer.body == b"POST a=1;b=&lt;x&gt; y;"
    assert client.get("/form.pyhtml").body == b"GET "
    assert client.request("POST", "/form.pyhtml", [kind], b"a=%zz").status == 400
    assert client.get("/form.pyhtml").body == b"GET "


def test_page_that_answers_itself(client):
    answer = client.get("/redirect.pyhtml")
    assert (answer.status, answer.field("Location")) == (307, "/hello.pyhtml")
    answer = client.get("/status.pyhtml")
    assert (answer.status, answer.body) == (418, b"teapot")


def test_page_that_answers_later(client, server):
    client.send(request("GET", "/deferred.pyhtml"))
    with Client(server.port) as other:
        wait_until(lambda: other.get("/release").status == 200, "the page has run")
    answer = client.response()
    assert (answer.status, answer.body) == (200, b"at last")


def test_fields_of_a_page(client):
    answer = client.get("/fields.pyhtml")
    assert answer.field("Content-Type") == "text/plain; charset=UTF-8"
    assert answer.field("Set-Cookie").startswith("a=b")
    assert answer.field("X-Page") == "yes"
    answer = client.get("/hello.pyhtml")
    assert answer.field("Set-Cookie") is None
    assert answer.field("X-Page") is None


def test_request_that_is_asked_late(server):
    fields = ["X-Mine: here", "Content-Type: application/x-www-form-urlencoded"]
    with Client(server.port, receive_buffer=4096) as client, Client(server.port) as other:
        client.send(request("POST", "/asking.pyhtml", fields, b"a=b"))
        client.head_only()
        for i in range(3):
            assert other.get(f"/hello.pyhtml?name={i}").body == b"<p>%d</p>" % i
        assert client._chunks().endswith(b"here {&#39;a&#39;: &#39;b&#39;} True")


def test_print_longer_than_a_buffer(client):
    assert client.get("/printed.pyhtml").body == b"".join(b"%d <br>\n" % i for i in range(2000))


def test_order_of_what_is_printed_and_yielded(client):
    assert client.get("/ordered.pyhtml").body == b"1\n23\n45\n6" + LARGE


def test_http_1_0(server):
    with Client(server.port) as client:
        client.send(b"GET /printed.pyhtml HTTP/1.0\r\n\r\n")
        answer = client.response()
        assert answer.field("Transfer-Encoding") is None
        assert answer.body.endswith(b"1999 <br>\n")
        assert client.ended()


# --- variables ---


def test_global_variables(client):
    for _ in range(2):
        assert client.get("/variable.pyhtml").body == b"A &amp; B!"
    assert client.get("/set?name=title&value=C").body == b"'C'"
    assert client.get("/variable.pyhtml").body == b"C!"
    assert client.get("/set?name=title&value=A%20%26%20B").status == 200
    assert client.get("/variable.pyhtml").body == b"A &amp; B!"


def test_global_variable_that_comes_later(client):
    assert client.get("/new.pyhtml").status == 500
    assert client.get("/set?name=later&value=now").status == 200
    assert client.get("/new.pyhtml").body == b"now"


@pytest.mark.parametrize("name", ["", "1a", "a%20b", "a,b", "a=1", "if", "None", "a.b", "request", "print", "%C3%A9"])
def test_name_of_a_global_variable(client, name):
    answer = client.get(f"/set?name={name}&value=1")
    assert (answer.status, answer.text[:27]) == (400, 'ValueError "globalVarName" ')


def expected_slow(name, count):
    lines = b"".join(b"%s %s%d " % (name, name, i) + LARGE[:1000] for i in range(count))
    return name + b"\n" + lines + name + b" " + name


def test_two_requests_share_no_variables(server):
    with Client(server.port, receive_buffer=4096) as slow, Client(server.port) as other:
        slow.send(b"GET /slow.pyhtml?name=first&count=8000 HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = slow.head_only()  # it is in the middle: 8 MB fit into no buffer on the way
        assert answer.status == 200
        assert other.get("/slow.pyhtml?name=second&count=3").body == expected_slow(b"second", 3)
        assert other.get("/slow.pyhtml?name=third&count=300").body == expected_slow(b"third", 300)
        assert slow._chunks() == expected_slow(b"first", 8000)


@pytest.mark.not_on_board(NO_THREADS)
@pytest.mark.parametrize("words", [("threads",)])
def test_many_requests_share_no_variables(start, words):
    server = start(*words)
    wrong = []

    def ask(name):
        with Client(server.port) as client:
            for count in (2, 30, 1):
                body = client.get(f"/slow.pyhtml?name={name}&count={count}").body
                if body != expected_slow(name.encode(), count):
                    wrong.append(name)

    threads = [threading.Thread(target=ask, args=(f"name{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- files ---


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_changed_page(client, root):
    page = root / "changing.pyhtml"
    for i, data in enumerate((b"{{ 1 }}", b"{{ 2 }}", b"longer {{ 3 }}")):
        page.write_bytes(data)
        os.utime(page, (1_700_000_000 + 10 * i, 1_700_000_000 + 10 * i))
        for _ in range(2):
            assert client.get("/changing.pyhtml").body == data.replace(b"{{ ", b"").replace(b" }}", b"")
    page.unlink()
    assert client.get("/changing.pyhtml").status == 404
    page.write_bytes(b"back")
    assert client.get("/changing.pyhtml").body == b"back"


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_page_that_becomes_shorter_while_it_is_sent(server, root):
    page = root / "shrinking.pyhtml"
    page.write_bytes(b"{{ 1 }}" + LARGE * 800)
    with Client(server.port, receive_buffer=4096) as client, Client(server.port) as other:
        client.send(request("GET", "/shrinking.pyhtml"))
        client.head_only()
        page.write_bytes(b"short")
        assert other.get("/hello.pyhtml").status == 200
        with pytest.raises(AssertionError, match="ended"):
            client._chunks()
        assert other.get("/hello.pyhtml").status == 200
    page.unlink()
    server.wait_for("the file has become shorter meanwhile")


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_few_pages_are_kept(client, root):
    for i in range(20):
        (root / f"many{i}.pyhtml").write_bytes(b"{{ %d }}" % i)
    for _ in range(2):
        for i in range(20):
            assert client.get(f"/many{i}.pyhtml").body == b"%d" % i
    assert client.get("/kept").body == b"16"
    assert int(client.get("/compiled").body) >= 40
    for i in (19, 18, 19, 4):
        client.get(f"/many{i}.pyhtml")
    assert client.get("/compiled").body == b"0"
    client.get("/many3.pyhtml")  # in its place goes 5, the one that was not asked for longest
    assert client.get("/compiled").body == b"1"
    client.get("/many4.pyhtml")
    assert client.get("/compiled").body == b"0"
    client.get("/many5.pyhtml")
    assert client.get("/compiled").body == b"1"


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_page_is_kept_once_whatever_it_is_called(client, root):
    """A client may repeat slashes, and to FAT any case of letters is the same name: neither fills the memory."""
    for name in ("twin", "TWIN"):  # which nothing else tells apart
        page = root / f"{name}.pyhtml"
        page.write_bytes(b"%s {{ 1 }}" % (b"small" if name == "twin" else b"LARGE"))
        os.utime(page, (1_700_000_000, 1_700_000_000))
    assert client.get("/twin.pyhtml").text == "small 1"
    kept = client.get("/kept").text
    client.get("/compiled")
    for slashes in range(2, 30):
        assert client.get("/" * slashes + "twin.pyhtml").text == "small 1"
    assert client.get("/compiled").text == "0"
    for _ in range(2):
        assert client.get("/TWIN.pyhtml").text == "LARGE 1"
        assert client.get("/twin.pyhtml").text == "small 1"
    assert client.get("/kept").text == kept


def test_page_of_a_client_that_goes_away(server):
    with Client(server.port) as client:
        before = int(client.get("/ended").body)
        with Client(server.port, receive_buffer=4096) as leaving:
            leaving.send(b"GET /ended.pyhtml HTTP/1.1\r\nHost: a\r\n\r\n")
            leaving.read_exactly(10000)
            leaving.reset()
        wait_until(lambda: int(client.get("/ended").body) == before + 1, "the page's code is ended")


# --- the source ---

WAYS_TO_THE_SOURCE = (
    "/hello.pyhtml",
    "/hello.pyhtml?x=1",
    "/hello%2epyhtml",
    "/hello.pyhtm%6c",
    "/UPPER.PYHTML",
    "/UPPER.pyhtml",
    "/./hello.pyhtml",
    "//hello.pyhtml",
    "/hello.pyhtml.",
    "/hello.pyhtml%20",
    "/hello.pyhtml%00.html",
    "/hello.pyhtml/",
    "/hello.pyhtml/x.html",
    "/folder/../hello.pyhtml",
    "/folder/",
    "/folder",
    "/",
    "/sent?name=hello.pyhtml",
    "/sent?name=hello.pyhtml&save=x.html",
    "/sent?name=UPPER.PYHTML",
    "/sent?name=folder/../hello.pyhtml",
)


@pytest.mark.parametrize("words", [(), ("typed",), ("without",), ("without", "typed")])
def test_source_is_never_sent(start, words):
    server = start(*words)
    for path in WAYS_TO_THE_SOURCE:
        for fields in ((), ("Range: bytes=0-50",), ("Accept-Encoding: gzip",)):
            for method in ("GET", "HEAD", "POST"):
                with Client(server.port) as client:
                    answer = client.request(method, path, fields)
                    assert MARK not in answer.body, path
                    assert b"{{" not in answer.body, path
                    rendered = "without" not in words and "sent" not in path
                    assert answer.status != 200 or rendered, (path, answer)


# --- errors ---

FAILURES = [
    ("/fails.pyhtml", "fails.pyhtml:6: ", "ZeroDivisionError|TypeError|can't convert|unsupported"),
    ("/broken.pyhtml", "broken.pyhtml:4: ", "SyntaxError"),
    ("/unclosed.pyhtml", "unclosed.pyhtml:3: ", "this {{ if }} has no {{ end }}"),
]


@pytest.mark.parametrize(("path", "where", "what"), FAILURES)
def test_failing_page(server, client, path, where, what):
    answer = client.get(path)
    assert (answer.status, answer.field("X-Page")) == (500, None)
    assert b"pyhtml" not in answer.body and b"Error:" not in answer.body
    line = server.wait_for(f"LOG 3 .*{where}(.*)").group(1)
    assert any(part in line for part in what.split("|")), line
    assert client.get("/hello.pyhtml").status == 200


@pytest.fixture(scope="module")
def debugged(start):
    return start("debug")


@pytest.mark.parametrize(("path", "where", "what"), FAILURES)
def test_failing_page_with_debug(debugged, path, where, what):
    with Client(debugged.port) as client:
        answer = client.get(path)
        assert (answer.status, answer.field("X-Page")) == (500, None)
        assert answer.field("Content-Type") == HTML
        text = answer.text.replace("&#39;", "'")
        assert where in text
        assert any(part in text for part in what.split("|")), text
        assert "<&>" not in text
        debugged.wait_for(f"LOG 3 .*{where}")
        assert client.get("/hello.pyhtml").status == 200


def test_page_that_fails_late(server):
    with Client(server.port) as client:
        client.send(b"GET /late.pyhtml HTTP/1.1\r\nHost: a\r\n\r\n")
        data = client.read_until_end()
    assert data.startswith(b"HTTP/1.1 200 OK\r\n")
    assert not data.endswith(b"0\r\n\r\n")
    assert b"1999 " in data and b"NameError" not in data and b"never" not in data
    server.wait_for("LOG 3 .*late.pyhtml:4: NameError")


def test_page_that_fails_late_with_debug(debugged):
    with Client(debugged.port) as client:
        client.send(b"GET /late.pyhtml HTTP/1.1\r\nHost: a\r\n\r\n")
        data = client.read_until_end()
    assert not data.endswith(b"0\r\n\r\n")
    assert b"late.pyhtml:4: NameError: name &#39;nothing&#39;" in data
    assert b"never" not in data


@pytest.mark.parametrize(
    ("path", "status", "line"),
    [
        ("/deep.pyhtml", 500, "deep.pyhtml:4: R.*recursion"),
        pytest.param(
            *("/greedy.pyhtml", 503, "greedy.pyhtml:3: MemoryError"), marks=pytest.mark.not_on_board(SMALL_INTEGERS)
        ),
        ("/answered.pyhtml", 200, "answered.pyhtml:4: NameError"),
        ("/finally.pyhtml", 200, "finally.pyhtml:7: NameError"),
        ("/yields.pyhtml", 500, "yields.pyhtml: TypeError: a page can yield str, bytes or None, got 7"),
    ],
)
def test_other_failures(server, client, path, status, line):
    assert client.get(path).status == status
    server.wait_for(line)
    assert client.get("/hello.pyhtml").status == 200


def test_show_debug_is_a_bool(client):
    assert client.get("/debug").body == b"ValueError, False"


# --- size ---

LOOP = b"".join(b"%063d\n" % i for i in range(16384))
MEGABYTES = {
    "loop.pyhtml": LOOP,
    "printing.pyhtml": LOOP,
    "literals.pyhtml": b"".join(b"%d\n" % (i + 1) + LARGE * 10 for i in range(10)),
    "large.pyhtml": b"".join(b"%d\n" % (i + 1) + LARGE for i in range(100)),
}


# With the whole server in it, which takes 60 KB of words of 64 bits before there is a page.
@pytest.mark.parametrize(
    ("name", "heap"), [(name, None) for name in MEGABYTES] + [("loop.pyhtml", "100k"), ("large.pyhtml", "116k")]
)
def test_page_of_a_megabyte(runtime, start, name, heap):
    if heap and runtime.name != "unix":
        pytest.skip("only a firmware has the modules outside of its heap")
    server = start("small", heap=heap)
    with Client(server.port) as client:
        for _ in range(3):
            assert client.get("/" + name).body == MEGABYTES[name]


@pytest.mark.parametrize("name", ["loop.pyhtml", "printing.pyhtml", "literals.pyhtml"])
def test_page_of_a_megabyte_in_a_heap_of_64_kilobytes(firmware, root, name):
    """Compiled and rendered; the package takes 45 KB of it."""
    said = firmware.run(RENDER, [root / name, 1024], heap="64k").split()
    data = MEGABYTES[name]
    assert len(data) > 1_000_000
    assert said == ["RENDERED", str(len(data)), str(zlib.crc32(data))]


def test_firmware_without_a_compiler():
    """As far as that can be shown without one: the builtin is taken away."""
    said = RUNTIMES["cpython"].run(
        """
import builtins
import MicroWebSrv2.moduleLoader
import MicroWebSrv2.mods.PyhtmlTemplate
from MicroWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception
del builtins.exec
try:
    MicroWebSrv2.LoadModule("PyhtmlTemplate")
except MicroWebSrv2Exception as ex:
    print(ex)
"""
    )
    assert said.startswith("this firmware was built without MicroPython's compiler")
