"""What a handler answers with: statuses, fields, cookies, credentials, streams, files, later answers."""

import base64
import json

import pytest

from tests.emulated import NO_THREADS
from tests.http.client import Client, pattern, request, wait_until

# --- statuses ---


@pytest.mark.parametrize("code", [200, 201, 202, 206, 301, 400, 404, 409, 418, 500, 503, 599])
def test_status(client, code):
    answer = client.get(f"/status/{code}")
    assert answer.status == code
    assert (answer.body != b"") == (code >= 400), "an error has a small page, the others no content"
    assert client.get(f"/status/{code}/with-body").text == "a body"


@pytest.mark.parametrize("code", [204, 304])
def test_status_without_content(client, code):
    """RFC 9110 section 6.4.1: a content that is given all the same is not sent."""
    for path in (f"/status/{code}", f"/status/{code}/with-body"):
        assert client.get(path).status == code
        assert client.get("/hello").text == "hello"


@pytest.mark.parametrize("code", [0, 99, 1000, "x"])
def test_status_that_is_none(site, code):
    with Client(site.port) as client:
        assert client.get(f"/status/{code}").status == 500
    site.wait_for(r'ValueError: "code" must be an http status code')


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NotModified", 304),
        ("BadRequest", 400),
        ("Forbidden", 403),
        ("NotFound", 404),
        ("MethodNotAllowed", 405),
        ("EntityTooLarge", 413),
        ("InternalServerError", 500),
        ("NotImplemented", 501),
        ("ServiceUnavailable", 503),
        ("BasicAuthRequired", 401),
        ("BearerAuthRequired", 401),
    ],
)
def test_named_answer(client, name, code):
    assert client.get(f"/return/{name}").status == code


def test_unauthorized(client):
    assert client.get("/return/BasicAuthRequired").field("WWW-Authenticate") == 'Basic realm="MicroWebSrv2"'
    assert client.get("/return/BearerAuthRequired").field("WWW-Authenticate") == 'Bearer realm="MicroWebSrv2"'
    assert client.get("/return/unauthorized").field("WWW-Authenticate") == r'Digest realm="the \"realm\""'


def test_redirect(client):
    answer = client.get("/redirect?to=/elsewhere%3Fa")
    assert (answer.status, answer.field("Location")) == (307, "/elsewhere?a")


# --- fields ---


def test_usual_fields(client):
    answer = client.get("/hello")
    assert answer.field("Content-Type") == "text/html; charset=UTF-8"
    assert answer.field("Content-Length") == "5"
    assert answer.field("Cache-Control") == "no-store"
    assert answer.field("Server") is not None
    assert answer.field("Date").endswith(" GMT")


def test_fields_of_a_handler(client):
    for _ in range(2):
        answer = client.get("/fields")
        assert answer.field("X-Number") == "12"
        assert answer.field("X-Replaced") == "new"
        assert answer.all("X-Twice") == ["1", "2"]
        assert answer.field("Content-Type") == "text/plain; charset=ISO-8859-1"
        assert answer.field("Cache-Control") is None
    plain = client.get("/hello")
    names = {name.lower() for name, _ in plain.fields}
    assert not names & {"x-number", "x-replaced", "x-twice"}, "fields of the answer before"
    assert plain.field("Content-Type") == "text/html; charset=UTF-8"
    assert plain.field("Cache-Control") == "no-store"


def test_nothing_is_injected(client):
    said = json.loads(client.get("/inject").body)
    assert said["passed"] == []
    assert said["tried"] > 20


def test_redirect_to_what_the_client_says(site):
    with Client(site.port) as client:
        answer = client.get("/redirect?to=/a%0d%0aX-Evil:%201")
        assert answer.status == 500
        assert answer.field("X-Evil") is None
    site.wait_for("ValueError: .* must not contain CR, LF or NUL")


def test_content_types(client):
    assert client.request("POST", "/json", ["Content-Type: application/json"], b"1").field("Content-Type") in (
        "application/json",
        "application/json; charset=UTF-8",
    )
    assert client.request("POST", "/content", body=b"x").field("Content-Type") == "application/octet-stream"


@pytest.mark.parametrize("size", [0, 1, 1000, 2000, 2048, 2049, 4096, 20_000, 200_000])
def test_body_of_any_size(site, roomy_site, size):
    with Client((site if size < 100_000 else roomy_site).port) as client:
        for _ in range(2):
            answer = client.get(f"/body/{size}")
            assert answer.body == b"b" * size
            assert answer.field("Content-Length") == str(size)


