"""What few request heads have: a target that is no path, another version, bytes that are still to come (RFC 9112).

Imported by the first of them.
"""

from .httpSyntax import HttpError, IsAuthority
from .interpreter import const

_CR = const(13)


def ParseOtherForm(head, target):
    """Brings a target that is no path into origin-form (RFC 9112 section 3.2)."""
    if target == b"*" and head._method == "OPTIONS":
        return
    if head._method == "CONNECT":
        raise HttpError(501, "no tunnels here")
    if target[:7].lower() != b"http://" and target[:8].lower() != b"https://":
        raise HttpError(400, "malformed request target")
    authority = target.find(b"//") + 2
    path = len(target)
    for mark in (b"/", b"?"):
        at = target.find(mark, authority, path)
        if at >= 0:
            path = at
    if path == authority or not IsAuthority(target, authority, path):
        raise HttpError(400, "malformed authority")
    head._authority = str(target[authority:path], "ascii")  # it replaces Host (section 3.2.2)
    target = target[path:]
    head._target = target if target[:1] == b"/" else b"/" + target


def ParseVersion(buf, start, eol):
    """Returns the minor version to speak by: 1, or 0 for HTTP/1.0. Raises HttpError."""
    version = buf[start:eol]
    if (
        not start
        or eol - start != 8
        or not version.startswith(b"HTTP/")
        or version[6] != 46
        or not 48 <= version[5] <= 57
        or not 48 <= version[7] <= 57
    ):
        raise HttpError(400, "malformed request line")
    if version[5] != 49:
        raise HttpError(505, "HTTP version not supported")
    return 1 if version[7] != 48 else 0  # RFC 9110 section 2.5: a higher minor is served as ours


def CheckPartialHead(buf, start, have, maxSize):
    """Refuses a head that can only turn out malformed, or larger than `maxSize`, before the rest comes."""
    line = buf.find(b"\n", start, have)
    first = line
    while line >= 0:  # a bare LF would hide the head's end
        if line == start or buf[line - 1] != _CR:
            raise HttpError(400, "bare LF")
        line = buf.find(b"\n", line + 1, have)
    if have - start >= maxSize:
        if first < 0:
            raise HttpError(414, "request line larger than %d bytes" % maxSize)
        raise HttpError(431, "request head larger than %d bytes" % maxSize)
