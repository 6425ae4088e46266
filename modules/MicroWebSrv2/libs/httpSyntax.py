"""HTTP/1.1 message syntax (RFC 9112): bytes in, values out. No sockets here.

A request's head is parsed where it lies in its buffer: what the server needs
of every request is decided in one pass over the lines, every other field is
found again when somebody asks for it. What few heads have is in `httpSyntaxMore.py`.
"""

from .interpreter import IsHost, IsTarget, IsToken, const

MAX_FIELDS = const(100)  # lines in a head; past it: 431
_MAX_METHOD = const(32)  # bytes; past it: 501

_SP = const(32)
_HTAB = const(9)
_CR = const(13)
_LF = const(10)


# The last Host that was good: a server's clients all call it by the same name or two, and
# MicroPython compares it 20 times as quickly as it looks at each byte.
_lastHost = [b""]
_MAX_LAST_HOST = const(64)  # bytes

# Names of fields that were good, each with its colon, by length and fourth letter from the end: a browser sends a
# dozen, the same each time. A list: threads write to it, and not every MicroPython guards dictionaries itself.
_goodNames = [b"\0"] * 32
_MAX_GOOD_NAME = const(32)  # bytes

# Targets (bytes) known to be well formed, and the methods that they take: those of routes.
KNOWN_TARGETS = {}

# What the fields of a head said, one bit each, so that a second one is noticed too.
SEEN_HOST = const(1)
SEEN_LENGTH = const(2)
SEEN_CODING = const(4)
SEEN_EXPECT = const(8)
SEEN_TYPE = const(16)
SEEN_CLOSE = const(32)
SEEN_KEEP_ALIVE = const(64)
SEEN_UPGRADE = const(128)
SEEN_RANGE = const(256)  # these only perhaps: they are told by length and first letter
SEEN_CONDITION = const(512)  # If-Match and its like, but for the usual one, which has its own
SEEN_ACCEPT = const(1024)  # Accept-Encoding
SEEN_NONE_MATCH = const(2048)
SEEN_SINCE = const(4096)  # If-Modified-Since
_SEEN_FRAMING = const(30)  # length, coding, expect, type: something to check
_SEEN_ONCE = const(7)  # host, length, coding: a second one is an error


_NONE = {}


class HttpError(Exception):
    """The peer's fault: `Status` is the answer's code, the text says why."""

    def __init__(self, status, why):
        super().__init__(why)
        self.Status = status


class ContentError(HttpError):
    """A content that is no good in a message that is: the connection can stay."""


