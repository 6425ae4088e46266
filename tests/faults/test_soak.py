"""A short soak on the UNIX firmware and on the emulated board; `make soak` is the long one."""

import pytest

from tests.conftest import require
from tests.emulated import MPS2
from tests.runtimes import RUNTIMES
from tools import soak

MINUTES = {"UNIX": 0.4, "MPS2_AN385": 0.5}
RUNTIME_OF = {"UNIX": RUNTIMES["unix"], "MPS2_AN385": MPS2}
REST = {"free": 30000, "largest": 9000}


@pytest.mark.parametrize("name", sorted(MINUTES))
def test_no_answer_is_wrong_and_the_heap_stays(name):
    require(RUNTIME_OF[name])
    result = soak.soak(name, MINUTES[name])
    print(result)
    assert soak.judge(result) == []


def judged(**changes):
    """What is found wrong with a good result that is changed so."""
    return soak.judge({"rounds": {"pages": 5}, "faults": [], "before": REST, "after": REST, **changes})


def test_a_good_result_is_good():
    assert judged() == []


def test_what_is_wrong_is_found():
    assert judged(faults=["pages: 404"]) == ["pages: 404"]
    assert judged(rounds={"pages": 5, "sockets": 0}) == ["sockets: no round was finished"]
    assert judged(after={"free": 25000, "largest": 9000}) == ["the free heap went from 30,000 to 25,000 bytes"]
    assert judged(after={"free": 30000, "largest": 4000}) == ["the largest free block went from 9,000 to 4,000 bytes"]
