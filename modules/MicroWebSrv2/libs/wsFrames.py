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
    """Returns the bytearray of an unmasked frame; the payload is bytes-like."""
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
    check.Feed(payload, 2, len(payload))
    check.End()
    return code, str(payload[2:], "utf-8")


def IsCloseCode(code):
    """Says whether a code may stand in a Close frame (section 7.4 and IANA's registry)."""
    return 3000 <= code <= 4999 or 1000 <= code <= 1014 and not 1004 <= code <= 1006


# --- what lies in a frame ---


def _UnmaskWide(buf, start, size, key):
    """XORs up to `size` bytes from `start` on, whole keys, as one number. Returns how many it took.

    Its frame is small enough for the C stack: one from MicroPython's heap, freed
    each time, has every allocation after it look through all garbage, 15 us each.
    """
    size = _WIDE if size > _WIDE else size & ~3
    masked = int.from_bytes(buf[start : start + size], "little")
    masked ^= int.from_bytes(key * (size >> 2), "little")
    buf[start : start + size] = masked.to_bytes(size, "little")
    return size


def Unmask(buf, start, end, key, phase=0):
    """XORs buf[start:end] with the 4 bytes of `key`, beginning with its byte `phase` (section 5.3)."""
    if phase:
        key = key[phase:] + key[:phase]
    if UnmaskLong and end - start > _WIDE:
        UnmaskLong(buf, start, end, key)
        return
    while end - start >= _NARROW:
        start += _UnmaskWide(buf, start, end - start, key)
    phase = 0
    while start < end:
        buf[start] ^= key[phase & 3]
        start += 1
        phase += 1


class Utf8:
    """Checks UTF-8 as it comes (RFC 3629 section 4): surrogates and over-long forms are no characters."""

    def __init__(self):
        self._need = 0  # bytes missing of the character begun
        self._low = 0x80  # what the next of them may be
        self._high = 0xBF

    def Feed(self, buf, start, end):
        """Takes buf[start:end]. Raises WsError as soon as no text can come of it."""
        while start < end:
            size = end - start if end - start < _WIDE else _WIDE
            if self._need or int.from_bytes(buf[start : start + size], "little") & _HIGH_BITS:
                self._Look(buf, start, start + size)
            start += size

    def _Look(self, buf, start, end):
        need = self._need
        while start < end:
            byte = buf[start]
            start += 1
            if need:
                if not self._low <= byte <= self._high:
                    raise WsError(CLOSE_BAD_DATA, "not UTF-8")
                need -= 1
                self._low = 0x80
                self._high = 0xBF
            elif byte >= 0x80:
                need = self._Lead(byte)
        self._need = need

    def _Lead(self, byte):
        """Returns how many bytes follow this one, and sets what the first of them may be."""
        if not 0xC2 <= byte <= 0xF4:
            raise WsError(CLOSE_BAD_DATA, "not UTF-8")
        if byte < 0xE0:
            return 1
        if byte == 0xE0 or byte == 0xF0:  # less would be an over-long form
            self._low = 0xA0 if byte == 0xE0 else 0x90
        elif byte == 0xED:  # more would be a surrogate
            self._high = 0x9F
        elif byte == 0xF4:  # more would be past U+10FFFF
            self._high = 0x8F
        return 2 if byte < 0xF0 else 3

    def End(self):
        """The text ends here. Raises WsError in the middle of a character."""
        if self._need:
            raise WsError(CLOSE_BAD_DATA, "not UTF-8: it ends in the middle of a character")


# --- frames, in ---


