"""Rows of Sec-WebSocket-Extensions fields, and what is answered: RFC 7692 section 7.1, RFC 6455 section 9.1.

tests/feeding.py runs it. With an argument the heap is small: only a window of 1 KB is agreed on, and only if that is
wished.
"""

import sys

from MicroWebSrv2.libs.wsDeflate import Agree

BASE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

# (field, the answer but for client_max_window_bits, the largest of these that may be asked for, None: it may not be)
OFFERS = [
    ("permessage-deflate", BASE, None),
    ("permessage-deflate; client_max_window_bits", BASE, 15),
    ("permessage-deflate;client_max_window_bits=15", BASE, 15),
    ("permessage-deflate; client_max_window_bits=9", BASE, 9),
    ('permessage-deflate ; client_max_window_bits = "9"', BASE, 9),
    ('permessage-deflate; client_max_window_bits="\\9"', BASE, 9),
    ("permessage-deflate; client_no_context_takeover; server_no_context_takeover", BASE, None),
    ("permessage-deflate; server_max_window_bits=9", BASE + "; server_max_window_bits=9", None),
    ("permessage-deflate; server_max_window_bits=8; client_max_window_bits", BASE + "; server_max_window_bits=8", 15),
    ("x-other, permessage-deflate, permessage-deflate; server_max_window_bits=9", BASE, None),
    # RFC 7692 section 5.1: the first choice is declined, the second is what is left
    ("permessage-deflate; server_max_window_bits=7, permessage-deflate; client_max_window_bits", BASE, 15),
    (", permessage-deflate,\t,", BASE, None),
    ("x-webkit-deflate-frame", None, None),
    ("permessage-deflate; unknown", None, None),
    ("permessage-deflate; client_max_window_bits; client_max_window_bits", None, None),
    ("permessage-deflate; server_no_context_takeover; server_no_context_takeover", None, None),
    ("permessage-deflate; server_no_context_takeover=1", None, None),
    ("permessage-deflate; client_no_context_takeover=true", None, None),
    ("permessage-deflate; server_max_window_bits", None, None),
    ("permessage-deflate; server_max_window_bits=16", None, None),
    ("permessage-deflate; client_max_window_bits=7", None, None),
    ("permessage-deflate; client_max_window_bits=09", None, None),
    ("permessage-deflate; client_max_window_bits=+9", None, None),
    ("permessage-deflate; client_max_window_bits=1_0", None, None),
]
MALFORMED = [
    "permessage-deflate;",
    "permessage-deflate; ;client_max_window_bits",
    "permessage-deflate client_max_window_bits",
    "; client_max_window_bits",
    "=",
    "permessage-deflate; client_max_window_bits=",
    'permessage-deflate; client_max_window_bits="9',
    'permessage-deflate; client_max_window_bits=""',
    'permessage-deflate; client_max_window_bits="9 "',
    'permessage-deflate; client_max_window_bits="9"9',
    'permessage-deflate; client_max_window_bits="9\\',
]


def answer(field, allow):
    """The answer to a field, None where it is declined."""
    try:
        agreement = Agree(field, allow)
    except ValueError:
        return "malformed"
    return agreement and agreement.Answer


def expected(row, must, may):
    """The answer to a row where the window must not have more bits than `must`, nor more than `may` if one can ask."""
    _, base, offered = row
    if base is None or offered is None:
        return base if must == 15 else None
    bits = min(must, may, offered)
    return base if bits == 15 else f"{base}; client_max_window_bits={bits}"


def check(field, allow, wanted):
    """What is wrong with the answer to a field, or None."""
    got = answer(field, allow)
    return None if got == wanted else f"expected {wanted}, got {got}"


def everything(is_small=""):
    """Yields (name, what is wrong or None) of each row."""
    may = 12 if sys.implementation.name == "micropython" else 15
    for row in OFFERS:
        field = row[0]
        if is_small:
            yield f"{field}, wished for", check(field, True, expected(row, 10, may))
            yield f"{field}, not wished for", check(field, None, None)
        else:
            yield field, check(field, None, expected(row, 15, may))
    for field in MALFORMED:
        yield f"malformed {field}", check(field, True, "malformed")
