"""WebSocket frames (RFC 6455 section 5): bytes in, values out, and back. No sockets here.

`FrameReader` reads what clients send and keeps every rule of it; what it finds
goes to a sink, an object with the methods

    OnPiece(view, isLast)         the next bytes of a data message; the reader's `IsText` says which kind
    OnControl(opcode, payload)    a whole control frame; the payload is bytes
    OnViolation(code, why)        the peer broke a rule: the close code to fail with

The bytes are unmasked where they lie; a piece is valid until `OnPiece` returns.
"""

from .interpreter import UnmaskLong, const

OP_CONTINUATION = const(0)
OP_TEXT = const(1)
OP_BINARY = const(2)
OP_CLOSE = const(8)
OP_PING = const(9)
OP_PONG = const(10)

CLOSE_NORMAL = const(1000)
CLOSE_GOING_AWAY = const(1001)
CLOSE_PROTOCOL_ERROR = const(1002)
CLOSE_NO_STATUS = const(1005)  # never on the wire: the Close frame had no code
CLOSE_ABNORMAL = const(1006)  # never on the wire: the connection broke without a Close frame
CLOSE_BAD_DATA = const(1007)
CLOSE_TOO_BIG = const(1009)
CLOSE_INTERNAL_ERROR = const(1011)

MAX_CONTROL = const(125)  # bytes of a control frame's payload (section 5.5)
_FIN = const(0x80)
_RSV = const(0x70)
_MASKED = const(0x80)

_WIDE = const(256)  # bytes that are unmasked, or looked through, at a time
_NARROW = const(32)  # fewer than these are quicker one by one
_HIGH_BITS = int.from_bytes(b"\x80" * _WIDE, "little")


class WsError(Exception):
    """The peer's fault: `Code` is the close code that says so."""

    def __init__(self, code, why):
        super().__init__(why)
        self.Code = code


# --- one frame, out ---


def MakeFrame(opcode, payload, fin=True):
    """Returns the bytearray of an unmasked frame; the payload is bytes-like. Raises ValueError for items of no byte."""
    length = len(payload)
    if length < 126:
        start = 2
        frame = bytearray(start + length)
        frame[1] = length
    elif length < 65536:
        start = 4
        frame = bytearray(start + length)
        frame[1] = 126
        frame[2] = length >> 8
        frame[3] = length & 255
    else:
        start = 10
        frame = bytearray(start + length)
        frame[1] = 127
        frame[2:10] = length.to_bytes(8, "big")
    frame[0] = opcode | _FIN if fin else opcode
    frame[start:] = payload
    if len(frame) - start != length:  # a memoryview of larger items; MicroPython has raised by itself
        raise ValueError("a frame is made of bytes, not of larger items")
    return frame


def ClosePayload(code, reason=""):
    """Returns the payload (bytes) of a Close frame; too long a reason is cut between two characters."""
    if code == CLOSE_NO_STATUS:
        return b""
    text = reason.encode()
    size = MAX_CONTROL - 2
    if len(text) > size:
        while text[size] & 0xC0 == 0x80:  # the middle of a character
            size -= 1
        text = text[:size]
    return code.to_bytes(2, "big") + text


def ParseClose(payload):
    """Returns (code, reason) of a Close frame's payload (section 5.5.1). Raises WsError."""
    if not payload:
        return CLOSE_NO_STATUS, ""
    code = payload[0] << 8 | payload[1] if len(payload) > 1 else 0
    if not IsCloseCode(code):
        raise WsError(CLOSE_PROTOCOL_ERROR, "not a close code")
    check = Utf8()
    if not check.Feed(payload, 2, len(payload)) or not check.IsWhole():
        raise WsError(CLOSE_BAD_DATA, "not UTF-8")
    return code, str(payload[2:], "utf-8")


def IsCloseCode(code):
    """Says whether a code may stand in a Close frame (section 7.4 and IANA's registry)."""
    return 3000 <= code <= 4999 or 1000 <= code <= 1014 and not 1004 <= code <= 1006


# --- what lies in a frame ---


def _UnmaskWide(view, start, size, key):
    """XORs up to `size` bytes from `start` on, whole keys, as one number. Returns how many it took.

    Its frame is small enough for the C stack: one from MicroPython's heap, freed
    each time, has every allocation after it look through all garbage, 15 us each.
    """
    size = _WIDE if size > _WIDE else size & ~3
    masked = int.from_bytes(view[start : start + size], "little")
    masked ^= int.from_bytes(key * (size >> 2), "little")
    view[start : start + size] = masked.to_bytes(size, "little")
    return size


