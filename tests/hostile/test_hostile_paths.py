"""No spelling of a path leads to what is not to be served, over HTTP, on each file system that devices have.

FAT takes any case of letters, dots and spaces at a name's end, a second, short name for each that is long or begins
with a dot (HIDDEN~1.TXT), and a control character for the end of it all. What no file system has on a device, a named
pipe, a device file, a link, is tried on this computer's.
"""

import base64
import os
import re
import socket
import stat
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import require
from tests.http.client import Client
from tests.runtimes import RUNTIMES

APP = str(Path(__file__).parent / "apps" / "disk")
ADMIN = "Authorization: Basic " + base64.b64encode(b"admin:pass").decode()
PLACES = [("cpython", "posix"), ("unix", "posix"), ("unix", "VfsLfs2"), ("unix", "VfsFat"), ("newest", "VfsFat")]

# What is not to be had, with the short names that FAT has for its parts.
TARGETS = {
    "/.hidden.txt": ["/HIDDEN~1.TXT", "/HIDDEN~1.TXT.", "/hidden~1.txt", "/%48idden~1.txt"],
    "/.git/config.txt": ["/GIT~1/config.txt", "/GIT~1/CONFIG.TXT", "/git~1/config.txt", "/GIT~1./config.txt"],
    "/.git/index.html": ["/GIT~1/", "/GIT~1", "/git~1/index.html", "/GIT~1/INDEX~1.HTM"],
    "/template.pyhtml": ["/TEMPLA~1.PYH", "/templa~1.pyh", "/TEMPLA~1.PYHTML", "/template.PyHtMl."],
    "/sub/index.pyhtml": ["/sub/INDEX~1.PYH", "/SUB/index.pyhtml", "/sub./index.pyhtml"],
    "/data.bin": ["/DATA.BIN", "/DATA~1.BIN"],
    "/noextension": ["/NOEXTE~1", "/noexte~1"],
    "/admin/secret.txt": [
        "/ADMIN~1/secret.txt",
        "/ADMIN/SECRET.TXT",
        "/Admin/secret.txt",
        "/long folder/../admin./secret.txt",
    ],
    "/../config.json": ["/../CONFIG~1.JSO", "/config.json", "/disk/config.json", "/disk/www/../config.json"],
    "/../www-secret/secret.txt": ["-secret/secret.txt", "/../WWW-SE~1/secret.txt", "/www-secret/secret.txt"],
}

# Ways to spell a path: what a file system, or the way to it, may take for the same name.
SPELLINGS = {
    "as it is": lambda path: path,
    "in capitals": str.upper,
    "in mixed letters": str.swapcase,
    "a dot behind": lambda path: path + ".",
    "dots and spaces behind": lambda path: path + ". .",
    "a space behind": lambda path: path + " ",
    "a space before the name": lambda path: re.sub(r"/([^/]+)$", r"/ \1", path),
    "a dot behind the folder": lambda path: re.sub(r"(?<=[^/.])/", "./", path),
    "a space behind the folder": lambda path: re.sub(r"(?<=[^/.])/", " /", path),
    "a slash behind": lambda path: path + "/",
    "slashes in a row": lambda path: path.replace("/", "//"),
    "backslashes": lambda path: path[0] + path[1:].replace("/", "\\"),
    "a folder and back": lambda path: "/sub/.." + path,
    "a file and back": lambda path: "/page.txt/.." + path,
    "a dot as a folder": lambda path: "/." + path,
    "another type behind NUL": lambda path: path + "\0.txt",
    "a short name ahead": lambda path: "/named~1.html/.." + path,
    "a stream of NTFS": lambda path: path + "::$DATA",
    "another type as its path": lambda path: path + "/page.txt",
    "a type behind a semicolon": lambda path: path + ";.txt",
    "compressed": lambda path: path + ".gz",
    "letters of full width": lambda path: path[:-1] + chr(ord(path[-1]) + 0xFEE0),
    "a dot of another kind": lambda path: path.replace(".", "\u2024"),
}
SPELLINGS.update(
    (f"another type behind {control:#04x}", lambda path, control=control: f"{path}{chr(control)}.txt")
    for control in (1, 9, 10, 13, 31, 127)
)
HARMLESS = "/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~"
ENCODINGS = {
    "where needed": lambda path: quote(path, HARMLESS + "./;$:."),
    "all": lambda path: "/" + "".join(f"%{byte:02x}" for byte in path[1:].encode()),
    "all but slashes": lambda path: "".join(
        "/" if c == "/" else "".join(f"%{b:02X}" for b in c.encode()) for c in path
    ),
    "dots": lambda path: quote(path, HARMLESS).replace(".", "%2e"),
    "twice": lambda path: "/" + quote(quote(path[1:], "")),
}


def paths(has_users):
    """Every target in every spelling and encoding, once."""
    found = []
    for target, others in TARGETS.items():
        if target.startswith("/admin") and not has_users:
            continue
        for path in (target, *others):
            spelled = [spell(path) for spell in SPELLINGS.values()]
            found += [encode(each) for each in spelled for encode in ENCODINGS.values()]
    return list(dict.fromkeys(found))


@pytest.fixture(
    scope="module", params=["", "PyhtmlTemplate", "Users PyhtmlTemplate"], ids=["files alone", "templates", "users"]
)
def modules(request):
    return request.param


