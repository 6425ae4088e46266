"""The server as a whole: its limits, its deadlines, its log, its modules, how it is started and stopped."""

import json
import re
import shutil
import time

import pytest

from tests.emulated import FILES_OF_ITS_OWN, NO_PROCESS, NO_REFUSAL, NO_THREADS, TOO_LARGE, but_on_board
from tests.http.client import Client, request, wait_until
from tests.http.test_http_connection import assert_all_buffers_there
from tests.runtimes import APPS, MODULES

HELLO = request("GET", "/hello")
FILE = request("GET", "/page.txt")


# --- deadlines: the server has one second here, and looks at its clock twice a second ---


@pytest.fixture(scope="module")
def hasty(sites):
    return sites.start(RequestsTimeoutSec=1)


UNFINISHED = (
    b"G",
    HELLO[:-2],
    b"POST /content HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n",
    b"POST /content HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345",
    b"POST /content HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
    b"PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345",
)


def test_request_that_does_not_come(hasty):
    clients = {sent: Client(hasty.port) for sent in UNFINISHED}
    for sent, client in clients.items():
        client.send(sent)
    for sent, client in clients.items():
        answer = client.response()
        assert (answer.status, answer.field("Connection")) == (408, "close"), sent
        assert client.ends(), sent
        client.close()


def test_head_that_drips(hasty):
    """A byte now and then does not begin the deadline anew."""
    with Client(hasty.port) as client:
        client.send(HELLO[:-2] + b"X: ")
        while client.get_nothing_yet():
            client.send(b"x")
        assert client.response().status == 408


def test_silent_connection_is_closed(hasty):
    with Client(hasty.port) as never, Client(hasty.port) as once:
        assert once.get("/hello").text == "hello"
        assert never.ended()
        assert once.ended()


def test_reader_that_has_stopped_is_cut(hasty):
    with Client(hasty.port, receive_buffer=4096) as client:
        client.send(request("GET", "/stream/known/50000000"))
        hasty.wait_for("STREAM CLOSED [1-9]")
        assert len(client.read_until_end()) < 50_000_000


def test_rest_of_a_refused_content_is_not_read_for_ever(hasty):
    with Client(hasty.port) as client:
        client.send(request("POST", "/content", ["Content-Length: 999999"]))
        assert client.response().status == 413
        assert client.ended()


# --- limits ---


@pytest.fixture(scope="module")
def small(sites):
    return sites.start(BufferSlotsCount=4, BufferSlotSize=512, roomy=True)


def test_more_slow_requests_than_buffers(small):
    """The one that came in for the longest gives way; whoever asks like everybody else is served."""
    slow = [Client(small.port) for _ in range(20)]
    for client in slow:
        client.send(HELLO[:-2])
    for _ in range(20):
        with Client(small.port) as client:
            assert client.get("/hello").text == "hello"
    statuses = []
    for client in slow:
        client.send(b"\r\n")
        statuses.append(client.response().status)
        client.close()
    assert set(statuses) == {200, 408}


def test_more_requests_at_a_time_than_buffers(small):
    """Whole requests wait for their turn, none is refused."""
    clients = [Client(small.port) for _ in range(50)]
    for client in clients:
        client.send(request("GET", "/stream/known/20000"))
    for client in clients:
        assert len(client.response().body) == 20_000
        client.close()


def is_at_rest(server):
    """Whether the server had nothing to do for a while."""
    before = server.cpu_sec()
    time.sleep(0.1)
    return server.cpu_sec() == before


@pytest.mark.not_on_board(NO_PROCESS)
@pytest.mark.parametrize(("fault", "status"), [("/raises", 500), ("/echo?a=%zz", 400), ("*", 400)])
def test_faults_of_requests_that_have_waited(small, fault, status):
    """Whoever has waited for a buffer is answered as all are when its handler, or its head, fails then."""
    holders = [Client(small.port) for _ in range(8)]
    clients = [Client(small.port) for _ in range(12)]
    for client in holders:  # their contents lie in the buffers until they are answered, some time later
        client.send(request("POST", "/defer/content", body=b"kept"))
    for client in clients:
        client.send(request("GET", fault))
    for client in holders:
        assert client.response().text == "deferred kept "
        client.close()
    for client in clients:
        assert client.response().status == status
        client.close()
    assert_all_buffers_there(small, 4)


