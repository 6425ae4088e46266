"""permessage-deflate without sockets: offers, frames, noise, on every runtime; and what is sent, by zlib."""

import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulated import TOO_LARGE

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))  # as a MicroPython finds them: beside the program

import deflate_feed  # noqa: E402
import deflate_offers  # noqa: E402
import deflate_rows  # noqa: E402

sys.path.remove(str(FOLDER))

from MicroWebSrv2.libs.wsDeflate import Agree, Packer  # noqa: E402

TAIL = b"\x00\x00\xff\xff"


def test_offers(runtime):
    runtime.roomy.feed(FOLDER / "deflate_offers.py", len(list(deflate_offers.everything())), heap="4m")


def test_offers_in_a_small_heap(micropython):
    count = len(list(deflate_offers.everything("small")))
    micropython.feed(FOLDER / "deflate_offers.py", count, ["small"], heap="300k")


@pytest.mark.not_on_board(TOO_LARGE)
def test_frames(runtime):
    count = len(list(deflate_feed.frames())) + deflate_feed.NOISE
    runtime.feed(FOLDER / "deflate_feed.py", count, heap="8m")


def test_rows_are_told_apart():
    """The checkers see a wrong expectation: without that no row could fail."""
    name, section, data, _ = deflate_rows.GOOD[0]
    assert "expected" in deflate_feed.check_good((name, section, data, [("text", b"hello")]), "whole")
    assert "1007" in deflate_feed.check_bad((name, section, deflate_rows.packed(b"\x06"), 1009), "whole")
    assert "expected" in deflate_offers.check("permessage-deflate", None, None)


@pytest.mark.parametrize("bits", range(8, 16))
def test_what_is_sent(bits):
    """Every window that can be asked for is kept: an inflater that has no larger one reads what was sent."""
    packer = Agree(f"permessage-deflate; server_max_window_bits={bits}", None).Packer
    unit = bytes(range(200)) * 2 + bytes(2 ** (bits - 1)) + b"far away"
    for message in (unit * 40, bytes(100000), b"x" * 256):
        frame = bytes(packer.MakeFrame(1, message))
        assert frame[0] == 0xC1
        payload = frame[2 if frame[1] < 126 else 4 :]
        assert zlib.decompressobj(-bits).decompress(payload + TAIL) == message


def test_what_is_not_worth_it():
    packer = Packer(15)
    noise = bytes(i * i * 7919 >> 3 & 255 for i in range(1000))
    assert zlib.compress(noise[:256]) > noise[:256]
    for message in (b"x" * 255, noise[:300]):
        assert packer.MakeFrame(2, message)[0] == 0x82


def compressed(data, level, bits, memory, strategy):
    packer = zlib.compressobj(level, zlib.DEFLATED, -bits, memory, strategy)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.binary(max_size=300), max_size=6).map(b"".join),
    st.integers(1, 200),
    st.sampled_from((0, 1, 6, 9)),
    st.sampled_from((9, 15)),
    st.sampled_from((1, 8)),
    st.sampled_from((zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY)),
    st.integers(1, 500),
)
def test_whatever_zlib_makes(unit, times, level, bits, memory, strategy, step):
    data = (unit * times)[:90000]
    payload = compressed(data, level, bits, memory, strategy)
    cut = len(payload) // 2
    frames = deflate_rows.packed(payload[:cut], False, 2) + deflate_rows.frame(0, payload[cut:])
    assert deflate_feed.feed(frames, step) == [("binary", data)]


@settings(deadline=None, max_examples=500)
@given(st.binary(max_size=100), st.integers(1, 40))
def test_any_bytes_end_the_same_in_any_pieces(payload, step):
    frames = deflate_rows.packed(payload, opcode=2)
    events = deflate_feed.feed(frames, 1024)
    assert deflate_feed.feed(frames, step) == events
    assert [event[0] for event in events] in (["binary"], ["violation"])


@settings(deadline=None, max_examples=500)
@given(st.text('permsag-dflt; ,="\\_clntowindbx8910\t', max_size=60))
def test_any_field(field):
    answer = deflate_offers.answer("permessage-deflate" + field, None)
    assert answer in (None, "malformed") or answer.startswith(deflate_offers.BASE)
