"""Keyed digests: HMAC (RFC 2104) and PBKDF2 (RFC 8018) of SHA-256, or of SHA-1 where a board has nothing better."""

try:
    import hashlib as _hashlib
except ImportError:  # the WiPy
    _hashlib = None

HASHES = ("sha256", "sha1")  # the best first; both work on blocks of 64 bytes


def HasHash(name):
    """Says whether this runtime has a hash; SHA-1 it always has."""
    return name == "sha1" or name in HASHES and hasattr(_hashlib, name)


def BestHash():
    """Returns the name (str) of the best hash that there is."""
    return "sha256" if HasHash("sha256") else "sha1"


def Digest(name, data):
    """Returns the digest (bytes) of `data` (bytes). Raises ValueError for a hash that this runtime has not got."""
    if not HasHash(name):
        raise ValueError("this firmware has no %s" % name)
    if hasattr(_hashlib, name):
        return getattr(_hashlib, name)(data).digest()
    from .sha1 import Sha1

    return Sha1(data)


def Hmac(name, key, data):
    """Returns the HMAC (bytes) of `data` by `key` (both bytes). Raises ValueError, see `Digest`."""
    inner, outer = _Pads(name, key)
    return Digest(name, outer + Digest(name, inner + data))


def _Pads(name, key):
    if len(key) > 64:
        key = Digest(name, key)
    key = key + bytes(64 - len(key))
    return bytes([byte ^ 0x36 for byte in key]), bytes([byte ^ 0x5C for byte in key])


def Pbkdf2(name, password, salt, rounds):
    """Returns PBKDF2's first block (bytes, as long as the digest): what `rounds` HMACs make of a password.

    RFC 8018 section 5.2. Raises ValueError, see `Digest`.
    """
    if hasattr(_hashlib, "pbkdf2_hmac"):
        return _hashlib.pbkdf2_hmac(name, password, salt, rounds)
    inner, outer = _Pads(name, password)
    mixed = 0
    last = salt + b"\x00\x00\x00\x01"
    for _ in range(rounds):
        last = Digest(name, outer + Digest(name, inner + last))
        mixed ^= int.from_bytes(last, "big")
    return mixed.to_bytes(len(last), "big")
