"""The WebSocket's frames, fed rows of bytes: in this process, and on every MicroPython all of them at once."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))  # as a MicroPython finds them: beside the program

import ws_feed  # noqa: E402
import ws_rows  # noqa: E402

sys.path.remove(str(FOLDER))


def row_id(row):
    return row[0]


@pytest.mark.parametrize("way", ws_feed.WAYS)
@pytest.mark.parametrize("row", ws_rows.GOOD, ids=row_id)
def test_good_frames(row, way):
    assert ws_feed.check_good(row, way) is None


@pytest.mark.parametrize("way", ws_feed.WAYS)
@pytest.mark.parametrize("row", ws_rows.BAD, ids=row_id)
def test_violations(row, way):
    assert ws_feed.check_bad(row, way) is None


@pytest.mark.parametrize("row", ws_rows.ANNOUNCED, ids=row_id)
def test_refused_before_it_comes(row):
    assert ws_feed.check_announced(row) is None


def test_values():
    assert [name + ": " + wrong for name, wrong in ws_feed.values() if wrong] == []


@pytest.mark.long_on_board
def test_all_rows_on_a_micropython(feeder):
    feeder.feed(FOLDER / "ws_feed.py", len(list(ws_feed.everything())), heap="8m")


def test_rows_are_told_apart():
    """The checker sees a wrong expectation: without that no row could fail."""
    name, section, data, _ = ws_rows.GOOD[0]
    assert "expected" in ws_feed.check_good((name, section, data, [("text", b"hello")]), "whole")
    assert "1009" in ws_feed.check_bad(("", "", ws_rows.frame(3), 1009), "whole")
    assert "expected" in ws_feed.check_bad((name, section, data, 1002), "whole")
    assert ws_feed.utf8_fault(b"\xff", 1) == 1


def is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


UTF8_PIECES = st.sampled_from(
    [b"a", b"\x80", b"\xbf", b"\xc2", b"\xe0", b"\xa0", b"\x9f", b"\xed", b"\xf0", b"\x90", b"\x8f", b"\xf4", b"\xc1"]
)


@settings(deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(UTF8_PIECES, max_size=8), st.integers(1, 4))
def test_utf8_as_the_runtime_knows_it(pieces, step):
    data = b"".join(pieces)
    assert (ws_feed.utf8_fault(data, step) is None) == is_utf8(data)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200), st.integers(1, 30))
def test_any_bytes_end_the_same_in_any_pieces(data, step):
    assert ws_feed.feed(data, step) == ws_feed.feed(data, 1024)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=600), min_size=1, max_size=5), st.binary(min_size=4, max_size=4), st.integers(1, 50))
def test_any_message_in_any_fragments(fragments, key, step):
    frames = [
        ws_rows.frame(0 if i else 2, payload, i == len(fragments) - 1, key=key) for i, payload in enumerate(fragments)
    ]
    assert ws_feed.feed(b"".join(frames), step) == [("binary", b"".join(fragments))]