def test_readers_that_have_stopped_give_way(sites):
    """They hold both buffers; of those who want one, two go away again; the third is answered all the same."""
    server = sites.start(BufferSlotsCount=2, RequestsTimeoutSec=600)
    readers = [Client(server.port, receive_buffer=4096) for _ in range(2)]
    for reader in readers:
        reader.send(request("GET", "/stream/endless"))
        reader.head_only()
    wait_until(lambda: is_at_rest(server), "both readers' buffers are full")
    waiting = [Client(server.port) for _ in range(3)]
    for client in waiting:
        client.send(HELLO)
    waiting[0].reset()
    waiting[1].reset()
    assert waiting[2].response().text == "hello"
    for client in (waiting[2], *readers):
        client.close()


def test_idle_connections_hold_no_buffer(small):
    idle = [Client(small.port) for _ in range(30)]
    for client in idle:
        assert client.get("/hello").text == "hello"
    for client in idle:
        assert client.get("/page.txt").status == 200
        client.close()


def test_buffers_that_are_allocated_when_needed(sites):
    server = sites.start(KeepAllocBufferSlots=False, BufferSlotsCount=4)
    clients = [Client(server.port) for _ in range(20)]
    for _ in range(3):
        for client in clients:
            client.send(request("POST", "/content", body=b"x" * 700) + request("GET", "/page.txt"))
        for client in clients:
            assert client.response().body == b"x" * 700
            assert client.response().status == 200


def test_head_of_two_buffers_is_not_too_large(site):
    fields = [f"X-{i}: {'y' * 60}" for i in range(50)]
    with Client(site.port) as client:
        assert client.request("GET", "/hello", fields).text == "hello"


PRESETS = [("Light", "2m"), ("Normal", "6m"), ("Large", "64m")]


@pytest.mark.parametrize(("preset", "heap"), but_on_board(TOO_LARGE, PRESETS, lambda row: row[0] != "Light"))
def test_preset(sites, preset, heap):
    server = sites.start(preset=preset, heap=heap, roomy=True)
    with Client(server.port) as client:
        data = b"p" * 300_000
        assert client.request("POST", "/content", body=data).body == data
        assert client.get("/large.txt").status == 200


# --- the log ---