class FrameReader:
    """Reads a client's frames, and holds it to the rules.

    `MaxLength` is the bytes of the longest message taken (None: any), looked at
    when a frame announces more. After a violation, or `Skip`, only a
    Close frame is looked for; behind one nothing is.
    """

    def __init__(self, sink, maxLength):
        self._sink = sink
        self.MaxLength = maxLength
        self.IsText = False  # kind of the message under way
        self.Left = 0  # bytes of the data frame's payload that have not come yet
        self._size = 0  # bytes of the message, as announced so far
        self._inMessage = False  # a message has begun, and not ended
        self._inPayload = False  # a data frame has begun, and not ended
        self._first = 0  # the frame's first byte
        self._length = 0
        self._key = None  # bytes; None: not masked
        self._phase = 0
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

    def Feed(self, buf, view, end):
        """Takes the bytes buf[:end] (bytearray); `view` is buf's memoryview.

        Returns where those begin that cannot be taken before more have come:
        a few at most, a header or a control frame. They are to be fed again, with what follows.
        """
        pos = 0
        while pos < end and not self._ended:
            if not self._inPayload:
                start = self._ReadHeader(buf, pos, end)
                if not start or not self._BeginFrame(buf, start, end):
                    return pos
                pos = start
                if not self._inPayload:  # a control frame, taken whole
                    pos += self._length
                    continue
            pos = self._TakePayload(buf, view, pos, end)
        return end if self._ended else pos

    def _ReadHeader(self, buf, pos, end):
        """Reads the header at `pos` (section 5.2); returns where the payload begins, 0 if bytes are missing."""
        if end - pos < 2:
            return 0
        length = buf[pos + 1] & 127
        start = pos + 2
        if length > 125:
            start = pos + 4 if length == 126 else pos + 10
            if end < start:
                return 0
            length = int.from_bytes(bytes(buf[pos + 2 : start]), "big")
        key = None
        if buf[pos + 1] & _MASKED:
            start += 4
            if end < start:
                return 0
            key = bytes(buf[start - 4 : start])
        self._first = buf[pos]
        self._length = length
        self._key = key
        return start

    def _BeginFrame(self, buf, start, end):
        """Acts on a header; False where a control frame's payload is missing."""
        opcode = self._first & 15
        if not self._skipping:
            try:
                self._CheckHeader(opcode)
            except WsError as ex:
                self._Violated(ex)
        if opcode & 8 and self._IsWanted(opcode):
            if end - start < self._length:
                return False
            self._TakeControl(opcode, buf, start)
            return True
        self._inPayload = True
        self.Left = self._length
        self._phase = 0
        return True

    def _IsWanted(self, opcode):
        """Says whether a control frame goes to the sink: while skipping, a Close frame alone."""
        return not self._skipping or opcode == OP_CLOSE and self._length <= MAX_CONTROL

    def _CheckHeader(self, opcode):
        first = self._first
        if first & _RSV:
            raise WsError(CLOSE_PROTOCOL_ERROR, "a reserved bit is set")  # no extension gives it a meaning
        if opcode & 7 > 2:
            raise WsError(CLOSE_PROTOCOL_ERROR, "unknown opcode %d" % opcode)
        if self._key is None:
            raise WsError(CLOSE_PROTOCOL_ERROR, "the frame is not masked")  # section 5.1
        if opcode & 8:
            if self._length > MAX_CONTROL or not first & _FIN:  # section 5.5
                raise WsError(CLOSE_PROTOCOL_ERROR, "the control frame is too long, or in pieces")
        else:
            self._BeginData(opcode)

    def _BeginData(self, opcode):
        if self._inMessage == (opcode != OP_CONTINUATION):  # section 5.4
            raise WsError(CLOSE_PROTOCOL_ERROR, "the frame continues no message, or breaks into one")
        if opcode:
            self.IsText = opcode == OP_TEXT
            self._inMessage = True
            self._size = 0
            if self.IsText and self._text is None:  # at the end of a text it is as new
                self._text = Utf8()
        if self._length >> 63:
            raise WsError(CLOSE_PROTOCOL_ERROR, "the length has its highest bit set")
        self._size += self._length
        if self.MaxLength is not None and self._size > self.MaxLength:
            self._OnTooLong(self.MaxLength)

    def _OnTooLong(self, limit):
        raise WsError(CLOSE_TOO_BIG, "the message is longer than %d bytes" % limit)

    def _TakeControl(self, opcode, buf, start):
        end = start + self._length
        if self._key is not None:
            Unmask(buf, start, end, self._key)
        payload = bytes(buf[start:end])
        if opcode == OP_CLOSE:
            self._ended = True
        self._sink.OnControl(opcode, payload)

    def _TakePayload(self, buf, view, pos, end):
        """Takes what is there of a data frame's payload; returns its end."""
        if end - pos > self.Left:
            end = pos + self.Left
        self.Left -= end - pos
        if not self.Left:
            self._inPayload = False
        if not self._skipping:
            try:
                self._Check(buf, pos, end)
            except WsError as ex:
                self._Violated(ex)
                return end
            isLast = not self._inPayload and self._first & _FIN != 0
            if isLast:
                self._inMessage = False
            if isLast or end > pos:
                self._sink.OnPiece(view[pos:end], isLast)
        return end

    def _Check(self, buf, pos, end):
        Unmask(buf, pos, end, self._key, self._phase)
        self._phase = self._phase + end - pos & 3
        if self.IsText:
            self._text.Feed(buf, pos, end)
            if not self._inPayload and self._first & _FIN:
                self._text.End()

    def _Violated(self, error):
        self._skipping = True
        self._sink.OnViolation(error.Code, str(error))
