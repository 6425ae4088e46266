"""The WebSocket's methods and properties, without a socket: a list of checks, run on every runtime."""

import sys
from array import array

from checks import expect, raises, run

from MicroWebSrv2 import MicroWebSrv2
from MicroWebSrv2.libs.wsFrames import MakeFrame
from MicroWebSrv2.mods.webSocket import WebSocket
from MicroWebSrv2.mods.webSocketSender import WebSocketSender


class Packer:
    """What makes compressed frames, without a compressor: no MicroPython here has one."""

    def __init__(self, bits):
        self.WindowBits = bits

    def MakeFrame(self, opcode, payload):
        return MakeFrame(opcode | 0x40, payload[:9])


class Connection:
    """What a WebSocket sends to."""

    CloseCode = 0
    CloseReason = ""
    PiecesSent = 0
    WaitMs = 60000
    MaxLength = 1000
    MaxQueue = 1000

    def __init__(self):
        self.frames = []
        self.full = False
        self.closes = []

    def Send(self, frame):
        if not self.full:
            self.frames.append(frame)
        return not self.full

    def BeginClose(self, code, reason):
        self.closes.append((code, reason))

    def SetWait(self, seconds):
        self.WaitMs = seconds * 1000

    def SetMaxLength(self, value):
        self.MaxLength = value

    def IsOpen(self):
        return not self.closes


def new():
    connection = Connection()
    return WebSocket(connection, "request", None), connection


def bad_messages():
    web_socket, connection = new()
    for bad in ("", b"text", None, 5):
        raises(ValueError, '"msg" must be', web_socket.SendTextMessage, bad)
    for bad in (b"", "text", None, 5, bytearray()):
        raises(ValueError, '"msg" must', web_socket.SendBinaryMessage, bad)
    raises(ValueError, "", web_socket.SendBinaryMessage, memoryview(array("H", (1, 2))))  # items that are no bytes
    expect(connection.frames, [])


def good_messages():
    web_socket, connection = new()
    expect(web_socket.SendTextMessage("\u20ac"), True)
    for good in (b"ab", bytearray(b"ab"), memoryview(b"ab"), [97, 98]):
        expect(web_socket.SendBinaryMessage(good), True)
    expect([bytes(frame) for frame in connection.frames], [b"\x81\x03\xe2\x82\xac"] + [b"\x82\x02ab"] * 4)
    connection.full = True
    expect(web_socket.SendTextMessage("a"), False)
    expect(web_socket.SendBinaryMessage(b"a"), False)


def pieces():
    web_socket, connection = new()
    expect(web_socket.SendPiece("a"), True)
    expect(web_socket.SendTextMessage("x"), False)
    raises(ValueError, "same kind", web_socket.SendPiece, b"b")
    connection.full = True
    expect(web_socket.SendPiece("b", True), False)
    connection.full = False
    expect(web_socket.SendPiece("b", True), True)
    expect(web_socket.SendPiece(b"c", True), True)
    expect([bytes(frame) for frame in connection.frames], [b"\x01\x01a", b"\x80\x01b", b"\x82\x01c"])


def close():
    web_socket, connection = new()
    for bad in (None, "1000", 0, 999, 1005, 1006, 1015, 2999, 5000):
        raises(ValueError, '"code" must be', web_socket.Close, bad)
    raises(ValueError, '"reason" must be', web_socket.Close, 1000, "x" * 124)
    raises(ValueError, '"reason" must be', web_socket.Close, 1000, b"x")
    expect(web_socket.IsClosed, False)
    expect(web_socket.CloseCode, None)
    web_socket.Close()
    web_socket.Close(4000, "\u00e9" * 61)
    expect(connection.closes, [(1000, ""), (4000, "\u00e9" * 61)])
    expect(web_socket.IsClosed, True)


def limits():
    web_socket = new()[0]
    for name, first in (("WaitFrameTimeoutSec", 60), ("MaxRecvMessageLength", 1000), ("MaxSendQueueLength", 1000)):
        expect(getattr(web_socket, name), first)
        for bad in (0, -1, "5", b"", []):
            raises(ValueError, '"%s" must be' % name, setattr, web_socket, name, bad)  # noqa: UP031
        setattr(web_socket, name, 7)
        expect(getattr(web_socket, name), 7)
    web_socket.MaxRecvMessageLength = None
    expect(web_socket.MaxRecvMessageLength, None)
    raises(ValueError, "must be", setattr, web_socket, "WaitFrameTimeoutSec", None)


