"""Cases of the WiPy's start and network; argv: the case, the port to serve on, the folders of the fakes and the device.

Each case is a function; it raises AssertionError, or the case's last line is PASS.
"""

import json
import socket
import sys

sys.path[:0] = sys.argv[3:]

import device  # noqa: E402
import network  # noqa: E402

PORT = int(sys.argv[2])
device.FindFiles = lambda folder: None  # the whole package is files here
HOME = {"ssid": "home", "password": "home home home"}
WORK = {"ssid": "work", "password": "work work work"}


class Board:
    """Stands in for `os`: the home folder, the console."""

    home = console = None

    def chdir(self, path):
        self.home = path

    def dupterm(self, stream):
        self.console = stream.settings


def boot(config):
    """Boot with a config.json that holds this text; returns the fake `os`."""
    with open("config.json", "w") as file:
        file.write(config)
    device.os = board = Board()
    device.Boot()
    return board


def started(**config):
    boot(json.dumps(dict(config, server={"port": PORT})))
    made = device.Device()
    made.Start()
    return made


def fetch(made):
    """Returns the status line of an answer."""
    client = socket.socket()
    client.connect(socket.getaddrinfo("127.0.0.1", PORT)[0][-1])
    client.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    for _ in range(5):
        made._pool.Process(20)
    answer = client.read(12)
    client.close()
    made._pool.Process(20)
    return answer


def steps(made, count):
    for _ in range(count):
        made.Step()


def boots_with_a_login_of_its_own():
    board = boot(json.dumps({"login": {"user": "me", "password": "secret"}}))
    assert (board.home, board.console) == ("/flash", (0, 115200))
    assert network.logins == [("me", "secret")]


def boots_with_the_login_of_the_factory_and_a_warning():
    boot("{}")
    assert network.logins == [("micro", "python")]


def boots_without_a_good_file():
    for text in ("", "[]", "{", '{"login": 1, "wifi": [], "accessPoint": {"ssid": 5}}'):
        boot(text)
    assert network.logins == [("micro", "python")] * 4
    assert device.Setting("wifi", "networks", []) == []


def joins_and_serves():
    network.air["home"] = HOME["password"]
    made = started(wifi={"networks": [HOME]})
    steps(made, 2)
    assert ("connect", "home") in network.said
    assert fetch(made) == b"HTTP/1.1 404"


def tries_the_networks_in_turn():
    network.air["work"] = WORK["password"]
    made = started(wifi={"networks": [HOME, WORK], "timeoutSec": 3})
    steps(made, 4)
    assert [told for told in network.said if told[0] == "connect"] == [("connect", "home"), ("connect", "work")]
    assert fetch(made) == b"HTTP/1.1 404"


def is_a_network_when_it_knows_none():
    made = started(accessPoint={"ssid": "board-{id}", "password": "password of mine"})
    assert network.said == [("init", 2, "board-abcdef", (3, "password of mine"))]
    assert fetch(made) == b"HTTP/1.1 404"


def is_a_network_when_none_can_be_joined_and_looks_again():
    made = started(wifi={"networks": [HOME], "timeoutSec": 3})
    steps(made, 3)
    assert network.said[-1][:2] == ("init", 2)
    assert fetch(made) == b"HTTP/1.1 404"
    network.WLAN.clients = 1
    steps(made, 400)
    assert network.said[-1][:2] == ("init", 2), "somebody uses the access point"
    network.WLAN.clients = 0
    network.air["home"] = HOME["password"]
    steps(made, 1)
    assert network.said[-1] == ("connect", "home")
    assert fetch(made) == b"HTTP/1.1 404"


def comes_back_when_the_network_was_lost():
    network.air["home"] = HOME["password"]
    made = started(wifi={"networks": [HOME], "timeoutSec": 3})
    steps(made, 5)
    network.lose()
    del network.said[:]
    steps(made, 1)
    assert network.said == [("connect", "home")]
    network.air["home"] = HOME["password"]
    steps(made, 3)
    assert network.said[-1][:2] == ("init", 2), "it was not joined at once: the access point"


def stays_a_station_without_an_access_point():
    made = started(wifi={"networks": [HOME], "timeoutSec": 3}, accessPoint={"mode": "off"})
    steps(made, 10)
    assert all(told[:2] != ("init", 2) for told in network.said)
    assert len([told for told in network.said if told[0] == "connect"]) > 2


globals()[sys.argv[1]]()
print("PASS")
