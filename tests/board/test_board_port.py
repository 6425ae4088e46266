"""The emulated board's own port of MicroPython: what its C code does, asked at its prompt."""

import re
import socket
import time

import pytest
import serial

from tests.board.conftest import PATIENCE_SEC
from tests.runtimes import ROOT, ReservedPort
from tools.remote import Remote

ON_DEVICE = ROOT / "tests" / "faults" / "on_device"
LISTENER = """
import select, socket
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", 9000))
listener.listen(4)
waiting = select.poll()
waiting.register(listener, select.POLLIN)
"""


@pytest.fixture(scope="module")
def board(switch_on):
    """A board that is switched on, and has an address."""
    board = switch_on()
    board.wait_serves()
    return board


@pytest.fixture
def prompt(board):
    """The board's prompt, fresh after a soft reset: `prompt.run(program)` returns what it prints."""
    remote = Remote(board.serial)
    yield remote
    remote.close()


def ask(prompt, expression, setup=""):
    """The value of an expression on the board."""
    return eval(prompt.run(f"{setup}\nprint(repr({expression}))"))


def test_the_modules_that_are_promised(prompt):
    names = "asyncio binascii cryptolib deflate hashlib json machine network os random re select socket struct tls vfs"
    prompt.run(f"import {names.replace(' ', ', ')}\nhashlib.sha1, hashlib.sha256, hashlib.md5")
    assert ask(prompt, "[sys.platform, sys.implementation._machine]", "import sys") == [
        "mps2",
        "MPS2_AN385 with Cortex-M3",
    ]


def test_time_goes_on_and_the_clock_can_be_set(prompt):
    setup = "import time\nfrom machine import RTC\n"
    took = ask(prompt, "time.ticks_diff(time.ticks_us(), t)", setup + "t = time.ticks_us()\ntime.sleep_ms(30)")
    assert 30000 <= took < 30000 + PATIENCE_SEC * 1000000
    took = ask(prompt, "time.ticks_diff(time.ticks_ms(), t)", setup + "t = time.ticks_ms()\ntime.sleep_us(5000)")
    assert took >= 4
    assert ask(prompt, "time.gmtime(0)", setup)[:6] == (2000, 1, 1, 0, 0, 0)
    now = ask(
        prompt, "(time.localtime()[:5], RTC().datetime()[:6])", setup + "RTC().datetime((2026, 11, 22, 6, 7, 8, 9, 0))"
    )
    assert now == ((2026, 11, 22, 7, 8), (2026, 11, 22, 6, 7, 8))
    assert ask(prompt, "time.time_ns() // 10**9 - time.time()", setup) in (0, 1)


def test_it_is_known_by_its_ethernet_address(prompt):
    setup = "import machine, network\nlan = network.LAN()"
    identity, address = ask(prompt, "(machine.unique_id(), lan.config('mac'))", setup)
    assert identity == address and len(identity) == 6 and identity != bytes(6)


def test_ethernet_goes_off_and_on(prompt):
    setup = "import network, time\nlan = network.LAN()"
    address = ask(prompt, "lan.ifconfig()[0]", setup)
    assert address == "10.0.2.15"
    assert ask(prompt, "(lan.active(), lan.isconnected(), lan.status())", "lan.active(False)") == (False, False, 0)
    prompt.run("lan.active(True)\nwhile not lan.isconnected(): time.sleep_ms(1)")
    assert ask(prompt, "(lan.active(), lan.status(), lan.ifconfig()[0])") == (True, 3, address)
    assert ask(prompt, "lan.ipconfig('has_dhcp4')") is True
    prompt.run("lan.ifconfig(('10.0.2.99', '255.255.255.0', '10.0.2.2', '10.0.2.3'))")
    assert ask(prompt, "(lan.ifconfig()[0], lan.ipconfig('has_dhcp4'))") == ("10.0.2.99", False)
    prompt.run("lan.ifconfig('dhcp')")
    assert ask(prompt, "lan.ifconfig()[0]") == address


