"""The application's view of a WebSocket: what can be sent, what is called when something comes."""

from ..libs.wsFrames import (
    CLOSE_ABNORMAL,
    CLOSE_NORMAL,
    MAX_CONTROL,
    OP_BINARY,
    OP_CONTINUATION,
    OP_TEXT,
    IsCloseCode,
    MakeFrame,
)

_BYTES_LIKE = (bytes, bytearray, memoryview)


class WebSocket:
    """A WebSocket, made by the module WebSockets; assign its callbacks in OnWebSocketAccepted.

    The callbacks are called from the server's loop. What one raises is
    logged, and closes the WebSocket (1011).
    """

    # What is called; the instance holds what differs.
    _onText = None
    _onBinary = None
    _onPiece = None
    _onClosed = None
    _onReadyToSend = None
    _agreedPacker = None  # libs/wsDeflate.py's Packer, where compression was agreed on
    _packer = None  # it, while it is used

    def __init__(self, connection, request, protocol):
        self._connection = connection
        self._request = request
        self._protocol = protocol

    # --- methods ---

    def SendTextMessage(self, msg):
        """Sends a text (not empty str). May be called in any thread.

        Returns False when it was not taken: the WebSocket is closed, a message
        in pieces is under way, or the client is slow and more than
        `MaxSendQueueLength` bytes would wait. Raises ValueError.
        """
        return self._SendMessage(_Frame(self._packer, OP_TEXT, _TextBytes(msg)))

    def SendBinaryMessage(self, msg):
        """Sends bytes (not empty, or what is convertible into bytes). Returns and raises as SendTextMessage."""
        return self._SendMessage(_Frame(self._packer, OP_BINARY, _Bytes(msg)))

    def _SendMessage(self, frame):
        connection = self._connection
        return not connection.PiecesSent and connection.Send(frame)

    def SendPiece(self, piece, isLast=False):
        """Sends the next piece of a message that is larger than memory: str for a text, bytes-like otherwise.

        Returns False when it was not taken, as SendTextMessage: the same piece is to be
        sent again later (see `OnReadyToSend`). The last piece, which may be empty, ends
        the message. Raises ValueError for a piece of the other kind than the first.
        """
        connection = self._connection
        opcode = OP_TEXT if isinstance(piece, str) else OP_BINARY
        begun = connection.PiecesSent
        if begun and begun != opcode:
            raise ValueError('"piece" must be of the same kind as the first one of the message, got %r' % type(piece))
        payload = piece.encode() if opcode == OP_TEXT else piece if isinstance(piece, _BYTES_LIKE) else _ToBytes(piece)
        frame = MakeFrame(OP_CONTINUATION if begun else opcode, payload, isLast)
        connection.PiecesSent = opcode  # before it is sent: another thread may want to send meanwhile
        taken = connection.Send(frame)
        if isLast or not taken:
            connection.PiecesSent = 0 if taken else begun
        return taken

    def Close(self, code=CLOSE_NORMAL, reason=""):
        """Closes the WebSocket behind what waits to be sent: with a code and a reason (at most 123 bytes in UTF-8).

        Nothing is received any more; `OnClosed` is called when the client has answered, or has not in two
        seconds. Codes for applications are 3000 to 4999. Raises ValueError.
        """
        if not isinstance(code, int) or not IsCloseCode(code):
            raise ValueError('"code" must be a close code (1000, 3000 to 4999, …), got %r' % (code,))
        if not isinstance(reason, str) or len(reason.encode()) > MAX_CONTROL - 2:
            raise ValueError('"reason" must be a string of at most 123 bytes, got %r' % (reason,))
        self._connection.BeginClose(code, reason)

    def AgreeOn(self, packer):
        """The handshake has agreed on compression; `packer` makes the frames, None where nothing can compress."""
        self._agreedPacker = self._packer = packer

    # --- what it is ---

    @property
    def Request(self):
        """HttpRequest: the request that has opened it."""
        return self._request

    @property
    def Protocol(self):
        """str or None: the sub-protocol that was agreed on."""
        return self._protocol

    @property
    def IsClosed(self):
        """bool: nothing can be sent any more."""
        return not self._connection.IsOpen()

    @property
    def CloseCode(self):
        """int or None: the code of the first Close frame, the client's or ours.

        1005: that frame had none; 1006: the connection broke without one; None: not closed.
        """
        connection = self._connection
        return connection.CloseCode or (None if connection.IsOpen() else CLOSE_ABNORMAL)

    @property
    def CloseReason(self):
        """str: the text of the first Close frame; "" if none."""
        return self._connection.CloseReason

    @property
    def CompressMessages(self):
        """bool: messages of 256 bytes and more are sent compressed, where that makes them shorter.

        True at first where the handshake has agreed on it and the runtime has a compressor. False spares the time,
        and keeps what is secret in a message from showing in its length. Raises ValueError for True where it cannot.
        """
        return self._packer is not None

    @CompressMessages.setter
    def CompressMessages(self, value):
        if not isinstance(value, bool):
            raise ValueError('"CompressMessages" must be a boolean, got %r' % (value,))
        if value and not self._agreedPacker:
            raise ValueError('"CompressMessages" cannot be True: no compression was agreed on')
        self._packer = self._agreedPacker if value else None

    # --- limits ---

    @property
    def WaitFrameTimeoutSec(self):
        """int: seconds the client may be silent (60 at first); then it is closed.

        It is pinged when half of them are over, so that only a client that is gone stays silent.
        """
        return self._connection.WaitMs // 1000

    @WaitFrameTimeoutSec.setter
    def WaitFrameTimeoutSec(self, value):
        self._connection.SetWait(_Positive("WaitFrameTimeoutSec", value))

    @property
    def MaxRecvMessageLength(self):
        """int or None: bytes of the longest message taken; a longer one closes (1009). None: any.

        At first the server's MaxRequestContentLength. It does not count for `OnMessagePiece`.
        """
        return self._connection.MaxLength

    @MaxRecvMessageLength.setter
    def MaxRecvMessageLength(self, value):
        self._connection.SetMaxLength(None if value is None else _Positive("MaxRecvMessageLength", value))

    @property
    def MaxSendQueueLength(self):
        """int: bytes that may wait for a slow client; a single message may always.

        At first the server's MaxRequestContentLength, 256 KB at the most.
        """
        return self._connection.MaxQueue

    @MaxSendQueueLength.setter
    def MaxSendQueueLength(self, value):
        self._connection.MaxQueue = _Positive("MaxSendQueueLength", value)

    # --- callbacks ---

    @property
    def OnTextMessage(self):
        """callable or None: `f(webSocket, msg)`, `msg` a str."""
        return self._onText

    @OnTextMessage.setter
    def OnTextMessage(self, value):
        self._onText = _Callback("OnTextMessage", value)

    @property
    def OnBinaryMessage(self):
        """callable or None: `f(webSocket, msg)`, `msg` a memoryview that may be kept."""
        return self._onBinary

    @OnBinaryMessage.setter
    def OnBinaryMessage(self, value):
        self._onBinary = _Callback("OnBinaryMessage", value)

    @property
    def OnMessagePiece(self):
        """callable or None: `f(webSocket, piece, isText, isLast)`: messages are not gathered but given as they come.

        `piece` is a memoryview, valid until the callback returns; a text's pieces are UTF-8 that
        was checked, perhaps cut inside a character. OnTextMessage and OnBinaryMessage are not called
        meanwhile. It is to be set, and taken back, between two messages.
        """
        return self._onPiece

    @OnMessagePiece.setter
    def OnMessagePiece(self, value):
        self._onPiece = _Callback("OnMessagePiece", value)
        self._connection.SetMaxLength(self._connection.MaxLength)

    @property
    def OnReadyToSend(self):
        """callable or None: `f(webSocket)`, called when all that had to wait is sent."""
        return self._onReadyToSend

    @OnReadyToSend.setter
    def OnReadyToSend(self, value):
        self._onReadyToSend = _Callback("OnReadyToSend", value)

    @property
    def OnClosed(self):
        """callable or None: `f(webSocket)`, called once when the connection is closed."""
        return self._onClosed

    @OnClosed.setter
    def OnClosed(self, value):
        self._onClosed = _Callback("OnClosed", value)


