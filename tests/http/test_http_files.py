"""Files: which ones, which not, under which conditions, compressed or not."""

import email.utils
import gzip
import json
import os

import pytest

from tests.emulated import FILES_OF_ITS_OWN
from tests.http.client import Client, etag
from tests.http.conftest import FILES, OLD

DATE = email.utils.formatdate(OLD, usegmt=True)
BEFORE = email.utils.formatdate(OLD - 1, usegmt=True)
AFTER = email.utils.formatdate(OLD + 1, usegmt=True)


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/page.txt", "page.txt", "text/plain; charset=UTF-8"),
        ("/page.txt?x=1", "page.txt", "text/plain; charset=UTF-8"),
        ("/index.html", "index.html", "text/html; charset=UTF-8"),
        ("/empty.txt", "empty.txt", "text/plain; charset=UTF-8"),
        ("/large.txt", "large.txt", "text/plain; charset=UTF-8"),
        ("/UPPER.TXT", "UPPER.TXT", "text/plain; charset=UTF-8"),
        ("/a%20b+c.txt", "a b+c.txt", "text/plain; charset=UTF-8"),
        ("/caf%C3%A9.txt", "caf\u00e9.txt", "text/plain; charset=UTF-8"),
        ("/100%25.txt", "100%.txt", "text/plain; charset=UTF-8"),
        ("/folder/other.css", "folder/other.css", "text/css; charset=UTF-8"),
        ("/folder/", "folder/index.htm", "text/html; charset=UTF-8"),
        ("/both/", "both/index.html", "text/html; charset=UTF-8"),
        ("/packed.js", "packed.js", "application/javascript"),
        ("/./page.txt", "page.txt", "text/plain; charset=UTF-8"),
        ("/folder/../page.txt", "page.txt", "text/plain; charset=UTF-8"),
        ("/nowhere/../page.txt", "page.txt", "text/plain; charset=UTF-8"),
        ("/p%61ge.txt", "page.txt", "text/plain; charset=UTF-8"),
    ],
)
def test_file(client, path, name, kind):
    for _ in range(2):
        answer = client.get(path)
        assert answer.status == 200
        assert answer.body == FILES[name]
        assert answer.field("Content-Type") == kind
        assert answer.field("Content-Length") == str(len(FILES[name]))
        assert answer.field("Last-Modified") == DATE
        assert answer.field("Cache-Control") == "no-cache"
        assert answer.field("ETag").startswith('"')


