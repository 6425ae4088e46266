"""The module WebSockets: turns upgrade requests into WebSockets (RFC 6455 section 4.2)."""

from ..libs.httpSyntax import SEEN_UPGRADE
from ..libs.interpreter import NewLock, const
from ..libs.wsHandshake import VERSION, AcceptKey, HasToken, IsKey
from .webSocket import MessageFrame, WebSocket  # noqa: F401 (the class is part of the module)
from .webSocketConnection import WebSocketConnection

_MIN_SLOT = const(256)  # bytes: a control frame must find room in a buffer
_lock = NewLock() if NewLock else None


class WebSockets:
    """Accepts WebSockets on any path; what is not asked to become one goes its usual way.

    A handshake that is no good is answered with 400, an unknown version with
    426, any at all while `OnWebSocketAccepted` is None with 501.
    """

    def __init__(self):
        self._onRequest = None
        self._onProtocol = None
        self._onAccepted = None
        self._allowCompression = None

    @property
    def OnWebSocketRequest(self):
        """callable or None: `f(microWebSrv2, request)`, called before a WebSocket is accepted.

        It looks at the request's Origin, Path, credentials; False refuses it (403), or it answers by
        `request.Response` itself. Browsers let any page open a WebSocket to any server, and send the user's cookies:
        a server that trusts those checks the Origin here.
        """
        return self._onRequest

    @OnWebSocketRequest.setter
    def OnWebSocketRequest(self, value):
        self._onRequest = _Callback("OnWebSocketRequest", value)

    @property
    def OnWebSocketProtocol(self):
        """callable or None: `f(microWebSrv2, protocols)` gets the client's sub-protocols (list of str).

        It returns the one it selects, as in the list, or None.
        """
        return self._onProtocol

    @OnWebSocketProtocol.setter
    def OnWebSocketProtocol(self, value):
        self._onProtocol = _Callback("OnWebSocketProtocol", value)

    @property
    def OnWebSocketAccepted(self):
        """callable or None: `f(microWebSrv2, webSocket)` gets each new WebSocket, to assign its callbacks."""
        return self._onAccepted

    @OnWebSocketAccepted.setter
    def OnWebSocketAccepted(self, value):
        self._onAccepted = _Callback("OnWebSocketAccepted", value)

    @property
    def AllowCompression(self):
        """bool or None: compressed messages (permessage-deflate, RFC 7692) are agreed on when a client offers them.

        None, the default: where memory is plentiful, under CPython and in a MicroPython's heap of 1 MB and more.
        True: in a smaller heap too, with a window of 1 KB, if the client can do with that. False: never.
        """
        return self._allowCompression

    @AllowCompression.setter
    def AllowCompression(self, value):
        if value is not None and not isinstance(value, bool):
            raise ValueError('"AllowCompression" must be a boolean or None, got %r' % (value,))
        self._allowCompression = value

    def Broadcast(self, webSockets, msg):
        """Sends a message, a text (str) or bytes, to many WebSockets; its frame is built once.

        Where messages are compressed, once for each size of window that was agreed on. `webSockets` is iterable.
        Returns the number of those that took it, as SendTextMessage. Raises ValueError.
        """
        frames = {0: MessageFrame(msg)}
        count = 0
        for webSocket in list(webSockets):  # a callback may change what is walked through
            packer = webSocket._packer
            bits = packer.WindowBits if packer else 0
            if bits not in frames:
                frames[bits] = MessageFrame(msg, packer)
            if webSocket._SendMessage(frames[bits]):
                count += 1
        return count

    def OnRequest(self, microWebSrv2, request):
        """Called by the server for each request."""
        # What the head said, and not IsUpgrade: a device would bring in all that requests are rarely asked.
        if request._exchange._seen & SEEN_UPGRADE and HasToken(request.Upgrade, "websocket"):
            self._OnHandshake(microWebSrv2, request)

    def _OnHandshake(self, microWebSrv2, request):
        response = request.Response
        if not self._onAccepted:
            response.ReturnNotImplemented()
        elif not _IsWellFormed(request):
            response.ReturnBadRequest()
        elif request.GetHeader("Sec-WebSocket-Version") != VERSION:  # section 4.4, RFC 9110 section 15.5.22
            response.SetHeader("Sec-WebSocket-Version", VERSION)
            response.SetHeader("Connection", "Upgrade")
            response.SetHeader("Upgrade", "websocket")
            response.Return(426)
        elif microWebSrv2.BufferSlotSize < _MIN_SLOT:
            microWebSrv2.Log("WebSockets need a BufferSlotSize of at least %d" % _MIN_SLOT, microWebSrv2.ERROR)
            response.ReturnServiceUnavailable()
        elif self._IsAllowed(microWebSrv2, request):
            try:
                agreement = self._AgreeOnCompression(request)
            except ValueError as ex:
                microWebSrv2.Log("WebSocket: %s" % ex, microWebSrv2.DEBUG)
                response.ReturnBadRequest()
                return
            self._Accept(microWebSrv2, request, agreement)

    def _IsAllowed(self, microWebSrv2, request):
        """Asks the application; what it has not answered itself is refused here."""
        if not self._onRequest:
            return True
        allowed = self._onRequest(microWebSrv2, request)
        response = request.Response
        if response.HeadersSent or response.IsDeferred:
            return False
        if allowed is False:
            response.ReturnForbidden()
            return False
        return True

    def _AgreeOnCompression(self, request):
        """Returns the Agreement on what the client offers, or None. Raises ValueError for a malformed offer."""
        if self._allowCompression is False:
            return None
        offers = request.GetHeader("Sec-WebSocket-Extensions")
        if not offers:
            return None
        return _Agree(offers, self._allowCompression)

    def _Accept(self, microWebSrv2, request, agreement):
        response = request.Response
        protocol = self._SelectProtocol(microWebSrv2, request)
        if protocol:
            response.SetHeader("Sec-WebSocket-Protocol", protocol)
        if agreement:
            response.SetHeader("Sec-WebSocket-Extensions", agreement.Answer)
        response.SetHeader("Sec-WebSocket-Accept", AcceptKey(request.GetHeader("Sec-WebSocket-Key")))
        connection = request._exchange.Connection
        connection.HandOverTo(WebSocketConnection(connection, request, protocol, agreement, self._onAccepted))
        response.SwitchingProtocols("websocket")

    def _SelectProtocol(self, microWebSrv2, request):
        """Returns the sub-protocol to speak, or None. Raises ValueError when the application selects another one."""
        offered = request.GetHeader("Sec-WebSocket-Protocol")
        if not offered or not self._onProtocol:
            return None
        protocols = [item.strip(" \t") for item in offered.split(",") if item.strip(" \t")]
        protocol = self._onProtocol(microWebSrv2, protocols)
        if protocol is not None and protocol not in protocols:
            raise ValueError("OnWebSocketProtocol must return one of %r or None, got %r" % (protocols, protocol))
        return protocol


def _Agree(offers, allow):
    if _lock:  # MicroPython's imports are not guarded against two threads at once
        _lock.acquire()
    try:
        from ..libs.wsDeflate import Agree
    finally:
        if _lock:
            _lock.release()
    return Agree(offers, allow)


def _IsWellFormed(request):
    """Says whether a request can open a WebSocket (section 4.2.1): its version apart."""
    return (
        request.Method == "GET"
        and request.HttpVer == "HTTP/1.1"
        and not request.ContentLength
        and request.ContentStream is None
        and IsKey(request.GetHeader("Sec-WebSocket-Key"))
    )


def _Callback(name, value):
    if value is not None and not callable(value):
        raise ValueError('"%s" must be a function or None, got %r' % (name, value))
    return value
