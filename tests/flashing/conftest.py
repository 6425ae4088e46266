"""What the tests of flashing share."""

import pytest

from tests.flashing.wipy import WiPy
from tools import boards, flashing


@pytest.fixture
def run_verb(monkeypatch):
    """A function that runs the verb "flash" or "update" for a Board with options, as the command line would."""

    def run(verb, board, *options):
        monkeypatch.setattr(boards, "load", lambda name: board)
        flashing.write(verb, flashing.options_of(verb, "", ["--board", board.name, *map(str, options)]))

    return run


@pytest.fixture
def wipy(tmp_path):
    """A WiPy, with its factory's password."""
    server = WiPy(tmp_path / "wipy")
    yield server
    server.stop()
