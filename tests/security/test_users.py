"""Users on every runtime: who gets in where, who has to wait, what the log says; signed sessions and tokens."""

import base64
import json
import os
import threading
import time
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from MicroWebSrv2.libs.passwords import MakeHash
from tests.emulated import GATEWAY, NO_THREADS
from tests.http.client import Client, request, wait_until

APP = str(Path(__file__).parent / "apps" / "guarded")
PASSWORD = "correct: h\u00f6rse battery"
OTHER = "another long one"
WRONG = "Tr0ub4dor&3-wrong"
ROUNDS = 50
FORM = "Content-Type: application/x-www-form-urlencoded"


class Guards:
    """Starts servers of apps/guarded.py."""

    def __init__(self, runtime, folder):
        self.runtime = runtime
        self._folder = folder
        self._servers = []
        (folder / "www" / "admin").mkdir(parents=True)
        (folder / "www" / "page.txt").write_text("a page")
        (folder / "www" / "admin" / "secret.txt").write_text("a secret")

    def start(self, path="/", most=None, threads=0, users=None):
        if users is None:
            users = [["admin", MakeHash(PASSWORD, os.urandom(12), ROUNDS)], ["other", MakeHash(OTHER, bytes(12), 3)]]
        settings = {"path": path, "most": most, "threads": threads, "users": users, "root": str(self._folder / "www")}
        file = self._folder / f"{len(self._servers)}.json"
        file.write_text(json.dumps(settings))
        server = self.runtime.start(APP, [file], heap="2m", files=[self._folder / "www"])
        self._servers.append(server)
        return server

    def end(self):
        """Stop them; none may have failed, and none have written a password."""
        were_running = [server.is_running for server in self._servers]
        for server in self._servers:
            server.stop()
        assert all(were_running)
        for server in self._servers:
            output = server.output()
            assert "Traceback" not in output, output
            for secret in (PASSWORD, OTHER, WRONG, "pbkdf2", basic("admin", WRONG)[21:], basic("admin", PASSWORD)[21:]):
                assert secret not in output, output


@pytest.fixture(scope="module")
def guards(runtime, tmp_path_factory):
    guards = Guards(runtime, tmp_path_factory.mktemp("guarded"))
    yield guards
    guards.end()


@pytest.fixture(scope="module")
def guarded(guards):
    return guards.start()


def basic(name, password):
    return "Authorization: Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def get(server, path, *fields):
    with Client(server.port) as client:
        return client.get(path, *fields)


def test_nobody_without_a_password(guarded):
    for path in ("/", "/page.txt", "/who", "/no/such/page", "/admin/area"):
        answer = get(guarded, path)
        assert answer.status == 401
        assert answer.field("WWW-Authenticate") == 'Basic realm="MicroWebSrv2"'
        assert answer.field("Retry-After") is None
    with Client(guarded.port) as client:
        assert client.request("POST", "/login", body=b"name=a&life=5").status == 401
        assert client.request("OPTIONS", "/who").status == 401
        assert client.request("HEAD", "/page.txt").status == 401


def test_users_get_in(guarded):
    for name, password in (("admin", PASSWORD), ("other", OTHER)) * 2:
        assert json.loads(get(guarded, "/who", basic(name, password)).body) == {"user": name}
        assert get(guarded, "/page.txt", basic(name, password)).text == "a page"


WRONG_FIELDS = [
    basic("admin", WRONG),
    basic("admin", OTHER),
    basic("other", PASSWORD),
    basic("nobody", PASSWORD),
    basic("", PASSWORD),
    basic("admin", ""),
    basic("Admin", PASSWORD),
    basic("admin", PASSWORD + " "),
    basic("admin", PASSWORD)[:-4],
    "Authorization: Basic " + base64.b64encode(b"admin").decode(),
    "Authorization: Basic !!",
    "Authorization: Basic",
    "Authorization: Bearer " + PASSWORD.encode().hex(),
    "Authorization: Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
    "Authorization: Basic " + base64.b64encode(b"admin:" + b"x" * 4000).decode(),
]


@pytest.mark.parametrize("first", [False, True], ids=["before a login", "after one"])
def test_wrong_credentials(guards, guarded, first):
    """The seal that is kept of a good password opens nothing for another one."""
    if first:
        assert get(guarded, "/who", basic("admin", PASSWORD)).status == 200
    for field in WRONG_FIELDS:
        assert get(guarded, "/who", field).status == 401, field


def test_below_a_path(guards):
    guarded = guards.start(path="/admin")
    assert get(guarded, "/page.txt").status == 200
    assert json.loads(get(guarded, "/who").body) == {"user": None}
    assert json.loads(get(guarded, "/who", basic("other", OTHER)).body) == {"user": "other"}
    protected = ("/admin/secret.txt", "/admin/area", "/admin", "/admin/", "//admin/secret.txt", "/ADMIN/secret.txt")
    around = ("/x/../admin/secret.txt", "/%61dmin/secret.txt", "/./admin/secret.txt", "/admin%2fsecret.txt", "/admin.")
    for path in protected + around:
        assert get(guarded, path).status in (401, 400, 404), path
        assert b"a secret" not in get(guarded, path).body, path
    for path in protected:
        assert get(guarded, path).status == 401, path
    assert get(guarded, "/admin/secret.txt", basic("admin", PASSWORD)).text == "a secret"
    assert get(guarded, "/admin/area", basic("other", OTHER)).text == "the admin's area"