def test_the_cable(board, prompt):
    prompt.run("import network, time\nlan = network.LAN()")
    board.emulator.set_link(False)
    prompt.run("while lan.isconnected(): time.sleep_ms(1)")
    assert ask(prompt, "lan.status()") == 0
    board.emulator.set_link(True)
    prompt.run("while not lan.isconnected(): time.sleep_ms(1)")
    assert ask(prompt, "lan.ifconfig()[0]") == "10.0.2.15"


def test_what_came_before_accept_is_there_after_it(board, prompt):
    prompt.run(LISTENER)
    with socket.create_connection(("127.0.0.1", board.port(9000)), PATIENCE_SEC) as client:
        client.sendall(b"early")
        client.shutdown(socket.SHUT_WR)
        got = prompt.run(
            "import time\nwaiting.poll()\ntime.sleep_ms(50)\n"
            "one = listener.accept()[0]\none.setblocking(False)\nearly = one.read(5)\n"
            # lwIP takes no more before it could hand over that: the end comes again, a little later.
            "one.settimeout(30)\nprint(early, one.read(1))"
        )
        assert got == "b'early' b''\r\n"


def test_a_client_that_left_before_accept_is_seen_to_have(board, prompt):
    prompt.run(LISTENER)
    socket.create_connection(("127.0.0.1", board.port(9000)), PATIENCE_SEC).close()
    got = prompt.run(
        "import time\nwaiting.poll()\ntime.sleep_ms(50)\n"
        "one = listener.accept()[0]\none.settimeout(30)\nprint(one.read(1))"
    )
    assert got == "b''\r\n"


def test_clients_that_are_too_many_wait(board, prompt):
    """The queue holds four: the others are let in once those were, none is refused."""
    prompt.run(LISTENER)
    clients = [socket.create_connection(("127.0.0.1", board.port(9000)), PATIENCE_SEC) for _ in range(8)]
    for client in clients:
        client.settimeout(PATIENCE_SEC)
        client.sendall(b"?")
    prompt.run("import time\nwaiting.poll()\ntime.sleep_ms(500)")
    got = prompt.run(
        "count = 0\nwhile count < 8:\n waiting.poll()\n one = listener.accept()[0]\n"
        " one.settimeout(30)\n count += len(one.read(1))\n one.write(b'!')\n one.close()\nprint(count)"
    )
    assert got == "8\r\n"
    for client in clients:
        assert client.recv(1) == b"!"
        client.close()