def callbacks():
    web_socket = new()[0]
    module = MicroWebSrv2.LoadModule("WebSockets")
    own = ("OnTextMessage", "OnBinaryMessage", "OnMessagePiece", "OnReadyToSend", "OnClosed")
    asked = ("OnWebSocketRequest", "OnWebSocketProtocol", "OnWebSocketAccepted")
    for target, names in ((web_socket, own), (module, asked)):
        for name in names:
            expect(getattr(target, name), None)
            raises(ValueError, '"%s" must be a function' % name, setattr, target, name, 5)  # noqa: UP031
            setattr(target, name, len)
            expect(getattr(target, name), len)
            setattr(target, name, None)
            expect(getattr(target, name), None)


def broadcast():
    module = MicroWebSrv2.LoadModule("WebSockets")
    several = [new() for _ in range(3)]
    several[1][1].full = True
    expect(module.Broadcast([web_socket for web_socket, _ in several], "a"), 2)
    expect(bytes(several[0][1].frames[0]), b"\x81\x01a")
    expect(several[0][1].frames[0] is several[2][1].frames[0], True)
    expect(module.Broadcast(iter([several[0][0]]), b"a"), 1)
    expect(bytes(several[0][1].frames[1]), b"\x82\x01a")
    raises(ValueError, '"msg" must', module.Broadcast, [], "")


def compression():
    web_socket, connection = new()
    expect(web_socket.CompressMessages, False)
    raises(ValueError, "no compression was agreed on", setattr, web_socket, "CompressMessages", True)
    web_socket.AgreeOn(Packer(15))
    expect(web_socket.CompressMessages, True)
    raises(ValueError, "must be a boolean", setattr, web_socket, "CompressMessages", 1)
    web_socket.SendTextMessage("a" * 300)
    web_socket.SendBinaryMessage(b"a" * 300)
    web_socket.CompressMessages = False
    web_socket.SendTextMessage("a" * 300)
    web_socket.CompressMessages = True
    web_socket.SendPiece("a" * 300, True)
    expect([frame[0] for frame in connection.frames], [0xC1, 0xC2, 0x81, 0x81])
    module = MicroWebSrv2.LoadModule("WebSockets")
    expect(module.AllowCompression, None)
    raises(ValueError, "boolean or None", setattr, module, "AllowCompression", 1)
    for value in (True, False, None):
        module.AllowCompression = value
        expect(module.AllowCompression, value)


def broadcast_compressed():
    """One frame for all that send plain, one for all with the same window."""
    module = MicroWebSrv2.LoadModule("WebSockets")
    several = [new() for _ in range(5)]
    for i, bits in ((0, 15), (2, 15), (4, 9)):
        several[i][0].AgreeOn(Packer(bits))
    expect(module.Broadcast([web_socket for web_socket, _ in several], "a" * 300), 5)
    frames = [connection.frames[0] for _, connection in several]
    expect([frame[0] for frame in frames], [0xC1, 0x81, 0xC1, 0x81, 0xC1])
    expect([frames[0] is frames[2], frames[1] is frames[3], frames[0] is frames[4]], [True, True, False])


class OtherThreadsWorker:
    """A worker that another thread runs."""

    def __init__(self):
        self.posted = []

    def IsElsewhere(self):
        return True

    def Post(self, callback, polled=None):
        self.posted.append(callback)


def another_thread():
    """What another thread sends is posted to the worker, and what is posted counts as waiting."""
    sender = WebSocketSender(None, None)
    worker = sender._worker = OtherThreadsWorker()
    written = []
    sender.MaxQueue = 10
    sender.IsOpen = lambda: True
    sender._Put = written.append
    expect(sender.Send(b"12345678"), True)
    expect(written, [])
    expect(sender.Send(b"12345678"), False)
    worker.posted.pop()()
    expect(written, [b"12345678"])
    expect(sender.Send(b"12345678"), True)


def sha1_without_hashlib():
    sys.modules["hashlib"] = sys
    for name in ("MicroWebSrv2.libs.wsHandshake", "MicroWebSrv2.libs.sha1"):
        sys.modules.pop(name, None)
    from MicroWebSrv2.libs.wsHandshake import AcceptKey

    expect("MicroWebSrv2.libs.sha1" in sys.modules, True)
    expect(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")


run(
    [
        bad_messages,
        good_messages,
        pieces,
        close,
        limits,
        callbacks,
        broadcast,
        compression,
        broadcast_compressed,
        another_thread,
        sha1_without_hashlib,
    ]
)
