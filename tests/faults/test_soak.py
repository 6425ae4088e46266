"""A short soak on the UNIX firmware; `make soak` is the long one, on the emulated board too."""

import pytest

from tools import soak

MINUTES = 0.5
REST = {"free": 30000, "largest": 9000}


def test_no_answer_is_wrong_and_the_heap_stays(firmware):
    result = soak.soak("UNIX", MINUTES)
    print(result)
    assert soak.judge(result) == []


def test_an_end_before_the_beginning_is_refused(capsys):
    with pytest.raises(SystemExit):
        soak.main(["--minutes", "0"])
    assert "--minutes: expected more than 0" in capsys.readouterr().err


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