def Unmask(view, start, end, key, phase=0):
    """XORs view[start:end] with the 4 bytes of `key`, beginning with its byte `phase` (section 5.3).

    `view`: the memoryview of a whole bytearray.
    """
    if phase:
        key = key[phase:] + key[:phase]
    if UnmaskLong and end - start > _WIDE:
        UnmaskLong(view, start, end, key)
        return
    while end - start >= _NARROW:
        start += _UnmaskWide(view, start, end - start, key)
    phase = 0
    while start < end:
        view[start] ^= key[phase & 3]
        start += 1
        phase += 1


def _IsAscii(buf, start, size):
    return not int.from_bytes(buf[start : start + size], "little") & _HIGH_BITS


class Utf8:
    """Checks UTF-8 as it comes (RFC 3629 section 4): surrogates and over-long forms are no characters."""

    def __init__(self):
        self._need = 0  # bytes missing of the character begun
        self._low = 0x80  # what the next of them may be
        self._high = 0xBF

    def Feed(self, buf, start, end):
        """Takes buf[start:end]. Returns False as soon as no text can come of it."""
        while start < end:
            size = end - start if end - start < _WIDE else _WIDE
            if (self._need or not _IsAscii(buf, start, size)) and not self._Look(buf, start, start + size):
                return False
            start += size
        return True

    def IsWhole(self):
        """Says whether the text may end here: not in the middle of a character."""
        return not self._need

    def _Look(self, buf, start, end):
        need = self._need
        while start < end:
            byte = buf[start]
            start += 1
            if need:
                if not self._low <= byte <= self._high:
                    return False
                need -= 1
                self._low = 0x80
                self._high = 0xBF
            elif byte >= 0x80:
                need = self._Lead(byte)
                if not need:
                    return False
        self._need = need
        return True

    def _Lead(self, byte):
        """Returns how many bytes follow this one, 0 if it begins no character; sets what the first of them may be."""
        if not 0xC2 <= byte <= 0xF4:
            return 0
        if byte < 0xE0:
            return 1
        if byte == 0xE0 or byte == 0xF0:  # less would be an over-long form
            self._low = 0xA0 if byte == 0xE0 else 0x90
        elif byte == 0xED:  # more would be a surrogate
            self._high = 0x9F
        elif byte == 0xF4:  # more would be past U+10FFFF
            self._high = 0x8F
        return 2 if byte < 0xF0 else 3


# --- frames, in ---