@pytest.fixture(scope="module", params=PLACES, ids="-".join)
def server(request, modules, tmp_path_factory):
    name, kind = request.param
    folder = [tmp_path_factory.mktemp("disk")] if kind == "posix" else []
    with require(RUNTIMES[name]).start(APP, [kind, *folder, *modules.split()], heap="4m") as server:
        server.kind = kind
        server.folder = folder[0] if folder else None
        server.has_templates = "Pyhtml" in modules
        server.has_users = "Users" in modules
        yield server
        assert server.is_running
        assert "Traceback" not in server.output(), server.output()


def answers(server, wanted):
    """Yields (path, answer) of GET for each path, over as few connections as the server likes."""
    client = Client(server.port)
    for path in wanted:
        client.send(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        answer = client.response()
        yield path, answer
        if answer.field("Connection") == "close":
            client.close()
            client = Client(server.port)
    client.close()


def test_nothing_is_had_that_is_not_served(server):
    tried = 0
    for path, answer in answers(server, paths(server.has_users)):
        assert b"SECRET" not in answer.body, path
        assert answer.status in (200, 307, 400, 401, 403, 404), path
        if answer.status == 200:  # a template's own answer, or the same file by another name
            assert answer.text in ("a template", "an index", "a page", "another page", "the index"), path
        tried += 1
    assert tried > 2500


def test_what_is_served_is_had(server):
    """Otherwise nothing would be shown by what is not."""
    with Client(server.port) as client:
        for path, text in (("/", "the index"), ("/page.txt", "a page"), ("/named~1.html", "another page")):
            assert client.get(path, ADMIN).text == text
        assert client.get("/long%20folder/a%20long%20name.html").text == "a long name"
        assert client.get("/admin/secret.txt").status == (401 if server.has_users else 200)
        assert client.get("/admin/secret.txt", ADMIN).text == "SECRET"
        answer = client.get("/template.pyhtml")
    assert (answer.status, b"a template" in answer.body) == ((200, True) if server.has_templates else (403, False))


def test_the_file_system_is_what_it_is_taken_for(server):
    """FAT finds the page in capitals, the others do not."""
    status = dict(answers(server, ["/PAGE.TXT"]))["/PAGE.TXT"].status
    assert status == (200 if server.kind == "VfsFat" else 404)


# --- on this computer ---


def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


def make_zero(path):
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))


def link_to_zero(path):
    path.symlink_to("/dev/zero")


def link_to_itself(path):
    path.symlink_to(path.name)


def link_to_pipe(path):
    pipe = path.with_name(path.name + ".fifo")
    os.mkfifo(pipe)
    path.symlink_to(pipe.name)


def folder_without_a_page(path):
    path.mkdir()


SPECIAL = [make_pipe, make_socket, make_zero, link_to_zero, link_to_itself, link_to_pipe, folder_without_a_page]


ON_POSIX = [place for place in PLACES if place[1] == "posix"]


@pytest.mark.parametrize("server", ON_POSIX, ids="-".join, indirect=True)
@pytest.mark.parametrize("make", SPECIAL, ids=lambda make: make.__name__)
def test_what_is_no_file_is_never_opened(server, make, tmp_path, monkeypatch):
    """A named pipe would be waited for, for ever; a device never ends."""
    monkeypatch.chdir(tmp_path)  # an address of a socket is short
    special = tmp_path / "special"
    try:
        make(special)
    except PermissionError:
        pytest.skip("only root makes device files")
    root = server.folder / "www"
    names = [f"{make.__name__}.txt", f"{make.__name__}.pyhtml", f"{make.__name__}.js.gz"]
    for name in names:
        if special.is_symlink() or special.is_dir():
            make(root / name)
        else:
            os.link(special, root / name)
    (root / f"{make.__name__}.js").write_text("script")
    with Client(server.port) as client:
        for name in names:
            assert client.get("/" + name).status in (403, 404), name
            assert client.request("HEAD", "/" + name).status in (403, 404), name
        packed = client.get(f"/{make.__name__}.js", "Accept-Encoding: gzip")
        assert (packed.text, packed.field("Content-Encoding")) == ("script", None)


@pytest.mark.parametrize("server", [("cpython", "posix")], ids=["cpython"], indirect=True)
def test_no_link_leads_out_of_the_root(server):
    """MicroPython cannot tell a link from what it leads to: SECURITY.md says so."""
    root = server.folder / "www"
    (root / "out.txt").symlink_to(server.folder / "config.json")
    (root / "out").symlink_to(server.folder / "www-secret")
    (root / "www").symlink_to(root)
    (root / "relative.txt").symlink_to("../config.json")
    (root / "twice.txt").symlink_to("out.txt")
    (root / "out.pyhtml").symlink_to(server.folder / "www-secret" / "secret.txt")
    (root / "linked").mkdir()
    (root / "linked" / "index.html").symlink_to(server.folder / "config.json")
    (root / "script.js").write_text("script")
    (root / "script.js.gz").symlink_to(server.folder / "config.json")
    os.utime(server.folder / "config.json", (4_000_000_000, 4_000_000_000))  # an older twin is not sent anyway
    alone = ["/out.txt", "/relative.txt", "/twice.txt", "/out.pyhtml", "/www/out.txt"]
    for path in [*alone, "/out/secret.txt", "/out/", "/linked/", "/linked/index.html"]:
        with Client(server.port) as client:
            answer = client.get(path)
            assert (answer.status, b"SECRET" in answer.body) == (404, False), path
    with Client(server.port) as client:
        assert client.get("/www/page.txt").text == "a page"
        assert client.get("/script.js", "Accept-Encoding: gzip").text == "script"
