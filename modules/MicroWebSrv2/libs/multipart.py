"""multipart/form-data (RFC 7578, RFC 2046 section 5.1): bytes in, parts out. No sockets here.

The bytes are put into a working buffer and looked through where they lie: a
part of any size passes through the same memory. The delimiter is CRLF, two
hyphens and the boundary; before the first byte stands a CRLF of our own, so
that the first delimiter is like the others.
"""

from .httpSyntax import HttpError
from .interpreter import IsToken, TextOf, const

MIN_BUFFER = const(2048)  # bytes of the working buffer, at the least: a part's head must fit
MAX_BOUNDARY = const(70)  # characters, RFC 2046 section 5.1.1; past it: 400
MAX_PART_HEAD = const(1024)  # bytes of a part's fields with their empty line; past it: 431
MAX_PARTS = const(256)  # past it: 413
_MAX_PADDING = const(32)  # spaces and tabs behind a boundary; past it: 400

_PREAMBLE = const(0)  # before the first delimiter: skipped
_DELIMITER = const(1)  # behind one
_HEAD = const(2)  # in a part's fields
_DATA = const(3)  # in a part's content
_CLOSING = const(4)  # behind the last delimiter and its two hyphens
_EPILOGUE = const(5)  # what may follow: skipped

_CR = const(13)
_QUOTE = const(34)
_BACKSLASH = const(92)


class Part:
    """What a part's head says: `Name` (str), `Filename` (str or None), `ContentType` (str).

    The name of a file is without any folders; it is "" when a form had a field for a file and none was chosen.
    """

    def __init__(self, name, filename, contentType):
        self.Name = name
        self.Filename = filename
        self.ContentType = contentType


