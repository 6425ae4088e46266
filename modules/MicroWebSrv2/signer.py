"""Signed values that expire, for sessions in cookies and for bearer tokens: nothing is kept on the server."""

import os
import time
from binascii import a2b_base64, b2a_base64

from .libs.credentials import SameBytes
from .libs.seals import BestHash, Hmac

_LEAST_KEY = 16  # bytes


class Signer:
    """Signs texts with a key, and knows its signatures again.

    `key`: at least 16 bytes, secret; None makes a random one, whose signatures end with the program: right for
    a device without a clock. Who sees a signed value can read it, and use it until it expires: send it over TLS.
    """

    def __init__(self, key=None):
        if key is None:
            key = os.urandom(32)
        if not isinstance(key, (bytes, bytearray)) or len(key) < _LEAST_KEY:
            raise ValueError('"key" must be at least %d bytes, or None' % _LEAST_KEY)
        self._key = bytes(key)
        self._hash = BestHash()

    def Sign(self, value, lifeSec=3600):
        """Returns `value` (str) signed, as a text of letters, digits, `-`, `_` and `.`; it is good for `lifeSec`.

        Raises ValueError.
        """
        if not isinstance(value, str):
            raise ValueError('"value" must be a string, got %r' % (type(value),))
        if not isinstance(lifeSec, int) or isinstance(lifeSec, bool) or lifeSec <= 0:
            raise ValueError('"lifeSec" must be a positive integer, got %r' % (lifeSec,))
        body = "%s.%d" % (_Encode(value.encode()), int(time.time()) + lifeSec)
        return "%s.%s" % (body, self._Seal(body))

    def Verify(self, signed):
        """Returns the value (str) that was signed; None if it was not by this key, or has expired, or is nothing."""
        if not isinstance(signed, str):
            return None
        at = max(signed.rfind("."), 0)
        body = signed[:at]
        try:
            if not SameBytes(self._Seal(body).encode(), signed[at + 1 :].encode()):
                return None
        except UnicodeError:  # half a surrogate pair, out of a JSON text
            return None
        at = body.find(".")
        if int(time.time()) >= int(body[at + 1 :]):
            return None
        return str(_Decode(body[:at]), "utf-8")

    def _Seal(self, body):
        return _Encode(Hmac(self._hash, self._key, body.encode()))


def _Encode(data):
    """base64url without padding (RFC 4648 section 5): good in cookies, fields and URLs."""
    text = str(b2a_base64(data), "ascii").strip()
    return text.replace("+", "-").replace("/", "_").replace("=", "")


def _Decode(text):
    return a2b_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