def ask_from(own, port):
    """Ask 127.0.0.1:`port` for a page from the port `own`; the server closes first. Returns what it answers."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(("127.0.0.1", own))
        client.settimeout(PATIENCE_SEC)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: client.recv(4096), b""))


def test_a_client_comes_again_from_the_same_port(board):
    """The board has closed first, and remembers the connection for two minutes; a new one is none of its matter."""
    own = ReservedPort()
    answers = []
    while len(answers) < 3:
        try:
            answer = ask_from(own.number, board.port())
        except ConnectionResetError:  # QEMU's network itself has not forgotten the one before yet
            answer = b""
        if answer:
            answers.append(answer[:12])
        else:  # the board may be in the middle of a soft reset
            time.sleep(0.1)
    own.release()
    assert answers == [b"HTTP/1.1 404"] * 3


def test_a_soft_reset_closes_all_sockets(board):
    for _ in range(3):
        remote = Remote(board.serial)
        assert ask(remote, "len([socket.socket() for _ in range(60)])", "import socket") == 60
        remote.close()


@pytest.mark.parametrize("program", ["while True: pass", "time.sleep(1000)", "listener.accept()", "waiting.poll()"])
def test_ctrl_c_ends_what_runs(prompt, program):
    prompt.run("import time\n" + LISTENER)
    transport = prompt._transport
    transport.exec_raw_no_follow(f"print('begun')\n{program}")
    while b"begun" not in transport.serial.readline():
        pass
    transport.serial.write(b"\x03")
    out, error = transport.follow(timeout=PATIENCE_SEC)
    assert error.rstrip().endswith(b"KeyboardInterrupt:"), out


# Waits for a byte with Ctrl-C not enabled, as it is not while the board starts, and leaves it in the line.
START_WITH_A_BYTE = (
    b"import machine, micropython, select, sys; byte = select.poll(); byte.register(sys.stdin, select.POLLIN); "
    b"micropython.kbd_intr(-1); print('wa' + 'iting'); byte.poll(); machine.soft_reset()\r"
)


def test_ctrl_c_at_the_start_keeps_main_from_running(board):
    """It is in the line before there is a program to be interrupted, and gives the prompt all the same."""
    with serial.Serial(board.serial, timeout=PATIENCE_SEC) as line:
        line.write(b"\x03\x03\rprint('re' + 'ady')\r")
        assert b"ready" in line.read_until(b"ready\r\n>>> ")
        line.write(START_WITH_A_BYTE)
        assert b"waiting\r\n" in line.read_until(b"waiting\r\n")
        line.write(b"\x03")
        assert b"MPY: soft reboot" in line.read_until(b">>> ")
        line.write(b"20 + 22\r")
        assert b"42" in line.read_until(b"42")
        line.write(b"\x04")


def test_the_flash_is_one(prompt):
    """Erased it is all ones, writing clears bits, and nothing lies outside."""
    prompt.run(
        "import mps2\nflash = mps2.Flash()\ncount, size = flash.ioctl(4, 0), flash.ioctl(5, 0)\nlast = count - 1\n"
        "def read(at, length):\n part = bytearray(length)\n flash.readblocks(last, part, at)\n return bytes(part)"
    )
    assert ask(prompt, "(count, size, flash.ioctl(6, last))") == (4096, 4096, 0)
    assert ask(prompt, "(read(0, 2), read(4094, 2))") == (b"\xff\xff", b"\xff\xff")
    prompt.run("flash.writeblocks(last, b'\\x0f', 1)\nflash.writeblocks(last, b'\\xf3', 1)")
    assert ask(prompt, "read(0, 3)") == b"\xff\x03\xff"
    for block, offset, length in ((4095, 4095, 2), (4096, 0, 1), (-1, 0, 1), (0, -1, 1)):
        program = (
            f"try:\n flash.readblocks({block}, bytearray({length}), {offset})\nexcept OSError as ex: print(ex.errno)"
        )
        assert prompt.run(program) == "22\r\n"


IMPORTS = r"""
import os, sys
for name, text in (
    ("pack/__init__.py", "from . import near\nfrom .below import deep\n"),
    ("pack/near.py", "from .below.deep import VALUE\nfrom . import below\n"),
    ("pack/below/__init__.py", ""),
    ("pack/below/deep.py", "VALUE = 1\ndef up():\n from ..near import VALUE\n from ... import too\n"),
):
    for folder in ("pack", "pack/below"):
        try:
            os.mkdir(folder)
        except OSError:
            pass
    with open(name, "w") as file:
        file.write(text)
def fails(action):
    try:
        action()
    except ImportError as ex:
        return str(ex)
import pack.below.deep as deep
import pack.near
"""


def test_imports_in_packages(prompt):
    """Of the file system, relative and absolute, done before and not; the frozen ones beside them."""
    prompt.run(IMPORTS)
    names = ask(prompt, "(pack.__name__, deep.__name__, deep.VALUE, pack.near.VALUE)")
    assert names == ("pack", "pack.below.deep", 1, 1)
    assert ask(prompt, "pack.near.below is pack.below and pack.deep is deep")
    assert ask(prompt, "fails(deep.up)") == "can't perform relative import"
    for absent in ("pack.absent", "Micro", "MicroWebSrv2.lib", "MicroWebSrv2.libs.httpDat"):
        assert ask(prompt, f"fails(lambda: __import__({absent!r}, None, None, True))") == f"no module named '{absent}'"
    prompt.run("from MicroWebSrv2.libs import httpDate\nfrom MicroWebSrv2.libs.httpDate import __file__ as path")
    assert ask(prompt, "(httpDate.__file__, path)") == ("MicroWebSrv2/libs/httpDate.py",) * 2


STARVED_IMPORT = """
import sys
pieces = [None] * 4000
def date_module():
    return __import__("MicroWebSrv2.libs.httpDate", None, None, True, 0)  # as the statement does
