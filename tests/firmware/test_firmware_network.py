"""The network's supervision, against a fake driver and a fake clock, on every runtime."""

import ast
from pathlib import Path

import pytest

ON_DEVICE = Path(__file__).parent / "on_device"
SCRIPT = ON_DEVICE / "network_cases.py"

# The functions of the script are its cases, but for these.
HELPERS = ("access_point", "connects")
CASES = [
    node.name
    for node in ast.parse(SCRIPT.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name not in HELPERS
]


@pytest.mark.parametrize("case", CASES)
def test_network(runtime, case):
    assert runtime.run(SCRIPT, [case, ON_DEVICE / "fakes"]).splitlines()[-1] == "PASS"


def test_no_network_module_is_left_to_the_operating_system(runtime):
    said = runtime.run(
        "from firmware import config, log, network\n"
        "net = network.Network(config.Check({})[0], log.Log())\n"
        "net.Start()\n"
        "net.Step()\n"
        "print(net.Addresses())\n"
    )
    assert "INFO    network: left to the operating system" in said
    assert said.splitlines()[-1] == "[]"