@pytest.mark.parametrize("path", ["/data.unknown", "/noextension"])
def test_file_without_a_type(client, path):
    assert client.get(path).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/PAGE.TXT",
        "/page.txt/",
        "/page.tx",
        "/bare/",
        "/bare",
        "/.hidden.txt",
        "/.git/config.txt",
        "/.git/",
        "/%2ehidden.txt",
        "/other.js",
        "/page.txt%00.html",
        "/page%2etxt/x",
        "/folder%2fother.css",
        "/%2Fpage.txt",
    ],
)
def test_file_that_is_not_there(client, path):
    assert client.get(path).status in (400, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/../www-secret/secret.txt",
        "/folder/../../secret.txt",
        "/folder/../../www-secret/secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%2fsecret.txt",
        "/..%2Fwww-secret%2Fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%252fsecret.txt",
        "/.%2e/secret.txt",
        "/..;/secret.txt",
        "/....//secret.txt",
        "/..../secret.txt",
        "/folder/%2e%2e/%2e%2e/secret.txt",
        "/folder/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..%5Cwww-secret%5Csecret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/%c0%ae%c0%ae%c0%afsecret.txt",
        "/%e0%80%ae%e0%80%ae/secret.txt",
        "/%ef%bc%8e%ef%bc%8e/secret.txt",
        "/%uff0e%uff0e/secret.txt",
        "/%2e%2e%00/secret.txt",
        "//../secret.txt",
        "//secret.txt",
        "/./../secret.txt",
        "/%2f..%2fsecret.txt",
        "-secret/secret.txt",
        "../secret.txt",
        "http://a/../secret.txt",
        "http://a/%2e%2e/secret.txt",
        "/www-secret/secret.txt",
        "/page.txt/../../secret.txt",
        "/~/secret.txt",
    ],
)
def test_nothing_outside_the_root(site, path):
    for method in ("GET", "HEAD"):
        with Client(site.port) as client:
            client.send(f"{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            answer = client.response(method)
            assert answer.status in (400, 404), answer
            assert b"SECRET" not in answer.body


def test_absolute_path_of_a_file(site, webroot):
    secret = str(webroot.parent / "secret.txt")
    for path in (secret, "/" + secret, "/etc/passwd", "//etc/passwd", "/%2fetc/passwd", "/etc/passwd%00.txt"):
        with Client(site.port) as client:
            assert client.get(path).status in (400, 404)


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_link_that_leads_outside(site, runtime, webroot):
    """A link in the root is the owner's doing; CPython follows it to see where it leads, boards have none."""
    link = webroot / "link.txt"
    if not link.is_symlink():
        link.symlink_to(webroot.parent / "secret.txt")
    with Client(site.port) as client:
        status = client.get("/link.txt").status
    assert status == (200 if runtime.is_micropython else 404)


# --- directories ---


@pytest.mark.parametrize(
    ("path", "location"), [("/folder", "/folder/"), ("/folder?a=b", "/folder/?a=b"), ("/f%6flder", "/f%6flder/")]
)
def test_directory_without_slash(client, path, location):
    answer = client.get(path)
    assert answer.status == 307
    assert answer.field("Location") == location


def test_long_paths_of_a_file_are_not_kept(site, client):
    """Slashes can be repeated, so that one small file has as many long paths as a client likes."""

    def free(length):
        for i in range(7):
            assert client.get("/" * (length - i) + "page.txt").status == 200
        return json.loads(client.get("/state").body)["free"]

    before = free(20)
    assert before - free(900) < 3000, "bytes of memory gone to paths"


def test_redirect_does_not_lead_to_another_host(site):
    for path in ("//folder", "///folder", "//folder/..//folder", "/%2ffolder", "//evil.example/%2e%2e/folder"):
        with Client(site.port) as client:
            location = client.get(path).field("Location")
            assert location is None or not location.startswith(("//", "/\\", "http")), location


# --- conditions, RFC 9110 section 13 ---


def test_none_match(client):
    tag = etag(client)
    for value in (tag, "W/" + tag, "*", f'"x", {tag}', f'{tag}, "x"', f'"x",{tag}'):
        answer = client.get("/page.txt", f"If-None-Match: {value}")
        assert (answer.status, answer.body, answer.field("ETag")) == (304, b"", tag), value
    for value in ('"x"', 'W/"x"', tag[:-1], tag.strip('"'), '",*,"', '"x, *"'):
        assert client.get("/page.txt", f"If-None-Match: {value}").status == 200, value
    assert client.get("/hello").text == "hello"


def test_none_match_outweighs_the_date(client):
    assert client.get("/page.txt", 'If-None-Match: "x"', f"If-Modified-Since: {DATE}").status == 200
    assert client.get("/page.txt", f"If-None-Match: {etag(client)}", f"If-Modified-Since: {BEFORE}").status == 304


@pytest.mark.parametrize(
    ("date", "status"), [(DATE, 304), (AFTER, 304), (BEFORE, 200), ("yesterday", 200), ("", 200), ("0", 200)]
)
def test_modified_since(client, date, status):
    assert client.get("/page.txt", f"If-Modified-Since: {date}").status == status
    assert client.get("/hello").text == "hello"


def test_match(client):
    tag = etag(client)
    assert client.get("/page.txt", f"If-Match: {tag}").status == 200
    assert client.get("/page.txt", "If-Match: *").status == 200
    assert client.get("/page.txt", 'If-Match: "x"').status == 412
    assert client.get("/page.txt", f"If-Match: W/{tag}").status == 412
    assert client.get("/page.txt", f"If-Unmodified-Since: {BEFORE}").status == 412
    assert client.get("/page.txt", f"If-Unmodified-Since: {DATE}").status == 200


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_tag_follows_the_file(client, webroot):
    path = webroot / "changing.txt"
    path.write_bytes(b"one")
    first = etag(client, "/changing.txt")
    path.write_bytes(b"three")
    second = etag(client, "/changing.txt")
    assert first != second
    assert client.get("/changing.txt", f"If-None-Match: {first}").body == b"three"
    assert client.get("/changing.txt", f"If-None-Match: {second}").status == 304


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_change_is_seen_at_once(client, webroot):
    """Whatever is kept of a file that nobody has touched for long, its next content is the one that is sent."""
    file = webroot / "kept.txt"
    for content in (b"the first one", b"another one!!", b"longer than both"):
        file.write_bytes(content)
        os.utime(file, (OLD, OLD + len(content) + content[0]))
        for _ in range(3):
            assert client.get("/kept.txt").body == content
    for content in (b"twice", b"in a ", b"secnd"):
        file.write_bytes(content)
        assert client.get("/kept.txt").body == content
    file.unlink()
    assert client.get("/kept.txt").status == 404


def test_answers_do_not_depend_on_the_one_before(client):
    """Plain answers share their heads; what asks for more, or says less, gets its own."""
    tag = f"If-None-Match: {etag(client)}"
    for _ in range(2):
        assert client.get("/page.txt").body == FILES["page.txt"]
        assert client.get("/page.txt", tag).body == b""
        assert client.request("HEAD", "/page.txt").field("Content-Length") == str(len(FILES["page.txt"]))
        assert client.get("/page.txt", "Range: bytes=0-0").status == 206
        assert client.get("/page.txt", 'If-Match: "no"').status == 412
    plain = client.get("/page.txt")
    last = client.get("/page.txt", "Connection: close")
    assert plain.field("Connection") is None
    assert last.field("Connection") == "close"
    assert last.body == plain.body == FILES["page.txt"]


# --- compressed twins ---


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip", True),
        ("gzip;q=0.5", True),
        ("gzip; q=1", True),
        ("gzip;q=0.001", True),
        ("*", True),
        ("x-gzip", None),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("gzip;q=0.000", False),
        ("gzip;q=0, *", False),
        ("*, gzip;q=0", False),
        ("*;q=0", False),
        ("identity", False),
        ("br", False),
        ("gzippy", False),
        ("", False),
    ],
)
def test_twin(client, accepted, packed):
    answer = client.get("/packed.js", f"Accept-Encoding: {accepted}")
    assert answer.status == 200
    assert answer.field("Vary") == "Accept-Encoding"
    assert answer.field("Content-Type") == "application/javascript"
    is_packed = answer.field("Content-Encoding") == "gzip"
    assert packed is None or is_packed == packed
    assert (gzip.decompress(answer.body) if is_packed else answer.body) == FILES["packed.js"]


