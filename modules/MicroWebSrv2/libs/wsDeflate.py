"""permessage-deflate (RFC 7692): what is agreed on in the handshake, messages inflated and deflated. No sockets here.

Imported by the first handshake that offers an extension. No context is taken over from one message to the next, in
either direction: an idle WebSocket holds no window, and one compressed frame serves all that agreed on the same.
"""

from .interpreter import DeflateModule, const
from .wsFrames import CLOSE_BAD_DATA, CLOSE_TOO_BIG, FrameReader, MakeFrame

EXTENSION = "permessage-deflate"

_RSV1 = const(0x40)  # "Per-Message Compressed" (section 6)
_MIN_BITS = const(8)  # a window is 2 ** 8 to 2 ** 15 bytes
_MAX_BITS = const(15)
_LEAST_PACKED = const(256)  # bytes: a shorter message is not worth the time
_SLACK = const(64)  # bytes that a compressed message may always be longer than what it holds
_TOKEN_ENDS = ' \t,;="'

_deflate = DeflateModule()


# --- the handshake ---


def ParseExtensions(value):
    """Returns the list of (name, [(parameter, value or None), …]) in a Sec-WebSocket-Extensions field.

    RFC 6455 section 9.1. Raises ValueError for what does not follow its grammar.
    """
    extensions = []
    pos = 0
    while True:
        pos = _SkipSpace(value, pos)
        if pos < len(value) and value[pos] != ",":
            name, pos = _Token(value, pos)
            params, pos = _Params(value, pos)
            extensions.append((name, params))
        if pos >= len(value):
            return extensions
        if value[pos] != ",":
            raise ValueError("a comma is missing in the extensions")
        pos += 1  # an empty element is none (RFC 9110 section 5.6.1)


def _Params(value, pos):
    """Returns (the parameters of an extension, where they end)."""
    params = []
    pos = _SkipSpace(value, pos)
    while pos < len(value) and value[pos] == ";":
        name, pos = _Token(value, _SkipSpace(value, pos + 1))
        pos = _SkipSpace(value, pos)
        given = None
        if pos < len(value) and value[pos] == "=":
            pos = _SkipSpace(value, pos + 1)
            given, pos = _Quoted(value, pos + 1) if value[pos : pos + 1] == '"' else _Token(value, pos)
            pos = _SkipSpace(value, pos)
        params.append((name, given))
    return params, pos


def _SkipSpace(value, pos):
    while pos < len(value) and value[pos] in " \t":
        pos += 1
    return pos


def _Token(value, pos):
    start = pos
    while pos < len(value) and value[pos] not in _TOKEN_ENDS:
        pos += 1
    if pos == start:
        raise ValueError("a name or a value is missing in the extensions")
    return value[start:pos], pos


def _Quoted(value, pos):
    """Returns (what stands between quotes, where it ends); it has to be a token too."""
    text = ""
    while pos < len(value) and value[pos] != '"':
        pos += value[pos] == "\\"  # what it escapes is itself
        text += value[pos : pos + 1]
        pos += 1
    if pos >= len(value) or not text or any(char in _TOKEN_ENDS for char in text):
        raise ValueError("a quoted value in the extensions does not end, or is no token")
    return text, pos + 1


def Agree(field, allow):
    """Returns the Agreement on the first offer in a Sec-WebSocket-Extensions field that can be kept, or None.

    `allow`: True, or None to agree only where memory is plentiful. Raises ValueError for a malformed field.
    """
    offers = ParseExtensions(field)
    bits = _deflate.LargestWindowBits(allow) if _deflate else 0
    if not bits:
        return None
    for name, params in offers:
        if name == EXTENSION:
            asked = _CheckOffer(params)
            if asked is not None and (bits == _MAX_BITS or "client_max_window_bits" in asked):
                return Agreement(asked, bits)
    return None


def _CheckOffer(params):
    """Returns the dict of an offer's parameters, None for an offer that must be declined (section 7.1)."""
    asked = {}
    for name, value in params:
        if name in asked:
            return None
        if name == "server_no_context_takeover" or name == "client_no_context_takeover":
            if value is not None:
                return None
        elif name == "server_max_window_bits" or name == "client_max_window_bits":
            value = _WindowBits(value, name)
            if not value:
                return None
        else:
            return None
        asked[name] = value
    return asked


def _WindowBits(value, name):
    """Returns the bits of a window that an offer asks for, 0 when they are not valid (sections 7.1.2.1, 7.1.2.2)."""
    if value is None:  # the client would follow, and leaves it to the server
        return _MAX_BITS if name == "client_max_window_bits" else 0
    if value not in ("8", "9", "10", "11", "12", "13", "14", "15"):
        return 0
    return int(value)


