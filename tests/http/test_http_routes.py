"""Which handler gets a request, with which arguments, and what is answered where there is none."""

import json

import pytest

from tests.emulated import GATEWAY
from tests.http.client import Client


def test_route_with_an_argument(client):
    assert json.loads(client.get("/users/abc").body) == {"args": {"id": "abc"}, "isInt": False}


@pytest.mark.parametrize(
    ("segment", "value", "is_int"),
    [
        ("abc", "abc", "false"),
        ("AbC", "AbC", "false"),
        ("12", "12", "true"),
        ("007", "7", "true"),
        ("-12", "-12", "false"),
        ("1_0", "1_0", "false"),
        ("12a", "12a", "false"),
        ("9999999999999999", "9999999999999999", "true"),
        ("%31%32", "12", "true"),
        ("a%20b", "a b", "false"),
        ("a+b", "a+b", "false"),
        ("caf%C3%A9", "caf\u00e9", "false"),
        ("a%2Fb", "a/b", "false"),
        ("%252e", "%2e", "false"),
        ("a?b=c", "a", "false"),
    ],
)
def test_argument(client, segment, value, is_int):
    said = json.loads(client.get(f"/users/{segment}").body)
    assert str(said["args"]["id"]) == value
    assert str(said["isInt"]).lower() == is_int


def test_several_arguments(client):
    assert json.loads(client.get("/users/5/profile/first%20name").body) == {"id": 5, "property": "first name"}


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/users/me", 200, "me"),
        ("/users/me/", 200, "me"),
        ("/hello/", 200, "hello"),
        ("/hello?x", 200, "hello"),
        ("/hello/?x", 200, "hello"),
        ("/h%65llo", 200, "hello"),
        ("/./hello", 200, "hello"),
        ("/x/../hello", 200, "hello"),
        ("/", 200, "root"),
        ("/?x", 200, "root"),
        ("/branch/fixed/1/left", 200, "left 1"),
        ("/branch/fixed/1/right", 200, "right fixed 1"),
        ("/branch/x/1/left", 404, None),
        ("/HELLO", 404, None),
        ("/hello//", 404, None),
        ("//hello", 404, None),
        ("/hello/x", 404, None),
        ("/users", 404, None),
        ("/users/", 404, None),
        ("/users//profile/x", 404, None),
        ("/users/1/profile", 404, None),
    ],
)
def test_path(client, path, status, text):
    answer = client.get(path)
    assert answer.status == status
    assert text is None or answer.text == text


def test_path_with_accent_and_blank(client):
    assert client.get("/caf%C3%A9%20au%20lait").text == "/caf\u00e9 au lait"
    assert client.get("/caf%c3%a9%20au%20lait/").text == "/caf\u00e9 au lait/"


@pytest.mark.parametrize("path", ["/users/%", "/users/%4", "/users/%zz", "/users/%ff", "/users/a%00b", "/users/a%5cb"])
def test_malformed_path(site, path):
    with Client(site.port) as client:
        assert client.get(path).status == 400
        assert client.ends()


def test_bound_method(client):
    first, second = client.get("/bound").text, client.get("/bound").text
    assert first != second


def test_many_handlers_in_turn_do_not_mix(client):
    for i in range(50):
        assert f'"id": {i}' in client.get(f"/users/{i}").text
        assert client.get("/hello").text == "hello"


# --- methods ---


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "PURGE"])
def test_method_of_a_route(client, method):
    assert f'"Method": "{method}"' in client.request(method, "/echo").text


def test_unknown_path(client):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, "/no/such/thing").status == 404


def test_error_page_shows_nothing_of_the_request(client):
    answer = client.get("/<script>alert(1)</script>")
    assert answer.status == 404
    assert b"script" not in answer.body
    assert answer.field("Content-Type") == "text/html; charset=UTF-8"


def test_wrong_method_on_a_route(client):
    answer = client.request("DELETE", "/hello")
    assert answer.status == 405
    assert sorted(answer.field("Allow").split(", ")) == ["GET", "HEAD", "OPTIONS"]
    assert client.request("POST", "/users/7").status == 405
    answer = client.request("PUT", "/content")
    assert sorted(answer.field("Allow").split(", ")) == ["OPTIONS", "POST"]


def test_wrong_method_on_a_file(client):
    answer = client.request("POST", "/page.txt", body=b"x")
    assert answer.status == 405
    assert sorted(answer.field("Allow").split(", ")) == ["GET", "HEAD", "OPTIONS"]


def test_method_is_case_sensitive(client):
    assert client.request("get", "/no/such/thing").status == 501


def test_unknown_method(client):
    assert client.request("FETCH", "/no/such/thing").status == 501