def test_twin_for_those_alone_who_take_it(client):
    """What was understood of one Accept-Encoding is said of no other, longer ones and their like among them."""
    padded = "identity, " * 8
    for _ in range(2):
        for value, packed in [
            ("gzip", True),
            ("gzip;q=0", False),
            ("gzip, br", True),
            ("gzi", False),
            ("gzip", True),
            ("", False),
            (padded + "gzip", True),
            (padded + "br", False),
        ]:
            answer = client.get("/packed.js", "Accept: */*", f"Accept-Encoding: {value}")
            assert (answer.field("Content-Encoding") == "gzip") == packed, value
            assert (client.get("/packed.js", f"accept-encoding:{value}").field("Content-Encoding") == "gzip") == packed
        assert client.get("/packed.js", "Accept-Language: gzip").field("Content-Encoding") is None


def test_twin_has_a_tag_of_its_own(client):
    plain, packed = client.get("/packed.js"), client.get("/packed.js", "Accept-Encoding: gzip")
    assert plain.field("ETag") != packed.field("ETag")
    same = [f"If-None-Match: {packed.field('ETag')}"]
    assert client.get("/packed.js", "Accept-Encoding: gzip", *same).status == 304
    assert client.get("/packed.js", *same).status == 200


def test_twin_is_not_sent_in_ranges(client):
    answer = client.get("/packed.js", "Accept-Encoding: gzip", "Range: bytes=0-6")
    assert (answer.status, answer.body, answer.field("Content-Encoding")) == (206, b"console", None)


def test_stale_twin_is_not_sent(client):
    answer = client.get("/stale.js", "Accept-Encoding: gzip")
    assert (answer.body, answer.field("Content-Encoding")) == (b"new\n", None)


def test_file_without_a_twin(client):
    answer = client.get("/page.txt", "Accept-Encoding: gzip")
    assert (answer.field("Content-Encoding"), answer.field("Vary")) == (None, None)


# --- what is not found ---


def test_not_found_url(sites):
    server = sites.start(NotFoundURL="/page.txt")
    with Client(server.port) as client:
        answer = client.get("/no/such/thing")
        assert (answer.status, answer.field("Location")) == (307, "/page.txt")
        assert client.get("/page.txt").status == 200
    server = sites.start(NotFoundURL="/not/there/either")
    with Client(server.port) as client:
        assert client.get("/not/there/either").status == 404
        assert client.get("/no/such/thing").field("Location") == "/not/there/either"