def test_without_users_nobody_gets_in(guards):
    for users in ([], [["admin", None]]):
        guarded = guards.start(users=users)
        assert get(guarded, "/page.txt").status == 401
        assert get(guarded, "/page.txt", basic("admin", PASSWORD)).status == 401
        assert get(guarded, "/page.txt", basic("admin", "")).status == 401


def test_web_sockets_too(guarded):
    with pytest.raises(InvalidStatus) as refused, connect(f"ws://127.0.0.1:{guarded.port}/"):
        pass
    assert refused.value.response.status_code == 401
    name, value = basic("admin", PASSWORD).split(": ")
    with connect(f"ws://127.0.0.1:{guarded.port}/", additional_headers={name: value}) as ws:
        assert ws.recv(20) == "hello"


def wait_for_status(server, path, field, status):
    """Ask until the answer has a status, as a patient client. Returns the answer."""
    for _ in range(200):
        answer = get(server, path, field)
        if answer.status == status:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"still {answer}")


def test_who_guesses_has_to_wait(guards):
    guarded = guards.start(path="/admin", most=3)
    good = basic("admin", PASSWORD)
    assert [get(guarded, "/admin/area", WRONG_FIELDS[0]).status for _ in range(3)] == [401] * 3
    while int(wait_for_status(guarded, "/admin/area", WRONG_FIELDS[0], 429).field("Retry-After")) < 4:
        pass
    answer = get(guarded, "/admin/area", good)  # the right ones are not even looked at, or they would be told apart
    assert answer.status == 429
    assert 1 <= int(answer.field("Retry-After")) <= 4
    assert answer.field("WWW-Authenticate") is None
    assert get(guarded, "/admin/area").status == 401  # no credentials, no guess
    assert get(guarded, "/page.txt").status == 200
    assert json.loads(get(guarded, "/who", good).body) == {"user": None}
    assert wait_for_status(guarded, "/admin/area", good, 200).text == "the admin's area"
    assert [get(guarded, "/admin/area", WRONG_FIELDS[0]).status for _ in range(2)] == [401] * 2
    assert get(guarded, "/admin/area", good).status == 200
    failure = f"2 {GATEWAY if guards.runtime.is_board else '127.0.0.1'}: wrong credentials"
    wait_until(lambda: guarded.output().count(failure) >= 6, "each failure is in the log")


def test_checks_of_handlers_count_too(guards):
    guarded = guards.start(path="/admin", most=2)
    wrong = request("POST", "/login", [FORM, basic("form", WRONG)], b"name=a&life=5")
    with Client(guarded.port) as client:
        statuses = []
        while 429 not in statuses:
            client.send(wrong)
            statuses.append(client.response().status)
        assert statuses[:2] == [401, 401]


def test_handlers_do_not_look_at_credentials_of_who_has_to_wait(guards):
    """Or it would be told apart which are right."""
    guarded = guards.start(path="/admin", most=2)
    wrong = request("POST", "/login", [FORM, basic("form", WRONG)], b"name=a&life=5")
    right = request("POST", "/login", [FORM, basic("form", "secret pass")], b"name=a&life=5")
    with Client(guarded.port) as client:
        client.send(wrong + wrong + right)  # all before the first second is over
        assert [client.response().status for _ in range(3)] == [401, 401, 429]


def test_no_limit(guards):
    guarded = guards.start(most=None)
    with Client(guarded.port) as client:
        assert {client.get("/page.txt", WRONG_FIELDS[0]).status for _ in range(50)} == {401}


@pytest.mark.not_on_board(NO_THREADS)
def test_threads(guards):
    """Threads that share the users and the table of failures."""
    guarded = guards.start(threads=3, most=1000)
    outcomes = []

    def ask(field, expected):
        with Client(guarded.port) as client:
            outcomes.append({client.get("/page.txt", field).status for _ in range(50)} == {expected})

    rows = [(basic("admin", PASSWORD), 200), (basic("other", OTHER), 200), (basic("admin", WRONG), 401)] * 3
    threads = [threading.Thread(target=ask, args=row) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [True] * 9


def test_session_and_token(guards):
    guarded = guards.start(path="/admin")
    with Client(guarded.port) as client:
        login = [FORM, basic("form", "secret pass")]
        answer = client.request("POST", "/login", login, b"name=h%C3%A9l%C3%A8ne&life=60")
        cookie = answer.field("Set-Cookie").split(";")[0]
        token = json.loads(answer.body)["token"]
        assert client.get("/session", "Cookie: " + cookie).text == "h\u00e9l\u00e8ne"
        assert client.get("/bearer", "Authorization: Bearer " + token).text == "token h\u00e9l\u00e8ne"
        forged = cookie[:-1] + ("E" if cookie[-1] == "A" else "A")
        assert client.get("/session", "Cookie: " + forged).status == 403
        assert client.get("/session").status == 403
        assert client.get("/bearer", f"Authorization: Bearer {token}x").status == 401
        answer = client.request("POST", "/login", login, b"name=short&life=1")
        token = json.loads(answer.body)["token"]
        wait_for_status(guarded, "/bearer", "Authorization: Bearer " + token, 401)
