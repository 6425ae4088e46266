"""What the tests of hostile clients share: the HTTP suite's server and files, and how it is when it is at rest."""

import json
import time
from dataclasses import dataclass

import pytest

from tests.http.client import Client, wait_until
from tests.http.conftest import sites, webroot  # noqa: F401 (fixtures)
from tests.http.test_http_tls import certificates  # noqa: F401 (a fixture)

REST_SEC = 0.3  # how long a server that has nothing to do is watched
REST_CPU_SEC = 0.1  # what it may use meanwhile: it looks at its clock


@dataclass(frozen=True)
class State:
    """How much of what it has a server uses: its connections, its free buffers, free bytes of its heap, open files."""

    connections: int
    slots: int
    free: int
    descriptors: int


def state(server, context=None):
    """The State of a site.py, without the connection that asks."""
    with Client(server.port, context) as client:
        said = json.loads(client.get("/state").body)
    return State(said["connections"] - 1, said["slots"], said["free"], server.descriptors())


def at_rest(server, context=None):
    """The State of a site.py that the tests before this one have left."""
    found = []

    def is_alone():
        found.append(state(server, context))
        return found[-1].connections == 0

    wait_until(is_alone, "the connections of former tests are gone")
    return found[-1]


def is_as_before(server, before, slack, context=None):
    """Whether a server holds nothing that it did not hold `before`; `slack`: bytes of the heap."""
    now = state(server, context)
    return (
        now.connections == before.connections
        and now.slots == before.slots
        and now.descriptors <= before.descriptors
        and now.free >= before.free - slack
    )


def assert_at_rest(server, before, slack, context=None):
    """What was used is given back, and no processor time is spent on what is gone."""
    try:
        wait_until(lambda: is_as_before(server, before, slack, context), "it is as before")
    except AssertionError:
        raise AssertionError(f"expected {before}, got {state(server, context)}") from None
    spent = server.cpu_sec()
    time.sleep(REST_SEC)
    spent = server.cpu_sec() - spent
    assert spent < REST_CPU_SEC, f"{spent:.2f} s of CPU in {REST_SEC} s of rest"


@pytest.fixture(scope="module")
def site(sites):  # noqa: F811
    """A server with WebSockets and the buffers of a device, one for the module."""
    return sites.start(modules=["WebSockets"], heap="2m")


@pytest.fixture(scope="module")
def secure(sites, certificates):  # noqa: F811
    """The same over TLS."""
    return sites.start(modules=["WebSockets"], ssl=[certificates.cert, certificates.key], heap="6m")