# --- cookies ---


def test_cookies_in(client):
    said = json.loads(client.get("/cookies", 'Cookie: a=1; b=x=y;q="quoted" ', "Cookie: c=3").body)
    assert said == {"list": ["a=1", "b=x=y", 'q="quoted"', "c=3"], "a": "1", "q": "quoted"}
    assert json.loads(client.get("/cookies").body) == {"list": [], "a": None, "q": None}
    assert json.loads(client.get("/cookies", "Cookie: aa=1").body)["a"] is None


def test_cookies_out(client):
    plain, full = client.get("/set-cookies").all("Set-Cookie")
    assert plain.split("; ") == ["plain=1", "Path=/", "SameSite=Lax", "HttpOnly"]
    assert sorted(full.split("; ")) == sorted(
        ["full=2", "Max-Age=60", "Path=/p", "Domain=example.org", "SameSite=Strict", "Secure"]
    )


# --- credentials ---


def basic(credentials):
    return "Authorization: Basic " + base64.b64encode(credentials.encode()).decode()


GOOD = basic("us\u00e9r:pass:word")


@pytest.mark.parametrize("field", [GOOD, GOOD.replace("Basic", "BASIC"), GOOD.replace("Basic ", "basic   ")])
def test_basic_credentials(client, field):
    assert client.get("/auth/basic", field).text == "welcome"


@pytest.mark.parametrize(
    "field",
    [
        "X: 1",
        "Authorization: Basic",
        "Authorization: Basic ",
        "Authorization: Basic =",
        "Authorization: Basic !!!!",
        "Authorization: Basic YQ",
        "Authorization: Bearer t0ken",
        GOOD.replace("Basic", "Basicx"),
        GOOD[:-2],
        GOOD + "YQ==",
        basic("us\u00e9r:pass"),
        basic("us\u00e9r:pass:word:more"),
        basic("us\u00e9r:pass:worD"),
        basic("us\u00e9r:"),
        basic("us\u00e9r"),
        basic(":"),
        basic(""),
    ],
)
def test_bad_basic_credentials(client, field):
    answer = client.get("/auth/basic", field)
    assert answer.status == 401
    assert answer.field("WWW-Authenticate").startswith("Basic realm=")


def test_bearer_credentials(client):
    assert client.get("/auth/bearer", "Authorization: Bearer t0ken").text == "welcome"
    for wrong in ("Bearer", "Bearer t0ke", "Bearer t0kens", "Bearer T0KEN", "Basic t0ken", "t0ken", "Bearert0ken"):
        assert client.get("/auth/bearer", "Authorization: " + wrong).status == 401


# --- streams ---


@pytest.mark.parametrize("size", [1, 100, 1016, 1024, 5000, 100_000])
def test_stream_of_known_length(site, client, size):
    answer = client.get(f"/stream/known/{size}")
    assert answer.field("Content-Length") == str(size)
    assert answer.body == pattern(size)
    site.wait_for("STREAM CLOSED 0")
    assert client.get("/hello").text == "hello"


@pytest.mark.parametrize("size", [0, 1, 1015, 1016, 1017, 1024, 100_000])
def test_stream_of_unknown_length(site, client, size):
    answer = client.get(f"/stream/chunked/{size}")
    assert answer.field("Transfer-Encoding") == "chunked"
    assert answer.field("Content-Type") == "text/plain; charset=UTF-8"
    assert answer.body == pattern(size)
    site.wait_for("STREAM CLOSED 0")
    assert client.get("/hello").text == "hello"


def test_stream_that_has_nothing_yet(client):
    assert client.get("/stream/pausing/4000").body == pattern(4000)
    assert client.get("/hello").text == "hello"


def test_stream_that_ends_early(site):
    """It must not look whole: only the end of the connection can tell."""
    with Client(site.port) as client:
        client.send(request("GET", "/stream/short") + request("GET", "/hello"))
        assert client.head_only().field("Content-Length") == "1000"
        assert client.read_until_end() == pattern(400)


