"""The properties of properties.py and fields.py, put to inputs that are the same each time.

`make fuzz` puts them to others, led by what the code does with them. What it finds is kept in corpus/, a folder a
property, and tried here too.
"""

import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import every  # noqa: E402
import fields  # noqa: E402
import properties  # noqa: E402
from words import WORDS  # noqa: E402

sys.path.remove(str(HERE))

FEEDS = properties.feed, properties.multipart_feed, properties.ws_feed
LARGEST = 700  # bytes of a row that is cut at each place: what is longer is the same byte again and again
EVERY_TIME = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def put(name, inputs):
    """Put a property to inputs, a strategy."""

    @settings(EVERY_TIME)
    @given(inputs)
    def holds(data):
        every.PROPERTIES[name](data)

    holds()


def test_every_property_has_words():
    assert set(WORDS) == set(every.PROPERTIES)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_property(name):
    """Some inputs, half of them of words, half of any bytes; the same each time."""
    words = st.lists(st.sampled_from(WORDS[name]), max_size=25).map(b"".join)
    first = st.binary(min_size=1, max_size=1) if name in every.WITH_CHOICE else st.just(b"")
    put(name, st.tuples(first, words | st.binary(max_size=200)).map(b"".join))


@pytest.mark.parametrize("name", sorted(fields.GRAMMAR))
def test_what_is_well_formed(name):
    """It means what its grammar says."""
    first = st.binary(min_size=1, max_size=1) if name in every.WITH_CHOICE else st.just(b"")
    put(name, st.tuples(first, st.from_regex(re.compile(fields.GRAMMAR[name]), fullmatch=True)).map(b"".join))


CORPUS = sorted(path for path in (HERE / "corpus").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_corpus(path):
    every.PROPERTIES[path.parent.name](path.read_bytes())


def test_the_corpus_has_all_properties():
    assert {path.parent.name for path in CORPUS} == set(every.PROPERTIES)


# --- cut in two, at each place ---

SYNTAX, MULTIPART, FRAMES = FEEDS


def cuts(data):
    """Sizes of pieces that cut data in two, at each place."""
    for at in range(1, len(data) if len(data) <= LARGEST else 0):
        yield iter((at, *[len(data)] * len(data)))


def heads():
    for row in SYNTAX.rows.GOOD_HEADS + SYNTAX.rows.BAD_HEADS:
        yield row[0], row[2] + SYNTAX.BEHIND, lambda data, step: properties.taken(SYNTAX.feed_head, data, step)


def chunks():
    for row in SYNTAX.rows.CHUNKED:
        yield row[0], row[2] + SYNTAX.BEHIND, lambda data, step: properties.taken(SYNTAX.feed_chunked, data, step)


def forms():
    for row in MULTIPART.GOOD + MULTIPART.BAD:
        boundary = row[2]
        yield row[0], row[3], lambda data, step, boundary=boundary: properties.parts(data, step, boundary)


def messages():
    for row in FRAMES.rows.GOOD + FRAMES.rows.BAD:
        yield row[0], row[2] + FRAMES.BEHIND, FRAMES.feed


@pytest.mark.parametrize("rows", [heads, chunks, forms, messages])
def test_a_cut_changes_nothing(rows):
    """Each row of each syntax, with another message behind where there can be one."""
    tried = 0
    for name, data, feed in rows():
        whole = feed(data, properties.WHOLE)
        for at, sizes in enumerate(cuts(data), 1):
            assert feed(data, sizes) == whole, f"{name}, cut behind {data[:at]!r}"
            tried += 1
    assert tried > 500


def test_an_error_that_is_not_documented_is_seen():
    with pytest.raises(IndexError):
        properties.expecting(ValueError, list.pop, [])