def imported(left):
    sys.modules.pop("MicroWebSrv2.libs.httpDate", None)
    hold(pieces, left)
    try:
        date_module()
        return True
    except MemoryError:
        return False
    finally:
        give_back(pieces)
def tried(left):
    return imported(left), date_module().__name__
"""


def test_a_module_without_memory_is_imported_later(prompt):
    """An import that has failed for want of memory, wherever, leaves nothing that a later one takes for the module."""
    prompt.run((ON_DEVICE / "shortage.py").read_text() + STARVED_IMPORT)
    tries = ask(prompt, "[tried(left) for left in range(0, 1024, 16)]")
    assert {name for _, name in tries} == {"MicroWebSrv2.libs.httpDate"}
    assert {found for found, _ in tries} == {True, False}


def test_random_numbers_do_not_repeat(prompt):
    assert ask(prompt, "len(set(os.urandom(8) for _ in range(100)))", "import os") == 100


def test_deep_recursion_is_an_exception(prompt):
    assert prompt.run("def f(): f()\ntry: f()\nexcept RuntimeError: print('caught')") == "caught\r\n"


@pytest.fixture
def other_board(switch_on):
    """A board for what ends in a reset."""
    board = switch_on({"note.txt": b"kept", "config.json": b'{"server": {"port": 8000}}'})
    board.wait_serves(8000)
    return board


def begin(board, program):
    """Begin to run a program at the board's prompt, of which no end is to be seen."""
    remote = Remote(board.serial)
    remote._transport.exec_raw_no_follow(program)
    remote._transport.close()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("machine.mem32[0x30000000]", r"FAULT: BusFault .*\n.*\nPC +0x0.*\n.*\naddress 0x30000000 cannot be accessed"),
        (
            "@micropython.asm_thumb\ndef deep():\n label(MORE)\n push({r4, r5, r6, r7})\n b(MORE)\ndeep()",
            r"FAULT: MemManage (?s:.*)the stack has run over its end",
        ),
        ("@micropython.asm_thumb\ndef wrong():\n data(2, 0xffff)\nwrong()", r"FAULT: UsageFault (?s:.*)undefined"),
    ],
    ids=["address", "stack", "instruction"],
)
def test_a_fault_is_told_and_the_board_starts_again(other_board, program, said):
    begin(other_board, f"import machine, micropython\n{program}")
    other_board.wait_said(said)
    other_board.wait_serves(8000, 2)


def test_a_reset_keeps_the_flash_and_says_why_it_starts(other_board):
    begin(other_board, "import machine\nmachine.reset()")
    other_board.wait_serves(8000, 2)
    cause = "import machine; print(machine.reset_cause() == machine.%s_RESET)"
    assert other_board.mpremote("resume", "exec", cause % "HARD").strip() == "True"
    assert other_board.mpremote("exec", cause % "SOFT").strip() == "True"
    remote = Remote(other_board.serial)
    assert remote.read("note.txt") == b"kept"
    remote.close()


def test_a_flash_with_something_else_on_it_is_left_alone(switch_on, tmp_path):
    board = switch_on({"note.txt": b"lost"})
    board.wait_serves()
    begin(
        board, "import mps2, machine\nfor i in (0, 1): mps2.Flash().writeblocks(i, b'not LittleFS', 0)\nmachine.reset()"
    )
    board.wait_said("its file system cannot be read. To lose what it holds")
    board.wait_serves(80, 2)
    with open(board.flash, "rb") as file:
        assert re.search(rb"lost", file.read(1 << 20))


def test_nobody_at_the_console_holds_nothing_up(board):
    """The pseudo terminal has no reader: what is printed is lost after a while, and the device goes on."""
    begin(board, "for i in range(200000): print(i)\nimport machine\nmachine.reset()")
    started = board.said().count("MicroWebSrv2 serves")
    end = time.monotonic() + PATIENCE_SEC
    while board.said().count("MicroWebSrv2 serves") == started:
        assert time.monotonic() < end
        time.sleep(0.1)
