"""HTTP/1.1 message syntax (RFC 9112): bytes in, values out. No sockets here.

A request's head is parsed where it lies in its buffer: what the server needs
of every request is decided in one pass over the lines, every other field is
found again when somebody asks for it.
"""

from .interpreter import IsHost, IsTarget, IsToken, const

MAX_FIELDS = const(100)  # lines in a head; past it: 431
_MAX_LENGTH_DIGITS = const(15)  # of Content-Length: a petabyte; past it: 413
_MAX_METHOD = const(32)  # bytes; past it: 501

_SP = const(32)
_HTAB = const(9)
_CR = const(13)
_LF = const(10)


# What the fields of a head said, one bit each, so that a second one is noticed too.
SEEN_HOST = const(1)
SEEN_LENGTH = const(2)
SEEN_CODING = const(4)
SEEN_EXPECT = const(8)
SEEN_TYPE = const(16)
SEEN_CLOSE = const(32)
SEEN_KEEP_ALIVE = const(64)
SEEN_UPGRADE = const(128)
_SEEN_FRAMING = const(30)  # length, coding, expect, type: something to check


class HttpError(Exception):
    """The peer's fault: `Status` is the answer's code, the text says why."""

    def __init__(self, status, why):
        super().__init__(why)
        self.Status = status


class RequestHead:
    """What the head of a request says about its own framing, and where its fields lie.

    One object serves many requests: `ParseRequestHead` sets every attribute.
    """

    def __init__(self):
        self._buf = None  # bytearray the head lies in
        self._fields = 0  # offset of the first field line
        self._end = 0  # offset after the empty line
        self._method = None  # str
        self._target = None  # bytes: origin-form, still encoded
        self._minor = 1  # of HTTP/1.x
        self._seen = 0  # SEEN_… bits
        self._authority = None  # str: of a target in absolute-form
        self._length = 0  # of the content; -1: chunked

    def FindField(self, name, start=0):
        """Returns the offset of the value of the next field `name` (lower case bytes), or -1.

        `start` is 0 or a former result, to go on from there.
        """
        buf = self._buf
        end = self._end
        size = len(name)
        if start:
            i = buf.find(b"\r\n", start, end) + 2
        else:
            i = self._fields
        while i < end - 2:
            if buf[i + size] == 58 and buf[i : i + size].lower() == name:
                i += size + 1
                while buf[i] == _SP or buf[i] == _HTAB:
                    i += 1
                return i
            i = buf.find(b"\r\n", i, end) + 2
        return -1

    def FieldValue(self, start):
        """Returns the value (str) that begins at the offset `start`."""
        buf = self._buf
        return _Latin1(buf, start, TrimEnd(buf, start, buf.find(b"\r\n", start, self._end)))


def HeadEnd(buf, start, have, scanned, maxSize):
    """Returns the offset after the request head that begins at `start`, or 0 if more is needed.

    `have` is the end of the received bytes; up to `scanned` they were looked
    at before. Raises HttpError where the head can only turn out malformed or
    larger than `maxSize`, so that nobody waits for the rest of it.
    """
    end = buf.find(b"\r\n\r\n", scanned - 3 if scanned > start + 3 else start, have)
    if end >= 0:
        return end + 4
    line = buf.find(b"\n", start, have)
    if line >= 0 and (line == start or buf[line - 1] != _CR):
        raise HttpError(400, "bare LF")
    if have - start >= maxSize:
        if line < 0:
            raise HttpError(414, "request line larger than %d bytes" % maxSize)
        raise HttpError(431, "request head larger than %d bytes" % maxSize)
    while line >= 0:  # a bare LF in a later line would hide the head's end
        if buf[line - 1] != _CR:
            raise HttpError(400, "bare LF")
        line = buf.find(b"\n", line + 1, have)
    return 0


