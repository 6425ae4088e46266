"""The WiPy 1.0: an upload to an FTP server that behaves like the board's, and what that does not take."""

import hashlib
import threading

import pytest
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.servers import FTPServer

from tests.flashing.images import board
from tools.boards import Flash, Image
from tools.failure import ToolError

LARGEST = 0x30000
FLASH = Flash("ftp", None, None, Image("mcuimg.bin", None, LARGEST), Image("mcuimg.bin", None, LARGEST))
WIPY = board("WIPY", "cc3200", FLASH)

# The commands of ports/cc3200/ftp/ftp.c, and no others.
COMMANDS = "FEAT SYST CDUP CWD PWD XPWD SIZE MDTM TYPE USER PASS PASV LIST RETR STOR DELE RMD MKD RNFR RNTO NOOP QUIT"


def image(size=150_000):
    """An image of the board's: a program and the digits of its MD5."""
    program = b"micropython " * (size // 12)
    return program + hashlib.md5(program).hexdigest().encode()


class WiPy:
    """An FTP server as the WiPy's: passive only, one client, its few commands, user micro.

    `cut_after`: bytes of an upload after which the connection breaks, None for never.
    """

    def __init__(self, folder):
        self.folder = folder
        self.cut_after = None
        (folder / "flash" / "sys").mkdir(parents=True)
        authorizer = DummyAuthorizer()
        authorizer.add_user("micro", "python", str(folder), perm="elradfmw")
        wipy = self

        class Data(DTPHandler):
            def handle_read(self):
                super().handle_read()
                if wipy.cut_after is not None and self.tot_bytes_received > wipy.cut_after:
                    self.cmd_channel.close()
                    self.close()

            handle_read_event = handle_read

        class Commands(FTPHandler):
            proto_cmds = {name: FTPHandler.proto_cmds[name] for name in COMMANDS.split()}

        Commands.authorizer, Commands.dtp_handler, Commands.use_sendfile = authorizer, Data, False
        self._server = FTPServer(("127.0.0.1", 0), Commands)
        self._server.max_cons = 2  # a connection for commands and one for data
        self.address = f"127.0.0.1:{self._server.address[1]}"
        self._running = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while self._running:
            self._server.serve_forever(timeout=0.05, blocking=False)
        self._server.close_all()

    def stop(self):
        """End the server."""
        self._running = False
        self._thread.join(10)

    @property
    def received(self):
        """What the board would start from."""
        path = self.folder / "flash" / "sys" / "mcuimg.bin"
        return path.read_bytes() if path.exists() else None


@pytest.fixture
def wipy(tmp_path):
    """A WiPy, with its factory's password."""
    server = WiPy(tmp_path / "wipy")
    yield server
    server.stop()


@pytest.fixture
def file(tmp_path):
    """A function that makes a file of some bytes and gives its path."""

    def make(data):
        (tmp_path / "mcuimg.bin").write_bytes(data)
        return tmp_path / "mcuimg.bin"

    return make


@pytest.mark.parametrize("verb", ["flash", "update"])
def test_the_image_is_sent(wipy, file, run_verb, capsys, verb):
    run_verb(verb, WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.received == image()
    said = capsys.readouterr().out
    assert "Press its reset button" in said
    assert ("os.mkfs('/flash')" in said) == (verb == "flash")


def test_an_interrupted_upload_is_repeated(wipy, file, run_verb):
    wipy.cut_after = 50_000
    with pytest.raises(ToolError, match="cannot be written.*\n.*It keeps the image that it has; run the command again"):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.received != image()
    wipy.cut_after = None
    run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))
    assert wipy.received == image()


def test_another_password(wipy, file, run_verb):
    wipy._server.handler.authorizer.remove_user("micro")
    wipy._server.handler.authorizer.add_user("me", "mine", str(wipy.folder), perm="elradfmw")
    with pytest.raises(ToolError, match="refused: 530 .* Give its --user and --password"):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))
    given = ["--user", "me", "--password", "mine"]
    run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()), *given)
    assert wipy.received == image()


def test_a_board_without_the_folder_refuses(wipy, file, run_verb):
    (wipy.folder / "flash" / "sys").rmdir()
    with pytest.raises(ToolError, match="refused: 550"):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(image()))


def test_nobody_there(file, run_verb):
    with pytest.raises(ToolError, match="cannot be written: .*Connection refused.\nJoin its Wi-Fi network"):
        run_verb("update", WIPY, "--port", "127.0.0.1:1", "--image", file(image()))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "does not end with its own MD5"),
        (image()[:-1], "does not end with its own MD5"),
        (b"X" + image()[1:], "does not end with its own MD5"),
        (b"\xe9" * 5000, "this is no image for a the WIPY of the tests"),
        (image(LARGEST), "196,640 bytes, the board WIPY has room for 196,608"),
    ],
    ids=["empty", "cut short", "damaged", "of another chip", "too large"],
)
def test_a_wrong_image_is_refused(wipy, file, run_verb, data, problem):
    with pytest.raises(ToolError, match=problem):
        run_verb("update", WIPY, "--port", wipy.address, "--image", file(data))
    assert wipy.received is None