def test_log_without_a_callback(sites):
    server = sites.start(log=False)
    with Client(server.port) as client:
        client.get("/nothing")
        line = server.wait_for("was not answered").string
    assert re.match(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ WARNING GET /nothing was not answered by its handler", line)


def test_levels_of_the_log(sites):
    server = sites.start()
    server_output = server.output()
    assert "LOG 1 listening on " in server_output
    with Client(server.port) as client:
        client.get("/nothing")
        client.get("/raises")
        client.send(b"nonsense\r\n\r\n")
        client.response()
    server.wait_for("LOG 2 GET /nothing")
    server.wait_for("LOG 3 GET /raises")
    server.wait_for("LOG 0 .* refused: ")


# --- modules ---

TEST_MODULE = """
class TestMod:

    def __init__(self):
        self.count = 0

    def OnRequest(self, microWebSrv2, request):
        self.count += 1
        print("%s: %s %s from %s" % (NAME, request.Method, request.Path, request.UserAddress[0]))
        if request.Path == "/taken/" + NAME:
            request.Response.ReturnOk("%s has seen %d" % (NAME, self.count))
        elif request.Path == "/later/" + NAME:
            response = request.Response
            response.Defer()
            pool = request.XAsyncTCPClient.GetAsyncSocketsPool()

            def answer():
                pool.RemoveTimer(answer)
                response.ReturnOk("later")

            pool.AddTimer(20, answer)
        elif request.Path == "/module/raises":
            raise ValueError("the module's own fault")
        elif request.Path == "/content/" + NAME:
            request.Response.ReturnOk(request.Content)
"""


@pytest.fixture(scope="module")
def with_modules(sites, tmp_path_factory):
    """A copy of the package with two modules more in its folder mods/, as their documentation says."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(MODULES / "MicroWebSrv2", folder / "MicroWebSrv2", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("ModA", "ModB"):
        text = f"NAME = {name!r}\n" + TEST_MODULE.replace("class TestMod", f"class {name}")
        (folder / "MicroWebSrv2" / "mods" / f"{name}.py").write_text(text)
    env = {"PYTHONPATH": str(folder), "MICROPYPATH": f"{folder}:.frozen"}
    return sites.start(env=env, modules=["ModA", "ModB"])


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_modules_see_every_request_in_the_order_of_loading(with_modules):
    with Client(with_modules.port) as client:
        for method, path in (("GET", "/hello"), ("GET", "/page.txt"), ("POST", "/no/such/thing"), ("HEAD", "/users/1")):
            client.request(method, path)
            with_modules.wait_for(f"ModA: {method} {path} from 127.0.0.1")
            with_modules.wait_for(f"ModB: {method} {path} from 127.0.0.1")


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_module_takes_a_request(with_modules):
    with Client(with_modules.port) as client:
        first, second = client.get("/taken/ModA").text, client.get("/taken/ModA").text
        assert first.startswith("ModA has seen") and first != second
        assert client.get("/taken/ModB").text.startswith("ModB has seen")
        assert client.get("/later/ModA").text == "later"
        assert client.request("POST", "/content/ModB", body=b"data").text == "data"
        assert client.get("/hello").text == "hello"
    assert "ModB: GET /taken/ModA" not in with_modules.output()


@pytest.mark.not_on_board(FILES_OF_ITS_OWN)
def test_module_that_raises(with_modules):
    with Client(with_modules.port) as client:
        assert client.get("/module/raises").status == 500
        assert client.get("/hello").text == "hello"


# --- start and stop ---


@pytest.mark.not_on_board(NO_REFUSAL)
def test_handler_stops_the_server(sites):
    server = sites.start()
    with Client(server.port) as client:
        assert client.get("/quit").text == "bye"
    server.wait_for("LOG 1 stopped")
    with pytest.raises(ConnectionRefusedError):
        Client(server.port)


@pytest.mark.not_on_board(NO_THREADS)
def test_first_requests_of_several_threads(runtime, webroot, tmp_path):
    """Nothing was imported yet that serves them, and MicroPython's import knows no lock."""
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"RootPath": str(webroot), "threads": 3}))
    for _ in range(3):
        with runtime.start("site", [settings]) as server:
            clients = [Client(server.port) for _ in range(12)]
            for client in clients:
                client.send(FILE)
            for client in clients:
                assert client.response().status == 200
                client.close()


@pytest.mark.not_on_board(NO_THREADS)
@pytest.mark.parametrize("threads", [1, 3])
def test_threads(sites, threads):
    server = sites.start(threads=threads, BufferSlotsCount=32)
    with Client(server.port) as client:
        client.get("/page.txt")
        client.get("/defer/timer/x")
    for _ in range(5):
        clients = [Client(server.port) for _ in range(20)]
        for i, client in enumerate(clients):
            client.send(request("GET", f"/users/{i}") + request("GET", "/page.txt") + request("GET", "/defer/timer/x"))
        for i, client in enumerate(clients):
            assert json.loads(client.response().body)["args"]["id"] == i
            assert len(client.response().body) == 100
            assert client.response().text == "deferred x "
            client.close()


@pytest.mark.not_on_board(NO_PROCESS)
def test_port_in_use(runtime):
    with runtime.start("site") as first:
        second = runtime.start_command([APPS / "site.py", first.port])
        assert second.wait_end() != 0
        assert f"cannot listen on 127.0.0.1:{first.port}" in second.output()


@pytest.mark.not_on_board(NO_THREADS)
@pytest.mark.parametrize("mode", ["restart", "managed-0", "managed-1", "managed-3", "stepped", "two-in-a-pool"])
def test_life(runtime, mode):
    """tests/apps/life.py starts and stops servers in every way, and asks them itself in between."""
    with runtime.start("life", [mode], ports=2) as server:
        server.wait_for(f"DONE {mode}")
        assert "Traceback" not in server.output()


@pytest.mark.not_on_board(NO_PROCESS)
def test_system_chooses_the_port(runtime):
    if runtime.is_micropython:
        pytest.skip("MicroPython's sockets cannot tell which port they got")
    printed = runtime.run(
        "from MicroWebSrv2 import *\n"
        "server = MicroWebSrv2()\n"
        "server.BindAddress = ('127.0.0.1', 0)\n"
        "server.StartManaged()\n"
        "print(server.BindAddress[1])\n"
        "server.Stop()\n"
    )
    assert int(re.findall(r"^(\d+)$", printed, re.MULTILINE)[0]) > 0
