"""The WebSocket's public names on every runtime: arguments, limits, callbacks, without a socket."""

import re
from pathlib import Path

import pytest

from tests.emulated import FILES_OF_ITS_OWN

pytestmark = pytest.mark.not_on_board(FILES_OF_ITS_OWN)

FOLDER = Path(__file__).parent
PROGRAM = FOLDER / "programs" / "api.py"
CHECKS = FOLDER.parent / "sockets" / "programs"


def run_checks(runtime):
    output = runtime.run(f"import sys\nsys.path.insert(0, {str(CHECKS)!r})\nexec(open({str(PROGRAM)!r}).read())")
    return output, re.findall(r"^ok (\w+)$", output, re.MULTILINE)


def test_api(runtime):
    wanted = re.findall(r"\w+", PROGRAM.read_text().rpartition("\nrun(")[2])
    output, well = run_checks(runtime)
    assert well == wanted, output