def test_handler_without_an_answer(site, client):
    answer = client.get("/nothing")
    assert answer.status == 501
    site.wait_for("LOG 2 GET /nothing was not answered by its handler")
    assert client.get("/hello").text == "hello"


def test_path_forges_no_line_of_the_log(site, client):
    assert client.get("/status/%0d%0aLOG%203%20forged%1b%5b31m").status == 500
    site.wait_for("^LOG 3 GET /status/%0d%0aLOG%203%20forged%1b%5b31m: ")
    assert client.get("/status/" + "x" * 500).status == 500
    site.wait_for("^LOG 3 GET /status/x{120}: ")  # 128 bytes of it: a log may be in flash memory


def test_handler_that_raises(site, client):
    answer = client.get("/raises")
    assert answer.status == 500
    assert b"fault" not in answer.body
    assert answer.field("X-Secret") is None, "a field that was set before the fault"
    site.wait_for("LOG 3 .*GET /raises")
    site.wait_for("LOG 3 .*own fault")
    assert client.get("/hello").field("X-Secret") is None
    assert client.get("/hello").text == "hello"


def test_second_answer_is_refused(site):
    with Client(site.port) as client:
        assert client.get("/twice").text == "first"
    with Client(site.port) as client:
        assert client.get("/hello").text == "hello"


# --- HEAD and OPTIONS ---


@pytest.mark.parametrize("path", ["/hello", "/users/1", "/page.txt", "/large.txt", "/folder/", "/echo"])
def test_head_is_get_without_its_content(client, path):
    head = client.request("HEAD", path)
    get = client.get(path)
    assert head.status == 200
    assert head.body == b""
    if path != "/echo":  # it tells the method
        assert [field for field in head.fields if field[0] != "Date"] == [f for f in get.fields if f[0] != "Date"]
    assert client.get("/hello").text == "hello"


def test_head_of_what_is_not_there(client):
    answer = client.request("HEAD", "/no/such/thing")
    assert answer.status == 404
    assert client.get("/hello").text == "hello"


def test_head_of_a_stream(client):
    answer = client.request("HEAD", "/stream/chunked/1000")
    assert answer.field("Transfer-Encoding") == "chunked"
    assert client.request("HEAD", "/stream/known/1000").field("Content-Length") == "1000"
    assert client.get("/hello").text == "hello"


def test_head_route_of_its_own(client):
    assert client.request("HEAD", "/own-head").field("X-Head") == "own"
    assert client.get("/own-head").text == "a body"


def test_options(client):
    answer = client.request("OPTIONS", "/hello")
    assert answer.status == 204
    assert sorted(answer.field("Allow").split(", ")) == ["GET", "HEAD", "OPTIONS"]
    assert answer.field("Access-Control-Allow-Origin") is None
    assert sorted(client.request("OPTIONS", "/content").field("Allow").split(", ")) == ["OPTIONS", "POST"]
    assert client.request("OPTIONS", "/page.txt").field("Allow") == "GET, HEAD, OPTIONS"


def test_options_of_the_server(client):
    assert client.request("OPTIONS", "*").status == 204


def test_options_route_of_its_own(client):
    assert client.request("OPTIONS", "/own-options").field("X-Options") == "own"


