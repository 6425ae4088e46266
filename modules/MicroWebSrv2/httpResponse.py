"""The answer to a request: its status, its fields, its content.

It decides what is sent; how the bytes get out is `httpConnection.py`'s. One
object serves the requests of a connection one after the other.
"""

from .libs.httpHeadWriter import BARE, END, LENGTH, NO_STORE, NO_STORE_LINE
from .libs.httpStatus import HasBody, IsFieldValue, Reason


class HttpResponse:
    """The answer to one HttpRequest; exactly one `Return…` method is to be called."""

    # What answers are like unless something is set; instances hold what differs.
    _fields = None  # [(name, value), …]
    _allowCaching = False
    _origin = None
    _contentType = None
    _charset = None
    _contentLength = 0
    _onSent = None

    def __init__(self, exchange):
        self._exchange = exchange

    def Clear(self):
        """Makes the object ready for the connection's next request."""
        self._fields = self._origin = self._contentType = self._charset = self._onSent = None
        self._allowCaching = False
        self._contentLength = 0

    # --- what the answer says ---

    @property
    def Request(self):
        """HttpRequest: the request this is the answer to."""
        return self._exchange.Request

    @property
    def UserAddress(self):
        """tuple: (ip, port) of the client."""
        return self._exchange.Connection.CliAddr()

    @property
    def IsSSL(self):
        """bool: the connection is secured by TLS."""
        return self._exchange.Connection.IsSecure()

    @property
    def HeadersSent(self):
        """bool: the answer has begun; nothing of it can be changed any more."""
        return self._exchange.Answered

    @property
    def AllowCaching(self):
        """bool: the client may keep the answer."""
        return self._allowCaching

    @AllowCaching.setter
    def AllowCaching(self, value):
        self._Set("AllowCaching", value, bool)
        self._allowCaching = value

    @property
    def AccessControlAllowOrigin(self):
        """str or None: the origin whose pages may read the answer (CORS)."""
        return self._origin

    @AccessControlAllowOrigin.setter
    def AccessControlAllowOrigin(self, value):
        self._Set("AccessControlAllowOrigin", value, str, True)
        self._origin = value

    @property
    def ContentType(self):
        """str or None: the content's MIME type."""
        return self._contentType

    @ContentType.setter
    def ContentType(self, value):
        self._Set("ContentType", value, str, True)
        self._contentType = value

    @property
    def ContentCharset(self):
        """str or None: the charset of a text content."""
        return self._charset

    @ContentCharset.setter
    def ContentCharset(self, value):
        self._Set("ContentCharset", value, str, True)
        self._charset = value

    @property
    def ContentLength(self):
        """int: bytes of the content; 0 with ReturnStream: not known beforehand."""
        return self._contentLength

    @ContentLength.setter
    def ContentLength(self, value):
        self._Set("ContentLength", value, int)
        if value < 0:
            raise ValueError('"ContentLength" must be a positive integer or zero, got %r' % value)
        self._contentLength = value

    @property
    def OnSent(self):
        """callable or None: `f(microWebSrv2, response)`, called when the answer is sent whole."""
        return self._onSent

    @OnSent.setter
    def OnSent(self, value):
        if value is not None and not callable(value):
            raise ValueError('"OnSent" must be a function or None, got %r' % (value,))
        self._exchange.Custom = True
        self._onSent = value

    def _Set(self, name, value, kind, orNone=False):
        if not isinstance(value, kind) and not (orNone and value is None):
            raise ValueError('"%s" must be of type %s, got %r' % (name, kind.__name__, value))
        if kind is str and value is not None and not IsFieldValue(value):
            raise ValueError('"%s" must not contain CR, LF or NUL' % name)
        self._exchange.Custom = True

    def SetHeader(self, name, value):
        """Sets a field of the answer; the same name again replaces it.

        `value` becomes text. Raises ValueError for an empty name, None, and
        for CR, LF or NUL, which would begin a field of their own.
        """
        self._CheckField(name, value)
        low = name.lower()
        self._fields = [field for field in self._fields or () if field[0].lower() != low]
        self.AddHeader(name, value)

    def AddHeader(self, name, value):
        """Adds a field of the answer, next to others of the same name. Raises ValueError as SetHeader."""
        self._CheckField(name, value)
        self._exchange.Custom = True
        if self._fields is None:
            self._fields = []
        self._fields.append((name, str(value)))

    def _CheckField(self, name, value):
        if not isinstance(name, str) or not name:
            raise ValueError('"name" must be a not empty string, got %r' % (name,))
        if value is None:
            raise ValueError('"value" of the field "%s" cannot be None' % name)
        if not IsFieldValue(str(value)) or not IsFieldValue(name) or ":" in name or " " in name:
            raise ValueError('the field "%s" must not contain CR, LF or NUL' % name)

    def SetCookie(self, name, value, maxAgeSec=None, path="/", domain=None, secure=None, httpOnly=True, sameSite="Lax"):
        """Adds a Set-Cookie field (RFC 6265). `secure` None: on a TLS connection. Raises ValueError."""
        from .libs.cookies import FormatCookie

        secure = self.IsSSL if secure is None else secure
        self.AddHeader("Set-Cookie", FormatCookie(name, value, maxAgeSec, path, domain, secure, httpOnly, sameSite))

    # --- the answers ---

    def Defer(self, timeoutSec=60):
        """Announces that the answer comes after the handler has returned, perhaps from another thread.

        Without an answer in `timeoutSec` seconds (None: for ever) the client gets 503.
        """
        exchange = self._exchange
        if exchange.Answered:
            raise exchange.WebServer.Exception("this request was answered already")
        exchange.Custom = exchange.Deferred = True
        exchange.Connection.Defer(timeoutSec)

    @property
    def IsDeferred(self):
        """bool: the answer comes after the handler has returned."""
        return self._exchange.Deferred

    def SwitchingProtocols(self, upgrade):
        """Answers 101: the connection now speaks the protocol `upgrade`, by its XAsyncTCPClient methods."""
        if not isinstance(upgrade, str) or not upgrade:
            raise ValueError('"upgrade" must be a not empty string, got %r' % (upgrade,))
        self.SetHeader("Connection", "Upgrade")
        self.SetHeader("Upgrade", upgrade)
        self._Answer(101, None, None, 0)

    def ReturnStream(self, code, stream):
        """Answers with what `stream.readinto(buf)` gives: `ContentLength` bytes, or until 0 in chunks.

        A readinto that returns None is asked again a little later. `close()` is
        called at the end if the stream has it. Raises ValueError.
        """
        if not hasattr(stream, "readinto"):
            raise ValueError('"stream" must be a readable buffer protocol object, got %r' % (stream,))
        self._Answer(code, self._contentType or "application/octet-stream", stream, self._contentLength or -1)

    def Return(self, code, content=None):
        """Answers with a status and a content: str, bytes-like, or None.

        Text without a ContentType is text/html. Raises ValueError for a bad
        code or content, MicroWebSrv2Exception when the request was answered.
        """
        if isinstance(content, str):
            content = content.encode(self._charset or "UTF-8")
            contentType = self._contentType or "text/html"
        else:
            if content is None:
                content = b""
            elif not isinstance(content, (bytes, bytearray, memoryview)):
                content = _ToBytes(content)
            contentType = self._contentType or "application/octet-stream"
        if not content and isinstance(code, int) and code >= 400:
            content = _NeutralPage(code)
            contentType = "text/html"
        self._Answer(code, contentType if content else self._contentType, content, len(content))

    def ReturnJSON(self, code, obj):
        """Answers with `obj` as JSON. Raises ValueError when it cannot be serialised."""
        try:
            from json import dumps

            text = dumps(obj)
        except TypeError as ex:
            raise ValueError('"obj" cannot be serialised: %s' % ex)
        self.ContentType = "application/json"
        self.Return(code, text)

    def ReturnOk(self, content=None):
        """Answers 200 with a content: str, bytes-like, or None."""
        self.Return(200, content)

    def ReturnOkJSON(self, obj):
        """Answers 200 with `obj` as JSON."""
        self.ReturnJSON(200, obj)

    def ReturnFile(self, filename, attachmentName=None):
        """Answers with a file, or as the request's conditions and ranges ask: 206, 304, 412, 416.

        `filename` is its path in the filesystem; `attachmentName` makes the
        browser save it under that name. A file that is not there: 404.
        """
        if not isinstance(filename, str) or not filename:
            raise ValueError('"filename" must be a not empty string, got %r' % (filename,))
        if attachmentName is not None and not isinstance(attachmentName, str):
            raise ValueError('"attachmentName" must be a string or None, got %r' % (attachmentName,))
        from .staticFiles import AnswerFile

        AnswerFile(self, filename, attachmentName)

    def SendFile(self, code, content, length, mimeType):
        """Answers with `length` bytes of an open file, from where it stands, or with a file's bytes."""
        self._Answer(code, self._contentType or mimeType, content, length)

    def ReturnNotModified(self):
        """Answers 304: what the client keeps is still right."""
        self.Return(304)

    def ReturnRedirect(self, location):
        """Answers 307: the client repeats the same request at `location` (str)."""
        if not isinstance(location, str) or not location:
            raise ValueError('"location" must be a not empty string, got %r' % (location,))
        self.SetHeader("Location", location)
        self.Return(307)

    def ReturnBadRequest(self):
        """Answers 400."""
        self.Return(400)

    def ReturnUnauthorized(self, typeName, realm=None):
        """Answers 401: the client must authenticate by the scheme `typeName`, in `realm`."""
        if not isinstance(typeName, str) or not typeName:
            raise ValueError('"typeName" must be a not empty string, got %r' % (typeName,))
        if realm is not None and not isinstance(realm, str):
            raise ValueError('"realm" must be a string or None, got %r' % (realm,))
        challenge = typeName
        if realm:  # a quoted-string (RFC 9110 section 5.6.4)
            challenge += ' realm="%s"' % realm.replace("\\", "\\\\").replace('"', '\\"')
        self.SetHeader("WWW-Authenticate", challenge)
        self.Return(401)

    def ReturnForbidden(self):
        """Answers 403."""
        self.Return(403)

    def ReturnNotFound(self):
        """Answers 404, or redirects (307) to the server's NotFoundURL if it has one."""
        url = self._exchange.WebServer.NotFoundURL
        if url and self._exchange.Request.Path != url:
            self.ReturnRedirect(url)
        else:
            self.Return(404)

    def ReturnMethodNotAllowed(self):
        """Answers 405, with the methods that the path has in `Allow`."""
        self.SetHeader("Allow", self._exchange.Request.AllowedMethods())
        self.Return(405)

    def ReturnEntityTooLarge(self):
        """Answers 413."""
        self.Return(413)

    def ReturnInternalServerError(self):
        """Answers 500."""
        self.Return(500)

    def ReturnNotImplemented(self):
        """Answers 501."""
        self.Return(501)

    def ReturnServiceUnavailable(self):
        """Answers 503."""
        self.Return(503)

    def ReturnRefusal(self, code):
        """Answers a request that is no good with a plain `code`, whatever was prepared for it."""
        self.Clear()
        self._exchange.Fields = None
        self.Return(code)

    def ReturnBasicAuthRequired(self):
        """Answers 401: "Basic" authentication is required (RFC 7617)."""
        self.ReturnUnauthorized("Basic", self._exchange.WebServer.AuthRealm)

    def ReturnBearerAuthRequired(self):
        """Answers 401: "Bearer" authentication is required (RFC 6750)."""
        self.ReturnUnauthorized("Bearer", self._exchange.WebServer.AuthRealm)

    # --- the way out: frames of at most 11 words, see RequestHead ---

    def _Answer(self, code, contentType, content, length):
        """Sends the head, then the content: bytes-like, a stream, or None; `length` -1 is not known."""
        if not isinstance(code, int) or not 100 <= code <= 999:
            raise ValueError('"code" must be an http status code, got %r' % (code,))
        exchange = self._exchange
        if exchange.Answered:
            raise exchange.WebServer.Exception("this request was answered already")
        exchange.Answered = True
        exchange.Body = content
        exchange.BodyLength = length
        if exchange.Deferred and exchange.Connection.IsElsewhere():
            exchange.Connection.Post(lambda: self._Compose(code, contentType))
        else:
            self._Compose(code, contentType)

    def _Compose(self, code, contentType):
        exchange = self._exchange
        head = exchange.Connection.Share.Head()
        if code != 200 and not HasBody(code):
            head.Begin(code << 2 | BARE, contentType, self._charset)
            if exchange.Body is not None:
                _DropBody(exchange)
        elif exchange.BodyLength < 0:
            self._BeginStreamed(exchange, head, code, contentType)
        else:
            self._BeginSized(exchange, head, code, contentType)
        if exchange.Fields:
            head.Put(exchange.Fields)
        if exchange.Custom or exchange.WebServer.AllowOrigins:
            self._PutFields(exchange, head)
        if code != 101:
            exchange.Connection.PutPersistence(head)
        head.Put(END)
        if exchange.Body is not None and 0 <= exchange.BodyLength <= head.Size - head.Length:
            PutBody(exchange, head)
        exchange.Connection.Transmit(code, head)

    def _BeginSized(self, exchange, head, code, contentType):
        """Writes the first lines, up to the content's length."""
        if self._allowCaching or exchange.Fields:
            code = code << 2 | LENGTH
        else:
            code = code << 2 | NO_STORE
        head.Begin(code, contentType, self._charset)
        head.PutNumber(exchange.BodyLength)
        if exchange._method == "HEAD":
            _DropBody(exchange)

    def _BeginStreamed(self, exchange, head, code, contentType):
        """Writes the first lines before a content whose length is not known."""
        head.Begin(code << 2 | BARE, contentType, self._charset)
        if exchange._minor:
            head.Put(b"\r\nTransfer-Encoding: chunked")
        else:
            exchange.Connection.CloseAfterwards()
        if not self._allowCaching and not exchange.Fields:
            head.Put(NO_STORE_LINE)
        if exchange._method == "HEAD":
            _DropBody(exchange)

    def _PutFields(self, exchange, head):
        origin = self._origin
        if origin is None and exchange.WebServer.AllowOrigins:
            origin = "*"  # never the client's own: that would open what credentials protect
        if origin:
            head.Put(("\r\nAccess-Control-Allow-Origin: %s" % origin).encode())
            if origin != "*":
                head.Put(b"\r\nVary: Origin")
        for name, value in self._fields or ():
            head.Put(("\r\n%s: %s" % (name, value)).encode())

    def OnTransmitted(self):
        """Called by the connection when the answer was sent whole."""
        if self._onSent:
            self._onSent(self._exchange.WebServer, self)


def PutBody(exchange, head):
    """Puts a small content behind the head, so that one send takes both; a stream may leave it to the sender."""
    content = exchange.Body
    if not hasattr(content, "readinto"):
        head.Put(content)
    elif hasattr(content, "seek") and head.PutFrom(content, exchange.BodyLength):
        if hasattr(content, "close"):
            content.close()
    else:
        return
    exchange.Body = None


def _DropBody(exchange):
    """The answer has no content: what was meant for one is closed."""
    if hasattr(exchange.Body, "close"):
        exchange.Body.close()
    exchange.Body = None


def _ToBytes(content):
    try:
        if isinstance(content, int):
            raise TypeError("an integer is no content")
        return bytes(content)
    except TypeError:
        raise ValueError('"content" must be a string, in bytes or convertible into bytes, or None')


def _NeutralPage(code):
    """Returns the small page (bytes) that goes with an error."""
    title = "%d %s" % (code, Reason(code))
    return ("<!DOCTYPE html><title>%s</title><h1>%s</h1>\n" % (title, title)).encode()
