"""Passwords kept as salted hashes, in the text form `pbkdf2-sha256$2000$SALT$HASH` (both in base64)."""

from binascii import a2b_base64, b2a_base64

from .credentials import SameBytes
from .seals import HASHES, Digest, HasHash, Pbkdf2

# An ESP32 takes some tenths of a second for these; a password is looked at once, then its seal is known.
ROUNDS = 2000
_MOST_ROUNDS = 10000000
_SALT_BYTES = 12
_PREFIX = "pbkdf2-"


def MakeHash(password, salt, rounds=ROUNDS, name="sha256"):
    """Returns the hash (str) of a password (str, not empty). `salt`: 12 random bytes or more. Raises ValueError."""
    if not isinstance(password, str) or not password:
        raise ValueError("the password must be a not empty string")
    if len(salt) < _SALT_BYTES or not 0 < rounds <= _MOST_ROUNDS or name not in HASHES:
        raise ValueError("expected %d bytes of salt, 1..%d rounds, sha256 or sha1" % (_SALT_BYTES, _MOST_ROUNDS))
    digest = Pbkdf2(name, password.encode(), salt, rounds)
    return "%s%s$%d$%s$%s" % (_PREFIX, name, rounds, _Text(salt), _Text(digest))


def CheckHash(password, stored):
    """Says whether `password` (bytes) is the one that `stored` (str) was made of. Raises ValueError, see ParseHash."""
    name, rounds, salt, digest = ParseHash(stored)
    return SameBytes(Pbkdf2(name, password, salt, rounds), digest)


def ParseHash(stored):
    """Returns (name, rounds, salt, digest) of a hash. Raises ValueError if it is none, or this runtime cannot do it."""
    parts = stored.split("$") if isinstance(stored, str) else ()
    name = parts[0][len(_PREFIX) :] if parts else ""
    if len(parts) != 4 or parts[0][: len(_PREFIX)] != _PREFIX or name not in HASHES:
        raise ValueError("not a password's hash as pbkdf2-sha256$2000$SALT$HASH")
    if not parts[1].isdigit() or len(parts[1]) > 8 or not 0 < int(parts[1]) <= _MOST_ROUNDS:
        raise ValueError("the hash has a wrong number of rounds")
    if not HasHash(name):
        raise ValueError("this firmware has no %s: make the hash with sha1" % name)
    salt, digest = a2b_base64(parts[2]), a2b_base64(parts[3])
    if not salt or len(digest) != len(Digest(name, b"")):
        raise ValueError("the hash has a wrong length")
    return name, int(parts[1]), salt, digest


def _Text(data):
    return str(b2a_base64(data), "ascii").strip()