def ParseRequestHead(head, buf, view, start, end, known):
    """Reads the request head buf[start:end] into the RequestHead `head`; `view` is buf's memoryview.

    `known` holds targets (bytes) known to be well formed, usually the routes'.
    Raises HttpError.
    """
    head._method = ""
    head._minor = 1
    head._length = head._seen = 0
    head._authority = None
    eol = buf.find(b"\r\n", start, end)
    if buf.startswith(b"GET ", start):
        method = "GET"
        i = start + 4
    else:
        method, i = _ParseMethod(buf, start, eol)
    sp = buf.find(b" ", i, eol)
    if sp < 0:
        raise HttpError(400, "request line without version")
    if not buf.startswith(b" HTTP/1.", sp) or eol != sp + 9:
        raise _VersionError(buf, sp + 1, eol)
    minor = buf[eol - 1] - 48
    if minor != 1:
        if not 0 <= minor <= 9:
            raise HttpError(400, "malformed version")
        minor = 1 if minor else 0  # RFC 9110 section 2.5: a higher minor is served as ours
    target = bytes(view[i:sp])  # bytes, not str: MicroPython looks every new str up among its interned ones
    head._buf = buf
    head._method = method
    head._minor = minor
    head._fields = eol + 2
    head._end = end
    seen = _ParseFields(head, buf, eol + 2, end)
    if target not in known:
        target = _CheckTarget(head, method, target, buf, i, sp)
    head._target = target
    head._seen = seen
    if not seen & SEEN_HOST and minor:
        raise HttpError(400, "no Host field")  # RFC 9112 section 3.2
    if seen & _SEEN_FRAMING:
        _CheckFraming(head, method, minor, seen)


def _ParseMethod(buf, start, eol):
    sp = buf.find(b" ", start, eol)
    if sp < 0 or not IsToken(buf, start, sp):
        raise HttpError(400, "malformed request line")
    if sp - start > _MAX_METHOD:
        raise HttpError(501, "unknown method")
    return str(buf[start:sp], "latin-1"), sp + 1


def _VersionError(buf, start, end):
    """Returns the HttpError for a version other than HTTP/1.x."""
    version = buf[start:end]
    if (
        end - start == 8
        and version.startswith(b"HTTP/")
        and version[6] == 46
        and 48 <= version[5] <= 57
        and 48 <= version[7] <= 57
    ):
        return HttpError(505, "HTTP version not supported")
    return HttpError(400, "malformed request line")


def _CheckTarget(head, method, target, buf, start, end):
    """Returns the target in origin-form (RFC 9112 section 3.2); raises HttpError."""
    if not IsTarget(buf, start, end):
        raise HttpError(400, "malformed request target")
    if target[0] == 47:
        return target
    if target == b"*" and method == "OPTIONS":
        return target
    if target[:7].lower() == b"http://" or target[:8].lower() == b"https://":
        authority = target.find(b"//") + 2
        path = len(target)
        for mark in (b"/", b"?"):
            at = target.find(mark, authority, path)
            if at >= 0:
                path = at
        if path == authority or not IsHost(target, authority, path):
            raise HttpError(400, "malformed authority")
        head._authority = str(target[authority:path], "ascii")  # it replaces Host (section 3.2.2)
        target = target[path:]
        return target if target[:1] == b"/" else b"/" + target
    if method == "CONNECT":
        raise HttpError(501, "no tunnels here")
    raise HttpError(400, "malformed request target")


def _ParseFields(head, buf, i, end):
    """Checks every field line and reads those that matter; returns the SEEN_… bits."""
    lines = 2  # the request line and the empty one
    seen = 0
    last = end - 2
    while i < last:
        eol = buf.find(b"\r\n", i, end)
        colon = buf.find(b":", i, eol)
        # Also a folded line (RFC 9112 section 5.2), a blank before the colon (5.1), no name.
        if colon < 0 or not IsToken(buf, i, colon):
            raise HttpError(400, "malformed field line")
        field = _FIELDS.get((colon - i) << 8 | buf[i] | 32)
        if field and (buf.startswith(field[0], i) or buf[i:colon].lower() == field[0].lower()):
            seen = field[1](head, buf, colon + 1, eol, seen)
        i = eol + 2
        lines += 1
    if lines - 2 > MAX_FIELDS:
        raise HttpError(431, "more than %d fields" % MAX_FIELDS)
    start = head._fields
    # The request line's end was found from the same CRLF, so it counts once.
    if buf.count(b"\n", start, end) != lines - 1 or buf.count(b"\r", start, end) != lines - 1:
        raise HttpError(400, "bare CR or LF")
    if buf.find(b"\0", start, end) >= 0:
        raise HttpError(400, "NUL in a field")
    return seen