class MultipartParser:
    """Takes a multipart content in pieces of any size and calls back with what is in it.

    `onPart(part)` begins a part (a Part), `onData(data)` brings the next bytes of its content (memoryview,
    valid until it returns), `onPartEnd()` ends it. `bufferSize` is in bytes. What the callbacks raise
    passes through. Raises HttpError for a bad boundary.
    """

    def __init__(self, boundary, onPart, onData, onPartEnd, bufferSize=MIN_BUFFER):
        self._delimiter = b"\r\n--" + _CheckBoundary(boundary)
        self._onPart = onPart
        self._onData = onData
        self._onPartEnd = onPartEnd
        self._buf = bytearray(bufferSize if bufferSize > MIN_BUFFER else MIN_BUFFER)
        self._view = memoryview(self._buf)
        self._buf[:2] = b"\r\n"
        self._pos = 0  # the bytes at hand are [_pos:_have]
        self._have = 2
        self._state = _PREAMBLE
        self._parts = 0

    def Feed(self, data):
        """Parses the next bytes (bytes-like). Raises HttpError for malformed content."""
        data = memoryview(data)
        size = len(data)
        at = 0
        while at < size:
            room = self.Room()
            count = min(len(room), size - at)
            room[:count] = data[at : at + count]
            at += count
            self.Filled(count)

    def Room(self):
        """Returns the free part of the buffer (memoryview, not empty), to be filled before `Filled`."""
        pos = self._pos
        if pos:
            size = self._have - pos
            self._view[:size] = self._view[pos : self._have]
            self._pos = 0
            self._have = size
        return self._view[self._have :]

    def Filled(self, count):
        """Parses the `count` bytes that were put into `Room`. Raises HttpError for malformed content."""
        self._have += count
        while self._pos < self._have:
            state = self._state
            if state in (_DATA, _PREAMBLE):
                more = self._FindDelimiter()
            elif state == _HEAD:
                more = self._ReadHead()
            elif state == _EPILOGUE:
                self._pos = self._have
                return
            else:
                more = self._ReadPadding()
            if not more:
                return

    def Finish(self):
        """Says that no bytes follow. Raises HttpError if something is missing."""
        rest = bytes(self._buf[self._pos : self._have]).strip(b" \t")
        if self._state != _EPILOGUE and (self._state != _CLOSING or rest):
            raise HttpError(400, "the multipart content ends in the middle")

    def _FindDelimiter(self):
        buf = self._buf
        pos = self._pos
        have = self._have
        delimiter = self._delimiter
        end = buf.find(delimiter, pos, have)
        if end >= 0:
            self._pos = end + len(delimiter)
        else:  # all is content, but for what may turn out to be the begin of a delimiter
            tail = have - len(delimiter) + 1
            end = buf.find(b"\r", tail if tail > pos else pos, have)
            self._pos = end = have if end < 0 else end
        if self._state == _DATA:
            if end > pos:
                self._onData(self._view[pos:end])
            if self._pos > end:
                self._onPartEnd()
        if self._pos == end:
            return False
        self._state = _DELIMITER
        return True

    def _ReadPadding(self):
        """Reads what follows a boundary: two hyphens if it is the last one, blanks, CRLF."""
        buf = self._buf
        pos = self._pos
        have = self._have
        if self._state == _DELIMITER:
            if have - pos < 2:
                return False
            if buf.startswith(b"--", pos):
                self._pos = pos + 2
                self._state = _CLOSING
                return True
        end = pos
        while end < have and (buf[end] == 32 or buf[end] == 9):
            end += 1
        if end - pos > _MAX_PADDING:
            raise HttpError(400, "blanks behind a boundary")
        if end == have or (end + 1 == have and buf[end] == _CR):
            return False
        if not buf.startswith(b"\r\n", end):
            raise HttpError(400, "malformed multipart boundary")
        self._pos = end + 2
        self._state = _HEAD if self._state == _DELIMITER else _EPILOGUE
        return True

    def _ReadHead(self):
        buf = self._buf
        pos = self._pos
        end = buf.find(b"\r\n\r\n", pos, self._have)
        if end < 0 and self._have - pos < MAX_PART_HEAD:
            return False
        if end < 0 or end + 4 - pos > MAX_PART_HEAD:
            raise HttpError(431, "part head larger than %d bytes" % MAX_PART_HEAD)
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise HttpError(413, "more than %d parts" % MAX_PARTS)
        part = _ParseHead(buf, pos, end + 2)
        self._pos = end + 4
        self._state = _DATA
        self._onPart(part)
        return True


def ParseContentType(value):
    """Returns the boundary (str) that a Content-Type field's value says.

    Raises HttpError: 415 for another type than multipart/form-data, 400 for no or a bad boundary.
    """
    kind, params = _ParseParams(value)
    if kind != "multipart/form-data":
        raise HttpError(415, "not multipart/form-data")
    if "boundary" not in params:
        raise HttpError(400, "multipart content without a boundary")
    _CheckBoundary(params["boundary"])
    return params["boundary"]


_BOUNDARY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? "


def _CheckBoundary(boundary):
    """Returns the boundary (str) as bytes; raises HttpError (RFC 2046 section 5.1.1)."""
    good = 0 < len(boundary) <= MAX_BOUNDARY and boundary[-1] != " "
    for char in boundary if good else "":
        good = good and char in _BOUNDARY
    if not good:
        raise HttpError(400, "malformed multipart boundary")
    return boundary.encode()