class FrameReader:
    """Reads a client's frames, and holds it to the rules.

    `MaxLength` is the bytes of the longest message taken (None: any), looked at
    when a frame announces more. After a violation, or `Skip`, only a
    Close frame is looked for; behind one nothing is.

    The frames of its methods are small enough for MicroPython's C stack, see `_UnmaskWide`.
    """

    _isPacked = False  # the message under way is compressed: what its frames hold is no text yet

    def __init__(self, sink, maxLength):
        self._sink = sink
        self.MaxLength = maxLength
        self.IsText = False  # kind of the message under way
        self.Left = 0  # bytes of the data frame's payload that have not come yet
        self._size = 0  # bytes of the message, as announced so far
        self._inMessage = False  # a message has begun, and not ended
        self._first = 0  # the frame's first byte
        self._length = 0
        self._key = None  # bytes; None: not masked
        self._text = None  # Utf8, once a text has come
        self._skipping = False
        self._ended = False

    def Skip(self):
        """Nothing but a Close frame is wanted any more."""
        self._skipping = True

    def End(self):
        """Nothing is wanted any more."""
        self._ended = True

    def Expected(self):
        """Returns how many bytes of the message may follow soon: those that its frame has announced."""
        return self.Left

    def Feed(self, view, end):
        """Takes the bytes view[:end], the memoryview of a whole bytearray.

        Returns where those begin that cannot be taken before more have come:
        a few at most, a header or a control frame. They are to be fed again, with what follows.
        """
        pos = 0
        while pos < end and not self._ended:
            if not self.Left:
                start = self._ReadHeader(view, pos, end)
                if not start:
                    return pos
                if not self._skipping:
                    self._CheckHeader(self._first & 15)
                if self._first & 8 and self._IsWanted():
                    if end - start < self._length:
                        return pos
                    pos = self._TakeControl(view, start)
                    continue
                self.Left = self._length
                pos = start
            pos = self._TakePayload(view, pos, end)
        return end if self._ended else pos

    def _ReadHeader(self, view, pos, end):
        """Reads the header at `pos` (section 5.2); returns where the payload begins, 0 if bytes are missing."""
        if end - pos < 2:
            return 0
        length = view[pos + 1]
        start = pos + _HeaderSize(length)
        if start > end:
            return 0
        self._first = view[pos]
        self._key = bytes(view[start - 4 : start]) if length & _MASKED else None
        length &= 127
        self._length = length if length < 126 else _LongLength(view, pos + 2, 2 if length == 126 else 8)
        return start

    def _IsWanted(self):
        """Says whether a control frame goes to the sink: while skipping, a Close frame alone."""
        return not self._skipping or self._first & 15 == OP_CLOSE and self._length <= MAX_CONTROL

    def _CheckHeader(self, opcode):
        first = self._first
        if first & _RSV:  # no extension gives it a meaning
            self._Violate(CLOSE_PROTOCOL_ERROR, "a reserved bit is set")
        elif opcode & 7 > 2:
            self._Violate(CLOSE_PROTOCOL_ERROR, "unknown opcode %d" % opcode)
        elif self._key is None:  # section 5.1
            self._Violate(CLOSE_PROTOCOL_ERROR, "the frame is not masked")
        elif not opcode & 8:
            self._BeginData(opcode)
        elif self._length > MAX_CONTROL or not first & _FIN:  # section 5.5
            self._Violate(CLOSE_PROTOCOL_ERROR, "the control frame is too long, or in pieces")

    def _BeginData(self, opcode):
        if self._inMessage == (opcode != OP_CONTINUATION):  # section 5.4
            self._Violate(CLOSE_PROTOCOL_ERROR, "the frame continues no message, or breaks into one")
            return
        if opcode:
            self.IsText = opcode == OP_TEXT
            self._inMessage = True
            self._size = 0
            if self.IsText and self._text is None:  # at the end of a text it is as new
                self._text = Utf8()
        self._size += self._length
        if self._length >> 63:
            self._Violate(CLOSE_PROTOCOL_ERROR, "the length has its highest bit set")
        elif self.MaxLength is not None and self._size > self.MaxLength:
            self._OnTooLong(self.MaxLength)

    def _OnTooLong(self, limit):
        self._Violate(CLOSE_TOO_BIG, "the message is longer than %d bytes" % limit)

    def _TakeControl(self, view, start):
        """Takes a whole control frame; returns its end."""
        end = start + self._length
        if self._key is not None:
            Unmask(view, start, end, self._key)
        if self._first & 15 == OP_CLOSE:
            self._ended = True
        self._sink.OnControl(self._first & 15, bytes(view[start:end]))
        return end

    def _TakePayload(self, view, pos, end):
        """Takes what is there of a data frame's payload; returns its end."""
        if end - pos > self.Left:
            end = pos + self.Left
        if not self._skipping:
            Unmask(view, pos, end, self._key, self._length - self.Left & 3)
        self.Left -= end - pos
        if not self._skipping:
            self._GivePiece(view, pos, end)
        return end

    def _GivePiece(self, view, pos, end):
        isLast = not self.Left and self._first & _FIN != 0
        if isLast:
            self._inMessage = False
        elif pos == end:
            return
        if not self.IsText or self._isPacked or self._IsUtf8(view, pos, end, isLast):
            self._sink.OnPiece(view[pos:end], isLast)

    def _IsUtf8(self, buf, start, end, isLast):
        """Says whether buf[start:end] goes on as text, and ends so if it is the last; if not that is a violation."""
        text = self._text
        if text.Feed(buf, start, end) and (text.IsWhole() or not isLast):
            return True
        self._Violate(CLOSE_BAD_DATA, "not UTF-8")
        return False

    def _Violate(self, code, why):
        self._skipping = True
        self._sink.OnViolation(code, why)


def _HeaderSize(second):
    """Returns the bytes of the header whose second byte is given."""
    size = 6 if second & _MASKED else 2
    second &= 127
    return size if second < 126 else size + 2 if second == 126 else size + 8


def _LongLength(view, pos, size):
    return int.from_bytes(view[pos : pos + size], "big")
