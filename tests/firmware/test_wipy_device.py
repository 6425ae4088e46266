"""What the WiPy has in the place of the package firmware, against a fake radio, on the WiPy's interpreter."""

import ast
from pathlib import Path

import pytest

from tests.conftest import require
from tests.runtimes import ROOT, RUNTIMES, ReservedPort

ON_DEVICE = Path(__file__).parent / "on_device"
SCRIPT = ON_DEVICE / "wipy_cases.py"
FOLDERS = (ON_DEVICE / "wipy_fakes", ROOT / "boards" / "WIPY" / "modules")

# The functions of the script are its cases, but for these.
HELPERS = ("boot", "started", "fetch", "steps")
CASES = [
    node.name
    for node in ast.parse(SCRIPT.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name not in HELPERS
]


@pytest.mark.parametrize("case", CASES)
def test_device(case, tmp_path):
    port = ReservedPort()
    try:
        said = require(RUNTIMES["wipy"]).run(SCRIPT, [case, port.number, *FOLDERS], cwd=tmp_path)
    finally:
        port.release()
    assert said.splitlines()[-1] == "PASS"
    assert ("login.password: still the one of the factory" in said) == ("of_its_own" not in case)
