"""The HTTP syntax, fed rows of bytes: in this process row by row, and on every MicroPython all of them at once."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))  # as a MicroPython finds them: beside the program

import rows  # noqa: E402
import syntax_feed as feed  # noqa: E402

sys.path.remove(str(FOLDER))


def row_id(row):
    return row[0]


@pytest.mark.parametrize("way", feed.WAYS)
@pytest.mark.parametrize("row", rows.GOOD_HEADS + rows.BAD_HEADS, ids=row_id)
def test_head(row, way):
    assert feed.check_head(row, way) is None


@pytest.mark.parametrize("way", feed.WAYS[:3])
@pytest.mark.parametrize("row", rows.CHUNKED, ids=row_id)
def test_chunked_content(row, way):
    assert feed.check_chunked(row, way) is None


@pytest.mark.parametrize(("name", "wrong"), list(feed.values()), ids=lambda value: str(value)[:60])
def test_value(name, wrong):
    assert wrong is None, name


def test_all_rows_on_a_micropython(feeder):
    feeder.feed(FOLDER / "syntax_feed.py", len(list(feed.everything())))


def test_rows_are_told_apart():
    """The checker sees a wrong expectation: without that no row could fail."""
    name, section, data, _ = rows.GOOD_HEADS[0]
    assert "expected method" in feed.check_head((name, section, data, {"method": "PUT"}), "whole")
    assert "taken as" in feed.check_head((name, section, data, 400), "whole")
    assert "refused with 400" in feed.check_head((name, section, b"GET\r\n\r\n", {}), "whole")
    assert "waited for" in feed.check_head((name, section, data[:-2], {}), "whole")
    assert "got" in feed.check_chunked((name, section, b"0\r\n\r\n", b"x"), "whole")


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(min_size=1, max_size=300), max_size=6), st.integers(1, 600))
def test_any_content_in_any_pieces(pieces, step):
    data = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    assert feed.feed_chunked(data + feed.BEHIND, step) == (b"".join(pieces), feed.BEHIND)


def outcome(data, step):
    """What comes of bytes as a head: its end, a status, or None for too few."""
    try:
        result = feed.feed_head(data, step)
    except feed.HttpError as error:
        return error.Status
    return result and (result[1], feed.said(result[0]))


FRAGMENTS = st.sampled_from(
    [b"GET", b" ", b"/", b"HTTP/1.1", b"\r\n", b"\n", b"\r", b"Host", b":", b"a", b"\0", b"\t", b"\xe9", b"X"]
)


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FRAGMENTS, max_size=20), st.integers(1, 5))
def test_any_bytes_end_the_same_in_any_pieces(fragments, step):
    """Nothing but HttpError comes out, and the segments change nothing of it."""
    data = b"GET / HTTP/1.1\r\n" * (step % 2) + b"".join(fragments) + b"\r\n\r\n"
    whole = outcome(data, 16384)
    assert outcome(data, step) == whole
    assert not isinstance(whole, int) or 400 <= whole <= 505