class Agreement:
    """What a handshake has agreed on: `Answer` (str) is the field that says so, `Packer` makes frames, or is None."""

    def __init__(self, asked, bits):
        answer = EXTENSION + "; server_no_context_takeover; client_no_context_takeover"
        if "server_max_window_bits" in asked:
            answer += "; server_max_window_bits=%d" % asked["server_max_window_bits"]
        if "client_max_window_bits" in asked:
            bits = min(bits, _deflate.PREFERRED_BITS, asked["client_max_window_bits"])
        self._bits = bits
        if self._bits < _MAX_BITS:
            answer += "; client_max_window_bits=%d" % self._bits
        self.Answer = answer
        self.Packer = None
        if _deflate.Deflate:
            self.Packer = Packer(asked.get("server_max_window_bits", _MAX_BITS))

    def NewReader(self, sink, maxLength):
        """Returns the FrameReader of the connection."""
        return InflatingReader(sink, maxLength, self._bits)


# --- out ---


class Packer:
    """Makes the frames of whole messages; it has no state, so frames of equal `WindowBits` are equal."""

    def __init__(self, windowBits):
        self.WindowBits = windowBits

    def MakeFrame(self, opcode, payload):
        """Returns the bytearray of a message's frame, compressed where that makes it shorter (section 7.2.1)."""
        if len(payload) >= _LEAST_PACKED:
            packed = _deflate.Deflate(payload, self.WindowBits)
            if len(packed) < len(payload):
                return MakeFrame(opcode | _RSV1, packed)
        return MakeFrame(opcode, payload)


# --- in ---


class InflatingReader(FrameReader):
    """A FrameReader whose sink gets the inflated bytes of compressed messages (section 7.2.2), a chunk at a time.

    `MaxLength` counts for what comes out, too, and is looked at before more does; so is the text. Where an inflater
    needs the whole message at once, what it gathers is limited by the sink's `MaxLength`.
    """

    _inflater = None
    _inflated = 0  # bytes of the message, as far as it is inflated

    def __init__(self, sink, maxLength, windowBits):
        super().__init__(self, maxLength)
        self._receiver = sink
        self._windowBits = windowBits

    def Expected(self):
        return self._inflated if self._isPacked else self.Left  # as much again, nobody knows

    def _CheckHeader(self, opcode):
        if not self._inMessage and 0 < opcode < 8:
            self._isPacked = self._first & _RSV1 != 0
            self._first &= ~_RSV1  # anywhere else it is what no frame may have
        super()._CheckHeader(opcode)

    def _BeginData(self, opcode):
        super()._BeginData(opcode)
        if self._skipping or not self._isPacked:
            return
        if opcode:
            self._inflated = 0
            self._inflater = _deflate.Inflater(self._windowBits)
        limit = self._receiver.MaxLength
        if _deflate.Inflater.GATHERS and limit is not None and self._size > limit:
            self._OnTooLong(limit)

    def _OnTooLong(self, limit):
        if not self._isPacked or self._size > limit + (limit >> 3) + _SLACK:  # what cannot be compressed gets longer
            super()._OnTooLong(limit)

    # It is its own sink, between the frames and the receiver.

    def OnControl(self, opcode, payload):
        """A whole control frame."""
        self._receiver.OnControl(opcode, payload)

    def OnViolation(self, code, why):
        """The peer broke a rule."""
        self._inflater = None
        self._receiver.OnViolation(code, why)

    def OnPiece(self, view, isLast):
        """The next bytes of a message, compressed or not."""
        if not self._isPacked:
            self._receiver.OnPiece(view, isLast)
            return
        self._inflater.Put(view, isLast)
        while self._GiveChunk(isLast) and not self._skipping and not self._ended:  # the receiver may want no more
            pass
        if isLast:
            self._inflater = None

    def _GiveChunk(self, isLast):
        """Gives the receiver what the inflater has next; False when there is no more for now."""
        piece = _Take(self._inflater)
        if piece is None:
            self._Violate(CLOSE_BAD_DATA, "the message cannot be inflated")
            return False
        size = len(piece)
        isEnd = isLast and size < _deflate.Inflater.CHUNK
        if (size or isEnd) and self._IsGood(piece, isEnd):
            self._receiver.OnPiece(memoryview(piece), isEnd)
        return size == _deflate.Inflater.CHUNK

    def _IsGood(self, piece, isEnd):
        """Says whether the next inflated bytes keep to the rules of messages; if not that is a violation."""
        self._inflated += len(piece)
        limit = self.MaxLength
        if limit is not None and self._inflated > limit:
            self._Violate(CLOSE_TOO_BIG, "the inflated message is longer than %d bytes" % limit)
            return False
        return not self.IsText or self._IsUtf8(piece, 0, len(piece), isEnd)


def _Take(inflater):
    """Returns an inflater's next bytes, None where the message cannot be inflated."""
    try:
        return inflater.Take()
    except ValueError:
        return None