PREFLIGHT = ("Origin: http://elsewhere", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: x-a, b")


def test_preflight_without_cors(client):
    answer = client.request("OPTIONS", "/hello", PREFLIGHT)
    assert [name for name, _ in answer.fields if name.startswith("Access-Control")] == []


@pytest.fixture(scope="module")
def open_site(sites):
    return sites.start(CORSAllowAll=True, AllowAllOrigins=True)


def test_preflight_with_cors(open_site):
    with Client(open_site.port) as client:
        answer = client.request("OPTIONS", "/hello", PREFLIGHT)
        assert answer.status == 204
        assert answer.field("Access-Control-Allow-Origin") == "*"
        assert "GET" in answer.field("Access-Control-Allow-Methods")
        assert answer.field("Access-Control-Allow-Headers") == "x-a, b"
        assert int(answer.field("Access-Control-Max-Age")) > 0
        assert answer.field("Access-Control-Allow-Credentials") is None


@pytest.mark.parametrize(
    ("method", "path", "field", "status"),
    [
        ("GET", "/hello", None, 200),
        ("HEAD", "/hello", None, 200),
        ("GET", "/page.txt", None, 200),
        ("GET", "/page.txt", "If-None-Match: *", 304),
        ("GET", "/page.txt", 'If-Match: "x"', 412),
        ("GET", "/page.txt", "Range: bytes=0-0", 206),
        ("GET", "/page.txt", "Range: bytes=-0", 416),
        ("GET", "/folder", None, 307),
        ("GET", "/data.unknown", None, 403),
        ("GET", "/no/such/thing", None, 404),
        ("GET", "/%zz", None, 400),
        ("GET", "/echo?a=%zz", None, 400),
        ("GET", "/auth/basic", None, 401),
        ("GET", "/raises", None, 500),
        ("GET", "/nothing", None, 501),
        ("GET", "/stream/chunked/10", None, 200),
        ("GET", "/defer/timer/x", None, 200),
        ("DELETE", "/hello", None, 405),
        ("OPTIONS", "/no/such/thing", None, 404),
    ],
)
@pytest.mark.parametrize("origin", ["http://elsewhere", "null"])
def test_all_origins(open_site, method, path, field, status, origin):
    """Whatever is answered, any page may read it; none gets credentials, and no origin is told its own name."""
    with Client(open_site.port) as client:
        answer = client.request(method, path, [f"Origin: {origin}", "Cookie: a=1", *([field] if field else [])])
        assert answer.status == status
        assert answer.field("Access-Control-Allow-Origin") == "*"
        assert answer.field("Access-Control-Allow-Credentials") is None


def test_preflight_tells_what_the_path_has(open_site):
    """Not what is asked for: the browser compares."""
    with Client(open_site.port) as client:
        for path, methods in (("/page.txt", "GET, HEAD, OPTIONS"), ("/content", "POST, OPTIONS")):
            asked = ["Origin: http://elsewhere", "Access-Control-Request-Method: DELETE"]
            answer = client.request("OPTIONS", path, asked)
            assert (answer.status, answer.field("Access-Control-Allow-Methods")) == (204, methods)
            assert answer.field("Access-Control-Allow-Headers") is None


# --- what a request says ---


def test_everything_a_request_says(client):
    answer = client.request(
        "POST",
        "/echo?a=1&b=x+y%21&a=2",
        (
            "Accept: text/html, application/json;q=0.5",
            "Accept-Encoding: gzip, br",
            "Accept-Language: fr, en;q=0.1",
            "Cookie: a=1; b=2",
            "Cache-Control: no-cache",
            "Referer: http://here/",
            "Content-Type: Text/Plain; charset=utf-8",
            "User-Agent: tests",
            "Authorization: Bearer t",
            "Origin: http://elsewhere",
            "X-Test: one",
            "x-test: two",
        ),
        b"content",
    )
    said = json.loads(answer.body)
    address = said.pop("UserAddress")
    assert address[0] in ("127.0.0.1", GATEWAY) and isinstance(address[1], int)
    assert said == {
        "IsSSL": False,
        "HttpVer": "HTTP/1.1",
        "Method": "POST",
        "Path": "/echo",
        "QueryString": "a=1&b=x+y%21&a=2",
        "QueryParams": {"a": "2", "b": "x y!"},
        "Host": "test",
        "Accept": ["text/html", "application/json;q=0.5"],
        "AcceptEncodings": ["gzip", "br"],
        "AcceptLanguages": ["fr", "en;q=0.1"],
        "Cookies": ["a=1", "b=2"],
        "CacheControl": "no-cache",
        "Referer": "http://here/",
        "ContentType": "text/plain",
        "ContentLength": 7,
        "UserAgent": "tests",
        "Authorization": "Bearer t",
        "Origin": "http://elsewhere",
        "IsKeepAlive": True,
        "IsUpgrade": False,
        "Upgrade": "",
        "X-Test": "one, two",
        "Content": "content",
    }


def test_request_that_says_nothing(client):
    client.send(b"GET /echo HTTP/1.0\r\n\r\n")
    said = json.loads(client.response().body)
    assert (said["HttpVer"], said["Host"], said["IsKeepAlive"], said["Content"]) == ("HTTP/1.0", "", False, None)
    assert (said["Accept"], said["Cookies"], said["UserAgent"], said["ContentLength"]) == ([], [], "", 0)


def test_malformed_query_is_refused(client):
    assert client.get("/echo?a=%zz").status == 400


def test_absolute_target(client):
    said = json.loads(client.get("http://elsewhere:81/echo?a=1").body)
    assert (said["Host"], said["Path"], said["QueryString"]) == ("elsewhere:81", "/echo", "a=1")
    assert json.loads(client.get("/echo").body)["Host"] == "test"  # it was the former request's alone


def test_query_of_the_request_before(client):
    """None, then one, then another, on the same connection."""
    for query, params in (("", {}), ("?a=1", {"a": "1"}), ("", {}), ("?b=2", {"b": "2"})):
        assert json.loads(client.get("/echo" + query).body)["QueryParams"] == params
