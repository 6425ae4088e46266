"""The properties of properties.py, put to inputs that are the same each time."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
import properties

sys.path.remove(str(Path(__file__).parent))

# What the parsers look for, so that the bytes lead somewhere.
WORDS = {
    "head": [
        b"GET ",
        b"POST ",
        b"/",
        b"?a=%00",
        b" HTTP/1.1\r\n",
        b" HTTP/1.0\r\n",
        b"Host: a\r\n",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked\r\n",
        b"Expect: 100-continue\r\n",
        b"5\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b":",
        b"[",
        b"]",
        b"http://h",
        b"\0",
        b"\xff",
    ],
    "chunked": [
        b"0",
        b"5",
        b"a",
        b"ffffffff",
        b";x=y",
        b"\r\n",
        b"\r",
        b"\n",
        b"hello",
        b"0\r\n",
        b"X: y\r\n",
        b"\0",
        b"5\r\nhello\r\n",
    ],
    "multipart": [
        b"--XX",
        b"--XX--",
        b"\r\n",
        b"--",
        b"XX",
        b'Content-Disposition: form-data; name="a"',
        b'; filename="b"',
        b"\r\n\r\n",
        b"data",
        b"\\",
        b'"',
    ],
    "frames": [
        b"\x81",
        b"\x82",
        b"\x01",
        b"\x80",
        b"\x88",
        b"\x89",
        b"\0",
        b"\xff",
        b"\xfe",
        b"\x85",
        b"key!",
        b"\xc3",
        b"hello",
        b"\x03\xe8",
    ],
    "paths": [b"/", b".", b"..", b"%2e", b"%2F", b"%5c", b"\\", b"%00", b"%", b"a", b"%c0%ae", b"\xe9"],
    "queries": [b"a", b"=", b"&", b"+", b"%20", b"%", b"%zz", b"%c3%a9", b"\xe9"],
    "dates": [
        b"Sun, ",
        b"06 ",
        b"Nov ",
        b"1994 ",
        b"08:49:37 ",
        b"GMT",
        b"-",
        b"Sunday, ",
        b"94 ",
        b" ",
        b"Sun Nov  6 ",
        b":",
        b"0",
        b"\xb2",
    ],
    "cookies": [b"a", b"=", b";", b" ", b"\r\n", b"\0", b'"', b",", b"\\", b"value", b"\xe9"],
    "content_types": [b"; ", b"boundary", b"=", b"XX", b'"', b"\\", b",", b"charset=x", b"a", b"*"],
    "pages": [
        b"{{",
        b"}}",
        b"{{ py }}",
        b"{{ end }}",
        b"{{ if x }}",
        b"{{ for a in b }}",
        b"{{ elif ",
        b"{{ else }}",
        b"x",
        b'"',
        b"'",
        b"\n",
        b"    ",
        b"(",
        b")",
        b"#",
        b"\\",
        b"\xff",
        b"\0",
        b"print(1)",
    ],
}
EVERY_TIME = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def test_every_property_has_words():
    assert set(WORDS) == set(properties.PROPERTIES)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_property(name):
    """Some inputs, half of them of words, half of any bytes; the same each time."""
    words = st.lists(st.sampled_from(WORDS[name]), max_size=25).map(b"".join)
    inputs = st.tuples(st.binary(min_size=1, max_size=1), words | st.binary(max_size=200)).map(b"".join)

    @settings(EVERY_TIME)
    @given(inputs)
    def holds(data):
        properties.PROPERTIES[name](data)

    holds()


def test_an_error_that_is_not_documented_is_seen():
    with pytest.raises(IndexError):
        properties.expecting(ValueError, list.pop, [])
