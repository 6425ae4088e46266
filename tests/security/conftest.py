"""What the tests of security share: they run on the emulated board too."""

import pytest

from tests.conftest import WITH_BOARD, require


@pytest.fixture(scope="session", params=sorted(WITH_BOARD))
def runtime(request):
    """Each interpreter and the emulated board in turn, a tests.runtimes.Runtime."""
    return require(WITH_BOARD[request.param])
