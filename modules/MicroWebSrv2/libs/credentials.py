"""Credentials of the Authorization field (RFC 7617, RFC 6750): text in, yes or no out."""

from binascii import a2b_base64


def SameBytes(a, b):
    """Says whether two byte strings are equal, in a time that does not tell where they differ."""
    different = len(a) ^ len(b)
    for i in range(len(a)):
        different |= a[i] ^ b[i % len(b)] if b else 1
    return different == 0


def IsBasic(authorization, username, password):
    """Says whether the field's value holds this user and password; a password may hold colons."""
    return SameBytes(BasicBytes(authorization), ("%s:%s" % (username, password)).encode())


def BasicBytes(authorization):
    """Returns the `user:password` (bytes) that the field's value holds, b"" if it holds none."""
    try:
        return a2b_base64(_Credentials(authorization, "basic"))
    except ValueError:
        return b""


def IsBearer(authorization, token):
    """Says whether the field's value holds this token."""
    return SameBytes(_Credentials(authorization, "bearer").encode(), token.encode())


def _Credentials(authorization, scheme):
    """Returns what stands behind the scheme's name, "" for another scheme."""
    if authorization[: len(scheme) + 1].lower() != scheme + " ":
        return ""
    return authorization[len(scheme) + 1 :].strip(" ")
