"""A serial port with no MicroPython at its other end, or none at all: what the user is told."""

import os
import pty

import pytest
import serial

from tools import remote
from tools.failure import ToolError


@pytest.fixture
def port(monkeypatch):
    """The name of a port at whose other end somebody listens and says nothing."""
    monkeypatch.setattr(remote, "ENTER_TIMEOUT_SEC", 0.2)
    ours, its = pty.openpty()
    yield os.ttyname(its)
    os.close(ours)
    os.close(its)


def connect(port):
    with remote.connected(port):
        raise AssertionError("connected")


def test_no_such_port():
    with pytest.raises(ToolError, match="there is no port /dev/ttyUSB99. Is the board plugged in"):
        connect("/dev/ttyUSB99")


def test_a_file_that_is_no_port(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="no serial port that can be opened"):
        connect(str(tmp_path / "file"))


def test_another_program_has_it(port):
    with serial.Serial(port, exclusive=True), pytest.raises(ToolError, match="is busy: another program uses it"):
        connect(port)


def test_nobody_answers(port):
    with pytest.raises(ToolError, match="no MicroPython answers there, it said nothing"):
        connect(port)
    serial.Serial(port, exclusive=True).close()  # it was given back


def test_permission_denied():
    assert "dialout" in remote.why_not_open("/dev/ttyUSB0", PermissionError(13, "Permission denied"))
