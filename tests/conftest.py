"""What all tests share: the runtimes as fixtures, and a header that says which are there.

A server is best shared by the tests of a module:

    @pytest.fixture(scope="module")
    def server(runtime):
        with runtime.start("routes") as server:
            yield server
"""

import os
import signal

import pytest

from tests.emulated import MPS2
from tests.runtimes import EVERYWHERE, RUNTIMES, stale_modules

# Every interpreter, the emulated board among them.
ALL = {**RUNTIMES, MPS2.name: MPS2}
# Where a suite's programs run on a board too: its conftest.py makes its `runtime` one of these.
WITH_BOARD = {name: ALL[name] for name in (*EVERYWHERE, MPS2.name)}

# A shell that begins the tests in the background has them ignore Ctrl-C, and with them all that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

IN_CI = os.environ.get("CI") == "true"


def require(runtime):
    """Skip the test where the runtime is not there; fail where it should be and nobody would see the skip."""
    if runtime.missing is None:
        return runtime
    reason = f"runtime {runtime.name} is missing: {runtime.missing}"
    if IN_CI and runtime.required:
        pytest.fail(reason, pytrace=False)
    return pytest.skip(reason)


@pytest.fixture(scope="session", params=EVERYWHERE)
def runtime(request):
    """Each interpreter in turn, a tests.runtimes.Runtime."""
    return require(RUNTIMES[request.param])


@pytest.fixture(scope="session", params=[name for name in EVERYWHERE if RUNTIMES[name].is_micropython])
def micropython(request):
    """Each MicroPython in turn, a tests.runtimes.Runtime."""
    return require(RUNTIMES[request.param])


@pytest.fixture(scope="session", params=[name for name in WITH_BOARD if WITH_BOARD[name].is_micropython])
def feeder(request):
    """Each MicroPython in turn, the emulated board among them, with room for any rows: for Runtime.feed."""
    return require(WITH_BOARD[request.param]).roomy


@pytest.fixture(scope="session")
def firmware():
    """The UNIX firmware alone, a tests.runtimes.Runtime: for what only frozen modules can show."""
    return require(RUNTIMES["unix"])


def pytest_addoption(parser):
    """The suite's own options."""
    parser.addoption("--whole-board", action="store_true", help="run what takes long on the emulated board there too")


def pytest_collection_modifyitems(config, items):
    """Skip on the emulated board what is marked with the reason why it cannot be there, or is not as a rule."""
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if MPS2.name not in (params.get("runtime"), params.get("feeder")):
            continue
        marker = item.get_closest_marker("not_on_board")
        if marker:
            item.add_marker(pytest.mark.skip(reason=f"not on a board: {marker.args[0]}"))
        elif item.get_closest_marker("long_on_board") and not config.getoption("--whole-board"):
            item.add_marker(pytest.mark.skip(reason="takes long on a board: see `make test-board`"))


def pytest_report_header():
    """Say what the suite runs on, and warn of a firmware that is older than its modules."""
    lines = [f"runtime {name}: {runtime.missing or ' '.join(runtime.command)}" for name, runtime in ALL.items()]
    stale = stale_modules()
    if stale:
        lines.append(f"WARNING: dist/UNIX/micropython is older than {', '.join(stale[:5])}: run `make firmware`")
    return lines