class RequestHead:
    """What the head of a request says about its own framing, and where its fields lie.

    One object serves many requests: `Parse` sets every attribute.

    The methods on the way of every request have at most 11 words of locals
    and stack: MicroPython takes the frame of a larger one from the heap, and
    looks for a place that long (2 µs a call on a desktop, in a heap of 1 MB).
    """

    # What few requests have; the instance holds what differs. With them in it the table of its attributes would be
    # full, and MicroPython looks through all of a full table before it looks for a method in the class.
    _authority = None  # str: of a target in absolute-form
    _noneMatch = 0  # offset of If-None-Match's value, if that was seen: the last one's

    def __init__(self, kept=_NONE):
        self.Kept = kept  # more targets that are well formed, and what is kept for each: {bytes: anything}
        self._buf = None  # bytearray the head lies in
        self._view = None  # its memoryview
        self._fields = 0  # offset of the first field line
        self._end = 0  # offset after the empty line
        self._method = ""
        self._target = b"/"  # origin-form, still encoded
        self.Methods = None  # what KNOWN_TARGETS has for it ...
        self._kept = None  # ... or else Kept
        self._minor = 1  # of HTTP/1.x
        self._seen = 0  # SEEN_… bits
        self._length = 0  # of the content; -1: chunked

    def Parse(self, buf, view, start, end):
        """Reads the request head buf[start:end]; `view` is buf's memoryview. Raises HttpError."""
        self._buf = buf
        self._view = view
        self._end = end
        self._method = ""
        self._minor = 1
        self._seen = self._length = 0
        _CheckLineEnds(buf, start, end)  # before all else: so it is where the head comes in pieces
        end = buf.find(b"\r\n", start, end)
        self._fields = end + 2
        if buf.startswith(b"GET ", start):
            self._method = "GET"
            start += 4
        else:
            start = self._ParseMethod(start, end)
        self._ParseTarget(start, end)
        self._ParseFields(end + 2)
        if self._seen & _SEEN_FRAMING:
            _More().CheckFraming(self)
        if not self._seen & SEEN_HOST and self._minor:
            raise HttpError(400, "no Host field")  # RFC 9112 section 3.2

    def _ParseMethod(self, start, eol):
        buf = self._buf
        sp = buf.find(b" ", start, eol)
        if sp < 0 or not IsToken(buf, start, sp):
            raise HttpError(400, "malformed request line")
        if sp - start > _MAX_METHOD:
            raise HttpError(501, "unknown method")
        self._method = str(buf[start:sp], "ascii")
        return sp + 1

    def _ParseTarget(self, start, eol):
        buf = self._buf
        sp = buf.find(b" ", start, eol)
        if sp + 9 != eol or not buf.startswith(b" HTTP/1.1", sp):
            self._minor = _More().ParseVersion(buf, sp + 1, eol)
        target = bytes(self._view[start:sp])  # bytes: MicroPython looks each new str up among its interned ones
        self._target = target
        self.Methods = KNOWN_TARGETS.get(target)
        if self.Methods is None:
            self._ParseNewTarget(target, start, sp)

    def _ParseNewTarget(self, target, start, end):
        self._kept = self.Kept.get(target)
        if self._kept is None:
            if not IsTarget(self._buf, start, end):
                raise HttpError(400, "malformed request target")
            if target[0] != 47:
                _More().ParseOtherForm(self, target)

    def _ParseFields(self, i):
        """Checks every field line and reads those that matter."""
        buf = self._buf
        eol = buf.find(b"\r\n", i)
        while eol > i:  # an empty line ends the head
            colon = buf.find(b":", i, eol)
            if not ((colon - i) << 8 | buf[i] | 32 in _FIELDS and self._ParseField(i, colon, eol)):
                place = (buf[colon - 4] ^ colon - i) & 31
                if not buf.startswith(_goodNames[place], i):
                    self._CheckName(i, colon, place)
            i = eol + 2
            eol = buf.find(b"\r\n", i)

    def _CheckName(self, i, colon, place):
        """Refuses a line whose name is no token: folded (RFC 9112 section 5.2), a blank before the colon (5.1)."""
        if not IsToken(self._buf, i, colon):
            raise HttpError(400, "malformed field line")
        if colon - i < _MAX_GOOD_NAME:
            _goodNames[place] = bytes(self._view[i : colon + 1])

    def _ParseField(self, i, colon, eol):
        """Reads a line that may be one of `_FIELDS`. Says whether its name is one, and so a token."""
        name, bit, read = _FIELDS[(colon - i) << 8 | self._buf[i] | 32]
        if name and not self._buf.startswith(name, i) and self._buf[i:colon].lower() != name.lower():
            return False
        if self._seen & bit & _SEEN_ONCE:
            raise HttpError(400, "more than one such field")
        self._seen |= bit
        if bit == SEEN_NONE_MATCH:
            self._noneMatch = colon + 1
        elif read:
            read(self, colon + 1, eol)
        return name

    def _ParseHost(self, start, end):
        buf = self._buf
        while start < end and (buf[start] == _SP or buf[start] == _HTAB):
            start += 1
        if end - start == len(_lastHost[0]) and buf.startswith(_lastHost[0], start):
            return
        end = TrimEnd(buf, start, end)
        if not IsAuthority(buf, start, end):
            raise HttpError(400, "malformed Host field")
        if end - start <= _MAX_LAST_HOST:
            _lastHost[0] = bytes(self._view[start:end])

    def _ParseConnection(self, start, end):
        for option in self._Value(start, end).lower().split(","):
            option = option.strip(" \t")
            if option == "close":
                self._seen |= SEEN_CLOSE
            elif option == "keep-alive":
                self._seen |= SEEN_KEEP_ALIVE
            elif option == "upgrade":
                self._seen |= SEEN_UPGRADE

    def _Value(self, start, end):
        buf = self._buf
        while start < end and (buf[start] == _SP or buf[start] == _HTAB):
            start += 1
        return _Latin1(buf, start, TrimEnd(buf, start, end))

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
        while i < end - size:  # behind that no line has room for the name; the buffer may end with the head
            if buf[i + size] == 58 and buf[i : i + size].lower() == name:
                i += size + 1
                while buf[i] == _SP or buf[i] == _HTAB:
                    i += 1
                return i
            i = buf.find(b"\r\n", i, end) + 2
        return -1

    def FieldValue(self, start):
        """Returns the value (str) that begins at the offset `start`."""
        return self._Value(start, self._buf.find(b"\r\n", start, self._end))


