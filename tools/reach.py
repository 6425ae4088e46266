"""The way to a board's files that its board.json asks for: its serial port, or FTP. Both have the same calls."""

from tools import boards, ftp, remote
from tools.ports import find_port


def add_options(parser):
    """Add to an argparse parser what says which board it is, and where."""
    parser.add_argument("--board", default="UNIX", help="the board, whose port is found by its USB ids")
    parser.add_argument("--port", help="the serial port, as /dev/ttyUSB0, or the address of a board that has FTP")
    parser.add_argument("--user", default=ftp.USER, help="FTP user (default: %(default)s)")
    parser.add_argument("--password", default=ftp.PASSWORD, help="FTP password (default: the factory's)")


def board_of(options):
    """The Board that the parsed options name."""
    return boards.load(options.board)


def connected(options):
    """A context manager of the board's files: a tools.remote.Remote or a tools.ftp.Remote. Raises ToolError."""
    board = board_of(options)
    if board.flash is not None and board.flash.method == "ftp":
        return ftp.connected(options.port, options.user, options.password)
    return remote.connected(find_port(board, options.port))
