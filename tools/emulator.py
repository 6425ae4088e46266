"""The emulated board: a QEMU process that runs the firmware of MPS2_AN385, and what can be done to it from outside.

Its flash memory is a file of the host, so that what the board writes outlives the process.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess

from tools.failure import ToolError
from tools.paths import DIST, shown

BOARD = "MPS2_AN385"
FIRMWARE = DIST / BOARD / "firmware.elf"
QEMU = "qemu-system-arm"
# QEMU ends with whoever has started it, however that ends (util-linux).
TETHER = ("setpriv", "--pdeathsig", "TERM")
# The machine's PSRAM at 0x21000000 stands in for flash memory: QEMU gives it a file (AN385, section 3.1).
FLASH_BYTES = 16 << 20
ADDRESS = "10.0.2.15"  # what QEMU's own DHCP server gives to the first who asks
STOP_TIMEOUT_SEC = 10
NETWORK = "net0"


def command_line(firmware, flash, serial, monitor, network):
    """The command that emulates the board, a list.

    `firmware`, `flash`: paths; `serial`: QEMU's options of the character device that is the board's UART; `monitor`:
    the number of an open socket for QMP; `network`: QEMU's options of the network, a list, as `user_network` makes.
    """
    return [
        *(QEMU, "-display", "none", "-nodefaults"),
        *("-object", f"memory-backend-file,id=mps.ram,size={FLASH_BYTES},mem-path={flash},share=on"),
        *("-machine", "mps2-an385,memory-backend=mps.ram"),
        *("-kernel", str(firmware)),
        *("-chardev", f"{serial},id=serial0", "-serial", "chardev:serial0"),
        *("-chardev", f"socket,id=monitor0,fd={monitor}", "-mon", "chardev=monitor0,mode=control"),
        *network,
    ]


def user_network(forwards=()):
    """QEMU's own network for the board; `forwards`: pairs of a port of 127.0.0.1 and the board's port behind it."""
    network = f"user,id={NETWORK},model=lan9118"
    network += "".join(f",hostfwd=tcp:127.0.0.1:{host}-:{guest}" for host, guest in forwards)
    return ["-nic", network]


def make_blank(flash):
    """Make the file `flash` (Path) a blank flash memory; one that is there already stays as it is."""
    if not flash.exists():
        flash.parent.mkdir(parents=True, exist_ok=True)
        with open(flash, "wb") as file:
            file.truncate(FLASH_BYTES)


class Monitor:
    """QEMU's monitor, spoken to by QMP: JSON objects, a line each (QEMU, docs/interop/qmp-spec)."""

    def __init__(self, connection):
        self._file = connection.makefile("rw", encoding="utf-8")
        self._read()  # the greeting
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        """Execute a QMP command; returns what it answers. Raises ToolError with QEMU's words when it fails."""
        self._file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._file.flush()
        while True:
            answer = self._read()
            if "error" in answer:
                raise ToolError(f"QEMU, {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def _read(self):
        line = self._file.readline()
        if not line:
            raise ToolError("QEMU has ended")
        return json.loads(line)

    def close(self):
        """Close the connection."""
        self._file.close()


class Emulator:
    """A running emulated board. Usable in a `with`: it is switched off at the end of it.

    `flash`: the Path of its flash memory; `log`: the Path of a file that gets all that the board says on its serial
    line; `forwards` as `user_network` takes them; `env` is QEMU's environment, ours without it; `wire` stands for
    another network: its `options` are QEMU's, its `pass_fds` what they name, its `link` the end to be plugged.
    `serial_device` is the pseudo terminal to connect to.
    Raises ToolError if QEMU is not there or does not start.
    """

    def __init__(self, flash, log, forwards=(), firmware=FIRMWARE, env=None, wire=None):
        require(firmware)
        serial = f"pty,logfile={log},logappend=off"
        network = wire.options if wire else user_network(forwards)
        self._link = wire.link if wire else NETWORK
        self._process, self.monitor = start(
            lambda monitor: command_line(firmware, flash, serial, monitor, network),
            pass_fds=wire.pass_fds if wire else (),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env,
        )  # fmt: skip
        devices = {one["label"]: one["filename"] for one in self.monitor.execute("query-chardev")}
        self.serial_device = devices["serial0"].partition(":")[2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        """The number of QEMU's process."""
        return self._process.pid

    @property
    def is_running(self):
        """Whether the board is switched on."""
        return self._process.poll() is None

    def forward(self, host, guest, address=""):
        """Lead the port `host` of 127.0.0.1 to the board's port `guest`. Raises ToolError if `host` is taken.

        `address` is the board's; without one, what QEMU's own DHCP server gives.
        """
        command = f"hostfwd_add {NETWORK} tcp:127.0.0.1:{host}-{address}:{guest}"
        said = self.monitor.execute("human-monitor-command", **{"command-line": command})
        if said.strip():
            raise ToolError(f"QEMU, {command}: {said.strip()}")

    def set_link(self, up):
        """Plug the network cable in (`up` True) or pull it."""
        self.monitor.execute("set_link", name=self._link, up=up)

    def wait(self, timeout):
        """Wait until the board is off, at most `timeout` seconds. Returns whether it is."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self):
        """Switch the board off."""
        self.monitor.close()
        end(self._process)


def require(firmware=FIRMWARE):
    """Raise ToolError if the board's firmware or QEMU is not there."""
    if not shutil.which(QEMU):
        raise ToolError(f"{QEMU} is not there. Install it (Debian's package qemu-system-arm) or run\n\n    make setup")
    if not firmware.is_file():
        raise ToolError(f"{shown(firmware)} is not there. Build it:\n\n    make firmware BOARD={BOARD}")


def start(command, pass_fds=(), **options):
    """Start QEMU by `command(monitor)`, a function that makes the command line. Returns (its Popen, its Monitor).

    `pass_fds`: descriptors that the command line names.
    """
    ours, its = socket.socketpair()
    with its:
        tether = TETHER if shutil.which(TETHER[0]) else ()
        process = subprocess.Popen([*tether, *command(its.fileno())], pass_fds=[its.fileno(), *pass_fds], **options)
    try:
        return process, Monitor(ours)
    except (ToolError, OSError):
        ours.close()
        end(process)
        said = process.stderr.read().strip() if process.stderr else "see its output"
        raise ToolError(f"{QEMU} did not start: {said}") from None
    except BaseException:
        end(process)
        raise


def end(process):
    """End a QEMU process, by force if it does not listen."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_SEC)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def only_user(flash):
    """Keep other processes from running a board with this flash memory. Raises ToolError if one does already."""
    import fcntl

    with open(flash, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ToolError(f"{shown(flash)} is in use: the board is emulated already. End that one first") from None
        yield


def free_port(wanted):
    """The port `wanted` of 127.0.0.1 if nobody has it, else one that the system gives."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError, OverflowError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise ToolError(f"no port of 127.0.0.1 is free: {os.strerror(98)}")