# What the server must know of every request, by length and first letter of the field's name.
_FIELDS = {
    (4 << 8) | 104: (b"Host", SEEN_HOST, RequestHead._ParseHost),
    (6 << 8) | 101: (b"Expect", SEEN_EXPECT, None),
    (10 << 8) | 99: (b"Connection", 0, RequestHead._ParseConnection),
    (12 << 8) | 99: (b"Content-Type", SEEN_TYPE, None),
    (14 << 8) | 99: (b"Content-Length", SEEN_LENGTH, None),
    (17 << 8) | 116: (b"Transfer-Encoding", SEEN_CODING, None),
    (5 << 8) | 114: (None, SEEN_RANGE, None),
    (8 << 8) | 105: (None, SEEN_CONDITION, None),  # If-Match (and If-Range, which counts with Range only)
    (13 << 8) | 105: (b"If-None-Match", SEEN_NONE_MATCH, None),
    (17 << 8) | 105: (None, SEEN_SINCE, None),  # If-Modified-Since
    (19 << 8) | 105: (None, SEEN_CONDITION, None),  # If-Unmodified-Since
    (15 << 8) | 97: (None, SEEN_ACCEPT, None),
}


_more = None


def _More():
    """Returns httpSyntaxMore.py, imported when it is first called for."""
    global _more
    if _more is None:
        from . import httpSyntaxMore as _more
    return _more


def _CheckLineEnds(buf, start, end):
    """Refuses bare CR, bare LF and NUL in a head, and too many lines."""
    lines = buf.count(b"\r\n", start, end)
    if buf.count(b"\n", start, end) != lines or buf.count(b"\r", start, end) != lines:
        raise HttpError(400, "bare CR or LF")
    if buf.find(b"\0", start, end) >= 0:
        raise HttpError(400, "NUL in a head")
    if lines > MAX_FIELDS + 2:
        raise HttpError(431, "more than %d fields" % MAX_FIELDS)


def IsAuthority(buf, start, end):
    """Says whether buf[start:end] is a name or an address, and perhaps a port (RFC 3986 section 3.2)."""
    if not IsHost(buf, start, end):
        return False
    isAddress = buf.startswith(b"[", start)
    if buf.count(b"[", start, end) != isAddress or buf.count(b"]", start, end) != isAddress:
        return False
    if isAddress:  # of IPv6, which has colons of its own
        start = buf.find(b"]", start, end) + 1
        if start < end and buf[start] != 58:
            return False
    colon = buf.find(b":", start, end)
    return colon < 0 or all(48 <= byte <= 57 for byte in buf[colon + 1 : end])


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
