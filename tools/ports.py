"""Finds the serial port of a board by its USB ids; two that fit are listed, not guessed."""

from pathlib import Path

from serial.tools import list_ports

from tools.failure import ToolError


def find_port(board, given=None, connected=None):
    """The serial port of `board`, a tools.boards.Board, as pyserial takes it.

    `given`: what the user said, taken as it is: a device, COM3, or a URL as socket://host:port. Without it the ports
    of this computer are searched for the board's USB ids; `connected` stands in for them (pyserial's ListPortInfo).
    Raises ToolError where the given device is not there, and where none or more than one fits.
    """
    connected = list_ports.comports() if connected is None else connected
    if given:
        # Only a path can be looked for: a URL is somebody else's machine, COM3 is no file.
        if given.startswith("/") and not Path(given).exists():
            raise ToolError(f"there is no port {given}.{_listed('Ports of this computer', connected)}")
        return given
    if not board.usb:
        raise ToolError(
            f"the board {board.name} is not found by itself: say where it is, PORT=..., or name another, BOARD=..."
        )
    fitting = [port for port in connected if _device_of(board, port)]
    if len(fitting) == 1:
        return fitting[0].device
    if fitting:
        raise ToolError(
            f"{len(fitting)} ports may be the board {board.name}, choose one: PORT=...{_listed('They are', fitting)}"
        )
    kinds = "\n".join(f"  {row.vid:04x}:{row.pid:04x}  {row.what}" for row in board.usb)
    raise ToolError(
        f"no board {board.name} is connected by USB. Plug it in with a cable that carries data, or give its port, "
        f"PORT=...\nIt would show itself as one of these:\n{kinds}{_listed('Ports of this computer', connected)}"
    )


def _device_of(board, port):
    """The USB device of the board's that a port is, or None."""
    for row in board.usb:
        if (port.vid, port.pid) == (row.vid, row.pid):
            return row
    return None


def _listed(title, ports):
    """Lines that name the ports, for the end of a message; nothing where there are none."""
    lines = []
    for port in sorted(ports, key=lambda port: port.device):
        ids = f"{port.vid:04x}:{port.pid:04x}" if port.vid is not None else "no USB"
        lines.append(f"\n  {port.device}  {ids}  {port.description}")
    return f"\n{title}:{''.join(lines)}" if lines else ""