def _ParseHead(buf, pos, end):
    """Returns the Part that the field lines buf[pos:end] describe. Raises HttpError."""
    disposition = None
    contentType = "text/plain"  # RFC 7578 section 4.4
    while pos < end:
        eol = buf.find(b"\r\n", pos, end)
        colon = buf.find(b":", pos, eol)
        if colon < 0 or not IsToken(buf, pos, colon):
            raise HttpError(400, "malformed field line in a part")
        name = bytes(buf[pos:colon]).lower()
        value = _Text(buf, colon + 1, eol)
        if name == b"content-disposition":
            if disposition:
                raise HttpError(400, "more than one Content-Disposition field")
            disposition = value
        elif name == b"content-type":
            contentType = value
        elif name == b"content-transfer-encoding" and value.lower() not in ("7bit", "8bit", "binary"):
            raise HttpError(400, "a part in a transfer encoding")  # deprecated by RFC 7578 section 4.7
        pos = eol + 2
    kind, params = _ParseParams(disposition or "")
    if kind != "form-data" or "name" not in params:  # RFC 7578 section 4.2
        raise HttpError(400, "a part without a name")
    filename = params.get("filename")
    if filename is not None:
        filename = _BaseName(_Unescape(filename))
    return Part(_Unescape(params["name"]), filename, contentType)


def _Text(buf, start, end):
    """Returns a field's value as text: UTF-8, RFC 7578 section 5.1.2."""
    raw = bytes(buf[start:end]).strip(b" \t")
    if b"\r" in raw or b"\n" in raw or b"\0" in raw:
        raise HttpError(400, "bare CR, LF or NUL in a part's head")
    try:
        return TextOf(raw)
    except UnicodeError:
        raise HttpError(400, "a part's head that is not UTF-8")


def _ParseParams(value):
    """Returns (the value before the first `;` in lower case, {parameter's name: value}). Raises HttpError."""
    at = value.find(";")
    if at < 0:
        return value.strip(" \t").lower(), {}
    kind = value[:at].strip(" \t").lower()
    params = {}
    while 0 <= at < len(value):
        if not value[at + 1 :].strip(" \t"):  # a last semicolon with nothing behind it
            break
        equals = value.find("=", at)
        name = value[at + 1 : equals].strip(" \t").lower()
        if equals < 0 or not name or ";" in name or name in params:
            raise HttpError(400, "malformed parameter in a field")
        if value[equals + 1 : equals + 2] == '"':
            params[name], at = _ParseQuoted(value, equals + 2)
        else:
            end = value.find(";", equals)
            end = len(value) if end < 0 else end
            params[name] = value[equals + 1 : end].strip(" \t")
            if '"' in params[name]:
                raise HttpError(400, "malformed parameter in a field")
            at = end
    return kind, params


def _ParseQuoted(value, start):
    """Reads a quoted-string behind its first quote; returns (text, offset of the `;` behind it, or the end).

    A backslash quotes a quote or a backslash; before anything else it is one: browsers
    send the paths of files so.
    """
    text = ""
    at = start
    while True:
        quote = value.find('"', at)
        if quote < 0:
            raise HttpError(400, "a quoted string without its end")
        slash = value.find("\\", at, quote)
        if slash < 0:
            break
        char = value[slash + 1 : slash + 2]
        quoted = char in '"\\'
        text += value[at:slash] + (char if quoted else "\\")
        at = slash + (2 if quoted else 1)
    text += value[at:quote]
    end = quote + 1
    while end < len(value) and value[end : end + 1] in " \t":
        end += 1
    if end < len(value) and value[end : end + 1] != ";":
        raise HttpError(400, "malformed parameter in a field")
    return text, end


def _Unescape(text):
    """Decodes what browsers escape in names (WHATWG HTML, multipart/form-data encoding): quotes and ends of lines.

    Nothing else: they leave a `%` as it is.
    """
    if "%" not in text:
        return text
    for code, char in (("%22", '"'), ("%0D", "\r"), ("%0d", "\r"), ("%0A", "\n"), ("%0a", "\n")):
        text = text.replace(code, char)
    return text


def _BaseName(path):
    """Returns the last segment of a path of any system, without control characters; "" for . and .. too."""
    name = path[max(path.rfind("/"), path.rfind("\\")) + 1 :]
    name = str(bytes([byte if 32 <= byte != 127 else 95 for byte in name.encode()]), "utf-8")
    return "" if name in (".", "..") else name
