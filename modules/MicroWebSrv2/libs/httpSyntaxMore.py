"""What few request heads have: a content, a target that is no path, another version, bytes still to come (RFC 9112).

Imported by the first of them.
"""

from .httpSyntax import SEEN_CODING, SEEN_EXPECT, SEEN_LENGTH, SEEN_TYPE, HttpError, IsAuthority
from .interpreter import const

_CR = const(13)
_MAX_LENGTH_DIGITS = const(15)  # of Content-Length: a petabyte; past it: 413


def CheckFraming(head):
    """Decides how long the content is (RFC 9112 section 6.3). Raises HttpError."""
    seen = head._seen
    if seen & SEEN_EXPECT:
        _CheckExpectations(head)
    if seen & SEEN_CODING:
        if head.FieldValue(head.FindField(b"transfer-encoding")).lower() != "chunked":  # RFC 9112 section 6.1
            raise HttpError(501, "unknown transfer coding")
        if seen & SEEN_LENGTH:
            raise HttpError(400, "both Content-Length and Transfer-Encoding")
        if not head._minor:
            raise HttpError(400, "Transfer-Encoding in HTTP/1.0")
        head._length = -1
    elif seen & SEEN_LENGTH:
        head._length = ParseDigits(head.FieldValue(head.FindField(b"content-length")))
    elif seen & SEEN_TYPE and head._method in ("POST", "PUT", "PATCH"):
        # Content is announced, and nothing says where it ends (RFC 9110 section 15.5.12).
        raise HttpError(411, "content without a length")


def _CheckExpectations(head):
    at = head.FindField(b"expect")
    while at >= 0:
        if head.FieldValue(at).lower() != "100-continue":  # RFC 9110 section 10.1.1
            raise HttpError(417, "unknown expectation")
        at = head.FindField(b"expect", at)


def ParseDigits(value):
    """Returns the number of a text that has digits only (RFC 9110 section 8.6). Raises HttpError."""
    if not value:
        raise HttpError(400, "malformed Content-Length")
    for char in value:
        if not "0" <= char <= "9":
            raise HttpError(400, "malformed Content-Length")
    if len(value) > _MAX_LENGTH_DIGITS:
        raise HttpError(413, "Content-Length too large")
    return int(value)


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
    head.Custom = True
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


def KeepHead(head):
    """Copies the head of a RequestHead out of its buffer, which others may then use."""
    head._buf = bytearray(head._view[head._fields : head._end])
    head._view = memoryview(head._buf)
    head._end -= head._fields
    head._noneMatch -= head._fields
    head._fields = 0
