"""A new image in an ESP32's other slot stays once it has served a request, and not before."""

import time

import pytest

from tests.firmware.test_firmware_launcher import Folder, end, get

ESP32 = """
class Partition:
    RUNNING = 1

    def __init__(self, which):
        assert which == self.RUNNING

    def info(self):
        return (0, {subtype}, 0x10000, 0x1A0000, "slot", False)

    @staticmethod
    def mark_app_valid_cancel_rollback():
        print("CONFIRMED")
        {then}
"""

APP = """
from MicroWebSrv2 import *

@WebRoute(GET, '/modules')
def Modules(microWebSrv2, request):
    request.Response.ReturnOkJSON([type(module).__name__ for module in MicroWebSrv2.Modules])
"""


@pytest.fixture
def folder(tmp_path):
    """A device's folder whose app tells the server's modules; call it to say what image runs."""
    folder = Folder(tmp_path)
    folder.configure(log={"level": "debug"})
    folder.write("app.py", APP)

    def of_image(subtype, then="pass"):
        folder.write("esp32.py", ESP32.format(subtype=subtype, then=then))
        return folder

    return of_image


def test_confirmed_once_a_request_was_served(runtime, folder):
    with folder(0x11).start(runtime) as process:
        process.wait_for(r"^MicroWebSrv2 serves ")
        time.sleep(2.5)
        assert "CONFIRMED" not in process.output(), "confirmed before it has served"
        port = folder(0x11).port
        answer = get_at(port, "modules")
        assert answer.json() == ["Trial"]
        process.wait_for(r"image: it has served a request, it stays")
        assert get_at(port, "modules").json() == []
        assert end(process).count("CONFIRMED") == 1


def get_at(port, path):
    """GET a path of the device at a port."""
    import httpx

    return httpx.get(f"http://127.0.0.1:{port}/{path}", timeout=10)


def test_an_image_that_is_not_in_a_slot_is_never_on_trial(runtime, folder):
    with folder(0x00).start(runtime) as process:
        assert get(process, "modules").json() == []
        assert "CONFIRMED" not in end(process)


def test_serves_on_when_it_cannot_be_confirmed(runtime, folder):
    with folder(0x10, "raise OSError(-261)").start(runtime) as process:
        assert get(process, "modules").json() == ["Trial"]
        process.wait_for(r"image: not confirmed \(-261\)")
        assert get_at(folder(0x10).port, "modules").json() == []
        end(process)