def test_stream_that_fails(site):
    with Client(site.port) as client:
        client.send(b"GET /stream/broken HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.head_only().field("Transfer-Encoding") == "chunked"
        assert not client.read_until_end().endswith(b"0\r\n\r\n"), "a broken answer looks whole"
    site.wait_for("own fault")
    with Client(site.port) as client:
        assert client.get("/hello").text == "hello"


def test_stream_is_closed_when_the_client_goes(site):
    client = Client(site.port, receive_buffer=4096)
    client.send(b"GET /stream/known/10000000 HTTP/1.1\r\nHost: a\r\n\r\n")
    client.read_exactly(1000)
    client.reset()
    site.wait_for("STREAM CLOSED [1-9]")


# --- files ---


def test_file(client):
    answer = client.get("/file/plain")
    assert answer.body == b"0123456789" * 10
    assert answer.field("Content-Type") == "text/plain; charset=UTF-8"
    assert answer.field("Content-Disposition") is None
    assert client.get("/file/plain", "Range: bytes=0-1").status == 206


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("a.txt", 'attachment; filename="a.txt"'),
        ("a%20b.txt", 'attachment; filename="a b.txt"'),
        ("caf%C3%A9.txt", "attachment; filename=\"caf_.txt\"; filename*=UTF-8''caf%C3%A9.txt"),
        ("a%22b.txt", "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("a%0D%0AX:1", "attachment; filename=\"a__X:1\"; filename*=UTF-8''a%0D%0AX%3A1"),
        ("../a", "attachment; filename=\".._a\"; filename*=UTF-8''..%2Fa"),
    ],
)
def test_attachment(client, name, disposition):
    answer = client.get(f"/file/attachment?name={name}")
    assert answer.body == b"0123456789" * 10
    assert answer.field("Content-Disposition") == disposition


def test_file_that_is_not_there(client):
    assert client.get("/file/missing").status == 404


# --- later ---


def test_sent_is_told(client):
    def count():
        return json.loads(client.get("/sent/count").body)["sent"]

    before = count()
    for _ in range(3):
        assert client.get("/sent").text == "is told"
    wait_until(lambda: count() == before + 3, "three times")
    client.get("/hello")
    assert count() == before + 3, "the callback of the answer before"


def test_deferred_answer_from_a_timer(client):
    for i in range(3):
        assert client.get(f"/defer/timer/{i}", "X-Test: kept").text == f"deferred {i} kept"


def test_deferred_answers_of_many(roomy_site):
    clients = [Client(roomy_site.port) for _ in range(40)]
    for i, client in enumerate(clients):
        client.send(f"GET /defer/timer/{i} HTTP/1.1\r\nHost: a\r\nX-Test: {i}\r\n\r\n".encode())
    for i, client in enumerate(clients):
        assert client.response().text == f"deferred {i} {i}"
        client.close()


def test_content_of_a_deferred_request(client):
    for text in ("one", "two"):
        assert client.request("POST", "/defer/content", ["X-Test: x"], text.encode()).text == f"deferred {text} x"


def test_content_of_a_deferred_request_is_its_own_while_it_waits(site):
    """It lies where it came, in a buffer that nobody else gets meanwhile."""
    with Client(site.port) as client:
        client.send(request("POST", "/defer/content/late", body=b"mine" * 50))
        for i in range(10):
            with Client(site.port) as other:
                assert other.request("POST", "/content", body=b"%d" % i * 300).status == 200
        assert client.response().body == b"mine" * 50


def test_deferred_answer_that_never_comes(site):
    with Client(site.port) as client:
        assert client.get("/defer/never").status == 503
    site.wait_for("LOG 2 no answer to GET /defer/never")


@pytest.mark.parametrize(("path", "status"), [("/defer/too-late", 503), ("/defer/raises", 500)])
def test_deferred_answer_that_comes_too_late_is_no_answer_to_another_request(site, path, status):
    """What was to be told to the first request must not be told to the second one: the connection ends."""
    with Client(site.port) as client:
        client.send(request("GET", path) + request("GET", "/defer/never"))
        answer = client.response()
        assert (answer.status, answer.field("Connection")) == (status, "close")
        client.shut()
        assert client.ended()


@pytest.mark.not_on_board(NO_THREADS)
def test_deferred_answer_from_a_thread(site, client):
    for _ in range(3):
        assert client.get("/defer/thread").text == "from a thread"
    assert client.get("/hello").text == "hello"


@pytest.mark.not_on_board(NO_THREADS)
def test_deferred_answer_from_a_thread_to_a_client_that_has_gone(site):
    with Client(site.port) as client:
        client.send(request("GET", "/defer/gone"))
        site.wait_for("^STAYS until its client goes")
        client.reset()
    site.wait_for("^GONE, and 0 bytes written")
