"""The files of the welcome page: small, whole, self-contained, readable, and true about the repository."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import html5lib
import pytest

ROOT = Path(__file__).resolve().parents[2]
WEBROOT = ROOT / "webroot"
# What the server sends: its MIME table as documented, and the copies it picks by itself.
SERVED = {".html", ".css", ".js", ".svg", ".ico", ".json", ".png", ".txt", ".gz"}
BUDGET = 20 * 1024  # bytes of flash, for all of webroot/
TRANSFER_BUDGET = 6 * 1024  # bytes sent to a browser that accepts gzip
# Attributes by which a page makes the browser fetch.
FETCHING = {"src", "href", "srcset", "data", "action", "poster", "xlink:href"}
# (text, what it stands on): every such pair that style.css uses for text.
TEXT_PAIRS = [(text, ground) for text in ("ink", "soft", "mask", "copper") for ground in ("bg", "panel")]
TEXT_PAIRS.append(("ink", "code"))

ASK_ROUTE = """
found = ResolveRoute(GET, '/hello/you')
print(found.Handler.__name__, found.Args)
"""


def files():
    """Return all files of the web folder."""
    return sorted(path for path in WEBROOT.rglob("*") if path.is_file())


def read(name):
    """Return the text of one file of the web folder."""
    return (WEBROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page():
    """Return index.html as an ElementTree element; html5lib in strict mode raises at the first error of syntax."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(read("index.html"))


def by_id(page, name):
    """Return the element of `page` with that id."""
    found = [element for element in page.iter() if element.get("id") == name]
    assert len(found) == 1, f"id {name}: {len(found)} elements"
    return found[0]


def text_of(element):
    """Return the text of `element` and of all it contains."""
    return "".join(element.itertext())


def test_all_of_it_is_within_the_budget():
    assert files()
    assert sum(path.stat().st_size for path in files()) <= BUDGET


def test_a_visit_costs_little():
    sent = {path.name: path.stat().st_size for path in files() if path.suffix != ".gz"}
    sent.update({path.stem: path.stat().st_size for path in files() if path.suffix == ".gz"})
    assert sum(sent.values()) <= TRANSFER_BUDGET


def test_every_file_is_of_a_type_the_server_sends():
    assert {path.suffix for path in files()} <= SERVED


def test_the_page_says_what_it_is(page):
    assert page.get("lang") == "en"
    assert text_of(page.find("head/title")).strip()
    assert [text_of(h)[:10] for h in page.iter("h1")] == ["Hello from"]
    assert page.find("body/main") is not None
    for svg in (element for element in page.iter() if element.tag.endswith("svg")):
        assert svg.get("aria-hidden") == "true" or svg.get("aria-label")


def test_without_javascript_it_promises_nothing_live(page):
    panel = by_id(page, "live")
    assert panel.get("data-state") == "off" and text_of(by_id(page, "state")) == "Not live"
    assert "JavaScript" in "".join(text_of(element) for element in panel.iter("noscript"))


def test_ids_are_single_and_labels_point_at_them(page):
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    labels = [element.get("aria-labelledby") for element in page.iter() if element.get("aria-labelledby")]
    assert labels and set(labels) <= set(ids)


def test_nothing_is_fetched_from_elsewhere(page):
    local = set()
    for element in page.iter():
        for name, value in element.attrib.items():
            if name in FETCHING and not value.startswith("data:"):
                assert re.match(r"(?!//)[\w/.-]+$", value), f"<{element.tag} {name}={value}>"
                local.add(value)
    assert {"style.css", "app.js"} <= local
    assert all((WEBROOT / name).is_file() for name in local - {"/api/status"})
    assert not re.search(r"url\(|@import|//[a-z]", read("style.css"))
    assert re.findall(r"fetch\((.*?)[,)]", read("app.js")) == ["'/api/status'"]


def test_a_strict_content_security_policy_would_let_it_pass(page):
    for element in page.iter():
        assert element.tag != "style", "styles belong in style.css"
        assert element.tag != "script" or (element.get("src") and not element.text)
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", read("app.js"))


def palettes():
    """Return {"light": {name: (r, g, b)}, "dark": ...} from the custom properties of style.css."""
    light, dark = read("style.css").split("@media (prefers-color-scheme: dark)", 1)
    dark = dark[: dark.index("}")]
    return {
        scheme: {name: rgb(value) for name, value in re.findall(r"--(\w+): #([0-9a-f]+);", css)}
        for scheme, css in (("light", light), ("dark", dark))
    }


def rgb(digits):
    """Return the (r, g, b) of 3 or 6 hexadecimal digits, each 0..255."""
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return tuple(bytes.fromhex(digits))


def luminance(colour):
    """Return the relative luminance of WCAG 2.2, 0..1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_has_the_contrast_of_level_aa(scheme, text, ground):
    palette = palettes()[scheme]
    low, high = sorted((luminance(palette[text]), luminance(palette[ground])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_motion_is_only_for_those_who_did_not_ask_for_less():
    calm, _, moving = read("style.css").partition("@media (prefers-reduced-motion: no-preference)")
    assert not re.search(r"animation|transition", calm)
    assert re.search(r"animation", moving)


def test_the_configuration_shown_is_valid(page):
    shown = json.loads(text_of(by_id(page, "config-json")))
    assert shown["wifi"]["networks"][0].keys() == {"ssid", "password"}
    schema = ROOT / "tools" / "config_schema.json"
    if not schema.exists():
        pytest.skip("tools/config_schema.json is not there to check it against")
    import jsonschema

    jsonschema.validate(shown, json.loads(schema.read_text(encoding="utf-8")))


def test_the_program_shown_compiles_and_uses_its_arguments(page):
    tree = ast.parse(text_of(by_id(page, "app-py")))
    handler = tree.body[-1]
    assert isinstance(handler, ast.FunctionDef)
    assert [argument.arg for argument in handler.args.args] == ["server", "request", "args"]
    assert "/hello/<name>" in ast.unparse(handler.decorator_list[0])


def test_the_program_shown_registers_its_route(page):
    if not (ROOT / "modules" / "MicroWebSrv2" / "__init__.py").exists():
        pytest.skip("modules/MicroWebSrv2 is not there to run it")
    # In an interpreter of its own: routes are global.
    program = text_of(by_id(page, "app-py")) + ASK_ROUTE
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "modules", capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("Hello {'name': 'you'}\n", "")


def test_the_files_it_names_are_there(page):
    named = [text_of(code) for code in by_id(page, "examples").iter("code")]
    assert named
    if not (ROOT / "examples").is_dir():
        pytest.skip("examples/ is not there to look into")
    assert [name for name in named if not (ROOT / "examples" / name).is_file()] == []
    assert (ROOT / "README.md").is_file() and (ROOT / "boards").is_dir()
