"""The opening handshake of WebSocket (RFC 6455 section 4): values in, values out. No sockets here."""

from binascii import b2a_base64

try:
    from hashlib import sha1

    def _Digest(data):
        return sha1(data).digest()

except ImportError:  # the WiPy, and other boards without TLS
    from .sha1 import Sha1 as _Digest

VERSION = "13"  # the only version there is

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def IsKey(key):
    """Says whether the value of Sec-WebSocket-Key is 16 bytes in base64 (section 4.2.1)."""
    if len(key) != 24 or key[22:] != "==":
        return False
    return all(char in _BASE64 for char in key[:22])


def AcceptKey(key):
    """Returns the Sec-WebSocket-Accept (str) that answers a Sec-WebSocket-Key (section 4.2.2)."""
    return str(b2a_base64(_Digest(key.encode() + _GUID))[:-1], "ascii")


def HasToken(value, token):
    """Says whether a comma separated field value has this token (lower case), in any case of letters."""
    for item in value.split(","):
        item = item.strip(" \t")
        if item.lower() == token:
            return True
    return False
