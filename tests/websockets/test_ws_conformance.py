"""A selection of the Autobahn cases on every runtime; `make conformance` runs them all."""

import pytest

from tests.conftest import require
from tools import conformance

pytest.importorskip("kosoku", reason="the Autobahn cases have no wheel for this platform")

CASES = (
    "1.1.*",
    "1.2.4",
    "1.2.8",
    "2.*",
    "3.*",
    "4.*",
    "5.*",
    "6.1.*",
    "6.2.*",
    "6.3.*",
    "6.4.*",
    "6.12.*",
    "6.21.*",
    "7.*",
    "10.*",
)
MESSAGES = 3  # of each case of compression, which are 1000 in `make conformance`


@pytest.fixture(scope="module")
def server(runtime):
    with conformance.serve(runtime.roomy) as server:
        yield server


def test_cases(server):
    verdicts = conformance.run_cases(server.port, CASES)
    assert [(verdict.case, verdict.fault) for verdict in verdicts if verdict.fault] == []
    assert len(verdicts) == 125


@pytest.mark.long_on_board
def test_cases_of_compression(server):
    """All of them, with a few messages each."""
    verdicts = conformance.run_cases(server.port, ["12.*", "13.*"], messages=MESSAGES)
    assert [(verdict.case, verdict.fault) for verdict in verdicts if verdict.fault] == []
    assert len(verdicts) == 216


def test_a_fault_of_compression_is_seen(echoes):
    """A server that agrees on no compression fails them."""
    echo = echoes.start(compression=False)
    verdicts = conformance.run_cases(echo.port, ["12.1.1", "13.1.1"], messages=MESSAGES)
    assert ["UNIMPLEMENTED" in verdict.fault for verdict in verdicts] == [True, True]


def test_a_fault_is_seen(echoes):
    """A server that takes no more than 1000 bytes fails the cases of longer messages."""
    echo = echoes.start(maxLength=1000)
    faults = {verdict.case: verdict.fault for verdict in conformance.run_cases(echo.port, ["1.1.*"])}
    assert faults["1.1.1"] is None
    assert "close code 1009" in faults["1.1.6"]


def test_no_such_case():
    with pytest.raises(conformance.ToolError, match="no such case: 99.9"):
        conformance.run_group(conformance.RUNTIMES["cpython"], ["99.9"], "1m")


def test_a_whole_run_asks_every_runtime_that_has_web_sockets(monkeypatch, capsys):
    """The WiPy's interpreter does not take the echo server's f-strings."""
    for runtime in conformance.EVERYWHERE:
        require(conformance.RUNTIMES[runtime])
    monkeypatch.setattr(conformance, "run_cases", lambda port, cases: [])
    conformance.main([])
    said = capsys.readouterr().out
    assert all(f"{name}: 13.* ... 0 of 0 good" in said for name in ("cpython", "newest", "unix"))
    assert "wipy" not in said