def MessageFrame(msg, packer=None):
    """Returns the frame of a message: a text for a str, otherwise bytes; by a Packer if given. Raises ValueError."""
    if isinstance(msg, str):
        return _Frame(packer, OP_TEXT, _TextBytes(msg))
    return _Frame(packer, OP_BINARY, _Bytes(msg))


def _Frame(packer, opcode, payload):
    return packer.MakeFrame(opcode, payload) if packer else MakeFrame(opcode, payload)


def _TextBytes(msg):
    if not isinstance(msg, str) or not msg:
        raise ValueError('"msg" must be a not empty string, got %r' % (msg,))
    return msg.encode()


def _Bytes(msg):
    data = msg if isinstance(msg, _BYTES_LIKE) else _ToBytes(msg)
    if not data:
        raise ValueError('"msg" must not be empty')
    return data


def _ToBytes(msg):
    if isinstance(msg, (int, str)):
        raise ValueError('"msg" must be in bytes or convertible into bytes, got %r' % (msg,))
    try:
        return bytes(msg)
    except TypeError:
        raise ValueError('"msg" must be in bytes or convertible into bytes, got %r' % (msg,))


def _Positive(name, value):
    if not isinstance(value, int) or value <= 0:
        raise ValueError('"%s" must be a positive integer, got %r' % (name, value))
    return value


def _Callback(name, value):
    if value is not None and not callable(value):
        raise ValueError('"%s" must be a function or None, got %r' % (name, value))
    return value
