"""What a device brings in later can replace nothing: a method that a base class has too would never be missed."""

import importlib

import pytest

MORE = {
    "httpConnection.HttpConnection": "httpConnectionMore.HttpConnectionMore",
    "httpRequest.HttpRequest": "httpRequestMore.HttpRequestMore",
    "httpResponse.HttpResponse": "httpResponseMore.HttpResponseMore",
    "microWebSrv2.MicroWebSrv2": "microWebSrv2More.MicroWebSrv2More",
    "workerShare.WorkerShare": "workerShareMore.WorkerShareMore",
    "libs.xBuffers.XBufferSlots": "libs.xBuffersMore.XBufferSlotsMore",
    "libs.xBuffers.XFiFo": "libs.xBuffersMore.XFiFoMore",
    "libs.XAsyncSockets.XAsyncSocketsPool": "libs.xAsyncPool.XAsyncSocketsPoolMore",
    "libs.XAsyncSockets.XAsyncTCPServer": "libs.xAsyncTCPServer.XAsyncTCPServerMore",
}


def load(path):
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(f"MicroWebSrv2.{module}"), name)


@pytest.mark.parametrize("path", MORE)
def test_nothing_of_it_is_in_a_base_class(path):
    owner, more = load(path), load(MORE[path])
    names = {name for name in vars(more) if not name.startswith("__")}
    inherited = {name for base in owner.__mro__[1:-1] for name in vars(base)}
    assert names
    assert not names & inherited


@pytest.mark.parametrize("path", MORE)
def test_no_property_of_it_can_be_set(path):
    """Setting an attribute asks nobody: it would become the instance's own."""
    settable = [name for name, value in vars(load(MORE[path])).items() if getattr(value, "fset", None)]
    assert settable == []
