"""Real clients: what they send by themselves, and what they make of the answers."""

import concurrent.futures

import httpx
import pytest

from tests.http.conftest import FILES, LARGE


@pytest.fixture(scope="module")
def browser(site):
    with httpx.Client(base_url=f"http://127.0.0.1:{site.port}", timeout=20) as browser:
        yield browser


def test_compressed_page(browser):
    answer = browser.get("/packed.js")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.content == FILES["packed.js"]


def test_page_is_asked_for_again(browser):
    first = browser.get("/page.txt")
    again = browser.get("/page.txt", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    again = browser.get("/page.txt", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert again.status_code == 304


def test_download_goes_on_where_it_broke_off(browser):
    first = browser.get("/large.txt", headers={"Range": "bytes=0-499999"})
    rest = browser.get("/large.txt", headers={"Range": "bytes=500000-", "If-Range": first.headers["ETag"]})
    assert first.content + rest.content == LARGE


def test_redirect_is_followed_with_the_same_method(browser):
    answer = browser.post("/redirect", follow_redirects=True)
    assert answer.status_code == 405  # the route of /redirect is for GET alone
    answer = browser.get("/redirect?to=/page.txt", follow_redirects=True)
    assert (answer.status_code, len(answer.history)) == (200, 1)
    assert browser.get("/folder", follow_redirects=True).url.path == "/folder/"


def test_credentials(browser):
    assert browser.get("/auth/basic", auth=("us\u00e9r", "pass:word")).text == "welcome"
    assert browser.get("/auth/basic", auth=("us\u00e9r", "pass")).status_code == 401


def test_cookies_come_back(site):
    with httpx.Client(base_url=f"http://127.0.0.1:{site.port}", timeout=20) as browser:
        browser.get("/set-cookies")
        assert browser.cookies["plain"] == "1"
        assert browser.get("/cookies").json()["list"] == ["plain=1"]


def test_form_and_json(browser):
    form = {"a": "x & y=z+\u20ac", "b": ""}
    assert browser.post("/form", data=form).json()["form"] == form
    value = {"list": [1, None, "\u20ac"], "nested": {"a": True}}
    assert browser.post("/json", json=value).json() == {"got": value}


def test_files_are_uploaded(browser):
    found = browser.post("/parts", data={"a": "1"}, files={"file": ("a b.txt", LARGE, "text/plain")}).json()
    assert [(part["name"], part["filename"], part["size"]) for part in found] == [
        ("a", None, 1),
        ("file", "a b.txt", len(LARGE)),
    ]


def test_chunks_are_sent_and_read(browser):
    answer = browser.post("/content", content=(b"piece %d " % i for i in range(100)))
    assert answer.content == b"".join(b"piece %d " % i for i in range(100))
    assert len(browser.get("/stream/chunked/50000").content) == 50_000
    with browser.stream("GET", "/stream/pausing/3000") as answer:
        assert len(b"".join(answer.iter_bytes())) == 3000


def test_many_at_once(browser):
    with concurrent.futures.ThreadPoolExecutor(16) as executor:
        answers = list(executor.map(lambda i: browser.get(f"/users/{i}").json()["args"]["id"], range(200)))
    assert answers == list(range(200))
