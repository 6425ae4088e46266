"""An FTP server that behaves like the WiPy 1.0's, as ports/cc3200/ftp/ftp.c has it."""

import os
import threading

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.servers import FTPServer

# The commands of ports/cc3200/ftp/ftp.c, and no others.
COMMANDS = "FEAT SYST CDUP CWD PWD XPWD SIZE MDTM TYPE USER PASS PASV LIST RETR STOR DELE RMD MKD RNFR RNTO NOOP QUIT"


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

            def pre_process_command(self, line, cmd, arg):
                """A parameter ends at a space."""
                super().pre_process_command(line, cmd, arg.split(" ")[0])

            def ftp_LIST(self, path):
                """The current folder, whatever is asked for."""
                return super().ftp_LIST(self.fs.ftp2fs(self.fs.cwd))

            def ftp_RNTO(self, path):
                """Not over another file."""
                if os.path.exists(path):
                    self.respond("550 ", lambda *_: None)
                    return None
                return super().ftp_RNTO(path)

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
    def files(self):
        """What is in its file system, {path below /flash: bytes}."""
        flash = self.folder / "flash"
        return {str(path.relative_to(flash)): path.read_bytes() for path in flash.rglob("*") if path.is_file()}

    @property
    def received(self):
        """What the board would start from."""
        path = self.folder / "flash" / "sys" / "mcuimg.bin"
        return path.read_bytes() if path.exists() else None
