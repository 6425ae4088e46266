"""The multipart parser, fed rows of bytes: in this process row by row, on every MicroPython all of them at once."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))  # as a MicroPython finds them: beside the program

import multipart_feed as feed  # noqa: E402
import multipart_rows as rows  # noqa: E402

sys.path.remove(str(FOLDER))


def row_id(row):
    return row[0] or "empty"


@pytest.mark.parametrize("way", feed.WAYS)
@pytest.mark.parametrize("row", rows.GOOD + rows.BAD, ids=row_id)
def test_row(row, way):
    assert feed.check(row, way) is None


@pytest.mark.parametrize("row", rows.CONTENT_TYPES, ids=row_id)
def test_content_type(row):
    assert feed.check_content_type(row) is None


def test_all_rows_on_a_micropython(feeder):
    feeder.feed(FOLDER / "multipart_feed.py", len(list(feed.everything())), heap="1m")


def test_rows_are_told_apart():
    """The checker sees a wrong expectation: without that no row could fail."""
    name, section, boundary, content, _ = rows.GOOD[1]
    assert "got" in feed.check((name, section, boundary, content, [("b", None, "text/plain", b"x")]), "whole")
    assert "expected" in feed.check((name, section, boundary, content, 400), "whole")
    assert "refused with 400" in feed.check((name, section, boundary, content[:-8], []), "whole")
    assert "expected" in feed.check_content_type(("multipart/form-data; boundary=a", "", "b"))


# Contents made of what matters to the parser, so that malformed ones are met as often as good ones.
FRAGMENTS = st.sampled_from(
    [
        b"--bd", b"\r\n--bd\r\n", b"\r\n--bd--", b"--", b"\r\n", b"\r", b"\n", b"-", b" ", b"bd", b"x" * 700, b"\xff",
        b"Content-Disposition: form-data; name=a\r\n\r\n",
        b'Content-Disposition: form-data; name="b"; filename="c"\r\n',
        b"Content-Type: t/u\r\n", b"\r\n\r\n", b"X: y\r\n",
        b"\r\n--bd\r\nContent-Disposition: form-data; name=a\r\n\r\n",
    ]
)  # fmt: skip


def outcome(content, pieces, size):
    """The status, the parts, and what came of a part without end, for a content cut at `pieces`."""
    collector = feed.Collector("bd", size)
    try:
        for start, end in zip([0, *pieces], [*pieces, len(content)]):
            collector.parser.Feed(content[start:end])
        collector.parser.Finish()
        status = None
    except feed.HttpError as error:
        status = error.Status
    return status, collector.parts, collector.unfinished()


@settings(deadline=None, max_examples=400)
@given(st.lists(FRAGMENTS, max_size=12), st.data())
def test_any_cut_gives_the_same(fragments, data):
    content = b"--bd\r\n" + b"".join(fragments)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=20)))
    size = data.draw(st.sampled_from([2048, 2049, 4096]))
    assert outcome(content, cuts, size) == outcome(content, [], 1 << 16)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.binary(max_size=5000).filter(lambda part: b"\r\n--bd" not in b"\r\n" + part), max_size=5), st.data())
def test_any_contents_come_out_as_they_went_in(contents, data):
    head = b"--bd\r\nContent-Disposition: form-data; name=a\r\n\r\n"
    content = b"".join(head + part + b"\r\n" for part in contents) + b"--bd--\r\n"
    cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=20)))
    status, parts, _ = outcome(content, cuts, 2048)
    assert status is None
    assert [part[3] for part in parts] == contents


def test_the_buffer_does_not_grow():
    collector = feed.Collector("B")
    sizes = []
    parser = collector.parser
    parser._onData = lambda data: sizes.append(len(data))
    parser.Feed(b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\n")
    for _ in range(1000):
        parser.Feed(b"\rx" * 2000)
    parser.Feed(b"x" * 100)
    assert sum(sizes) == 4_000_100
    assert max(sizes) <= feed.MIN_BUFFER
    assert len(parser._buf) == feed.MIN_BUFFER
