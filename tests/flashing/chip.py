"""Runs esp32-mock-bootloader on a port of the system's: argv[1] is the chip. It says where it listens.

It gives esptool 50 ms to acknowledge what it read, which a machine under load does not keep; here it has half a minute.
"""

import sys
import time

from esp32_mock_bootloader import cli, server

PATIENCE_SEC = 30
impatient = server._recv_slip_payload


def patient(conn, stop_event, buf):
    """The next acknowledgement, or None if none comes."""
    end = time.monotonic() + PATIENCE_SEC
    payload = None
    while payload is None and time.monotonic() < end:
        payload = impatient(conn, stop_event, buf)
    return payload


server._recv_slip_payload = patient
cli.main(["run", "--chip", sys.argv[1], "--port", "0"])
