"""The demonstration in a real browser: every part is used as a visitor does, and its picture taken."""

import json

import pytest
from playwright.sync_api import expect

from tests.runtimes import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
DESKTOP = {"width": 1000, "height": 800}
PHONE = {"width": 360, "height": 740}
PATHS = ("/", "/form", "/json.html", "/table.pyhtml", "/echo.html", "/chat.html")
MARKUP = "<img src=x onerror=\"document.title='taken'\">"
WAIT_MS = 20_000


class Visitor:
    """A window of its own, without another's cookies: `page`, and the `faults` that the browser complained of."""

    def __init__(self, browser, demo, viewport):
        self._demo = demo
        self._context = browser.new_context(base_url=demo.url, viewport=viewport)
        self.page = self._context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._on_console)
        self.page.on("request", self._on_request)

    def _on_console(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _on_request(self, request):
        if not request.url.startswith((self._demo.url, "data:")):
            self.faults.append(f"went elsewhere: {request.url}")

    def see(self, selector, text):
        """Wait until the element holds `text`."""
        expect(self.page.locator(selector)).to_contain_text(text, timeout=WAIT_MS)

    def picture(self, name):
        """Take a picture of the whole page."""
        folder = SCREENSHOTS / self._demo.name.lower()
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def close(self):
        """Close the window."""
        self._context.close()


@pytest.fixture
def visit(browser, demo):
    """A function that opens a window for a new visitor. At the end none of them may have met a fault."""
    visitors = []

    def open_window(path, viewport=DESKTOP):
        visitors.append(Visitor(browser, demo, viewport))
        visitors[-1].page.goto(path)
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.close()
    assert [visitor.faults for visitor in visitors] == [[]] * len(visitors)


def test_the_first_page_leads_to_all_parts(visit):
    visitor = visit("/")
    visitor.picture("index")
    targets = [link.get_attribute("href") for link in visitor.page.locator(".cards a").all()]
    assert set(targets) == {*PATHS[1:], "/redirect"}
    for target in targets:
        visitor.page.goto("/")
        visitor.page.click(f'.cards a[href="{target}"]')
        visitor.page.wait_for_url("/form" if target == "/redirect" else target)
        visitor.page.click("nav a")
        visitor.page.wait_for_url("/")


@pytest.mark.parametrize("path", PATHS)
def test_it_fits_a_phone(visit, path):
    visitor = visit(path, PHONE)
    visitor.picture("phone-" + (path.strip("/").partition(".")[0] or "index"))
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert visitor.page.evaluate("document.styleSheets.length") == 1
    assert visitor.page.evaluate("document.compatMode") == "CSS1Compat"


def test_the_form_is_filled(visit):
    visitor = visit("/redirect")
    visitor.page.fill("[name=name]", "Zoë <b>")
    visitor.page.select_option("[name=colour]", "copper")
    visitor.page.fill("[name=text]", f"Two lines,\n  {MARKUP} & more")
    visitor.picture("form")
    visitor.page.click("button")
    visitor.see("#name", "Zoë <b>")
    visitor.picture("form-posted")
    assert visitor.page.locator("#colour").inner_text() == "copper"
    assert visitor.page.locator("#text").inner_text() == f"Two lines,\n  {MARKUP} & more"
    assert visitor.page.title() == "Thank you"


def test_the_script_gets_an_object(visit, demo):
    visitor = visit("/json.html")
    visitor.see("#note", "Answer 1,")
    visitor.page.click("#ask")
    visitor.see("#note", "Answer 2,")
    visitor.picture("json")
    answer = json.loads(visitor.page.locator("#answer").inner_text())
    assert answer["runtime"] == {"CPYTHON": "cpython", "UNIX": "micropython"}[demo.name]
    assert answer["client"].startswith("127.0.0.1:") and "Chrome" in answer["userAgent"]


def test_the_page_with_python_renders(visit):
    visitor = visit("/table.pyhtml")
    assert visitor.page.locator("h1").inner_text() == "The table of 7"
    visitor.page.fill("[name=n]", "12")
    visitor.page.click("button")
    visitor.see("h1", "The table of 12")
    rows = [row.inner_text() for row in visitor.page.locator("tr").all()]
    assert rows == [f"{i} × 12\t{i * 12}" for i in range(1, 11)]
    visitor.picture("pyhtml")
    assert "{{" not in visitor.page.content()


def test_the_page_with_python_escapes(visit):
    visitor = visit("/table.pyhtml?n=%3Cb%3E")
    visitor.see("#refused", "<b> is no number")
    assert visitor.page.locator("h1").inner_text() == "The table of 7"


def test_the_echo_echoes(visit):
    visitor = visit("/echo.html")
    visitor.see("#state", "Connected")
    for text in ("Grüße, 世界 🌍", MARKUP):
        visitor.page.fill("#text", text)
        visitor.page.press("#text", "Enter")
        visitor.see("#log .echo:last-child", text)
    visitor.page.click("#binary")
    visitor.see("#log .echo:last-child", "1000 bytes")
    visitor.picture("echo")
    assert visitor.page.locator("#log .echo").count() == 3
    assert visitor.page.locator("#log img").count() == 0


def join(visitor, name):
    visitor.page.fill("#name", name)
    visitor.page.click("#join button")


def say(visitor, text):
    visitor.page.fill("#text", text)
    visitor.page.press("#text", "Enter")


def test_two_windows_talk(visit):
    ann = visit("/chat.html")
    join(ann, "Ann")
    ann.see("#state", "You are Ann. Here: Ann")
    bob = visit("/chat.html", PHONE)
    join(bob, "Bob")
    bob.see("#state", "You are Bob. Here: Ann, Bob")
    ann.see("#log", "Bob has come")
    say(ann, "Hello Bob, is the board still up?")
    bob.see("#log .theirs:last-child", "Hello Bob, is the board still up?")
    bob.see("#log .theirs:last-child b", "Ann")
    say(bob, "It is ☺ " + MARKUP)
    ann.see("#log .theirs:last-child", "It is ☺ " + MARKUP)
    bob.see("#log .mine:last-child", "It is ☺ " + MARKUP)
    assert ann.page.locator("#log img").count() == 0
    ann.picture("chat-ann")
    bob.picture("phone-chat-bob")
    visit("/table.pyhtml").see("#chat", "Ann, Bob")
    bob.page.click("#leave")
    ann.see("#log", "Bob has left")
    bob.see("#state", "You have left")
    ann.see("#state", "You are Ann. Here: Ann")


def test_a_name_is_given_once(visit):
    first, second = visit("/chat.html"), visit("/chat.html")
    join(first, "Eve")
    first.see("#state", "You are Eve.")
    join(second, "Eve")
    second.see("#state", "You are Eve 2. Here: Eve, Eve 2")
    second.close()  # a window that is closed says no goodbye of its own
    first.see("#log", "Eve 2 has left")