def _ParseHost(head, buf, start, end, seen):
    if seen & SEEN_HOST:
        raise HttpError(400, "more than one Host field")
    while start < end and (buf[start] == _SP or buf[start] == _HTAB):
        start += 1
    if not IsHost(buf, start, TrimEnd(buf, start, end)):
        raise HttpError(400, "malformed Host field")
    return seen | SEEN_HOST


def _ParseLength(head, buf, start, end, seen):
    if seen & SEEN_LENGTH:
        raise HttpError(400, "more than one Content-Length field")
    head._length = ParseDigits(_Value(buf, start, end))
    return seen | SEEN_LENGTH


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


def _ParseCoding(head, buf, start, end, seen):
    if seen & SEEN_CODING:
        raise HttpError(400, "more than one Transfer-Encoding field")
    if _Value(buf, start, end).lower() != "chunked":  # RFC 9112 section 6.1
        raise HttpError(501, "unknown transfer coding")
    return seen | SEEN_CODING


def _ParseExpect(head, buf, start, end, seen):
    if _Value(buf, start, end).lower() != "100-continue":  # RFC 9110 section 10.1.1
        raise HttpError(417, "unknown expectation")
    return seen | SEEN_EXPECT


def _ParseType(head, buf, start, end, seen):
    return seen | SEEN_TYPE


def _ParseConnection(head, buf, start, end, seen):
    for option in _Value(buf, start, end).lower().split(","):
        option = option.strip(" \t")
        if option == "close":
            seen |= SEEN_CLOSE
        elif option == "keep-alive":
            seen |= SEEN_KEEP_ALIVE
        elif option == "upgrade":
            seen |= SEEN_UPGRADE
    return seen


# What the server must know of every request, by length and first letter of the field's name.
_FIELDS = {
    (4 << 8) | 104: (b"Host", _ParseHost),
    (6 << 8) | 101: (b"Expect", _ParseExpect),
    (10 << 8) | 99: (b"Connection", _ParseConnection),
    (12 << 8) | 99: (b"Content-Type", _ParseType),
    (14 << 8) | 99: (b"Content-Length", _ParseLength),
    (17 << 8) | 116: (b"Transfer-Encoding", _ParseCoding),
}


def _CheckFraming(head, method, minor, seen):
    """Decides how long the content is (RFC 9112 section 6.3). Raises HttpError."""
    if seen & SEEN_CODING:
        if seen & SEEN_LENGTH:
            raise HttpError(400, "both Content-Length and Transfer-Encoding")
        if not minor:
            raise HttpError(400, "Transfer-Encoding in HTTP/1.0")
        head._length = -1
    elif seen & (SEEN_TYPE | SEEN_LENGTH) == SEEN_TYPE and method in ("POST", "PUT", "PATCH"):
        # Content is announced, and nothing says where it ends (RFC 9110 section 15.5.12).
        raise HttpError(411, "content without a length")


def _Value(buf, start, end):
    while start < end and (buf[start] == _SP or buf[start] == _HTAB):
        start += 1
    return _Latin1(buf, start, TrimEnd(buf, start, end))


def TrimEnd(buf, start, end):
    """Returns the end of buf[start:end] without the blanks before it (RFC 9110 section 5.6.3)."""
    while end > start and (buf[end - 1] == _SP or buf[end - 1] == _HTAB):
        end -= 1
    return end


def _Latin1(buf, start, end):
    """Returns buf[start:end] as text: field values are Latin-1 (RFC 9110 section 5.5)."""
    raw = buf[start:end]
    try:
        text = str(raw, "ascii")
        if len(text) == len(raw):  # MicroPython takes UTF-8 for any encoding
            return text
    except UnicodeError:
        pass
    return "".join([chr(byte) for byte in raw])
