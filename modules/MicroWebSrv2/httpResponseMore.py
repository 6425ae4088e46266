"""The rarer kinds of answers: with fields of their own, streams, files, redirects, refusals, another protocol.

Imported by the first answer of such a kind (MicroPython), or with HttpResponse (CPython).
"""

from .libs.checks import CheckText
from .libs.httpHeadWriter import NO_STORE_LINE
from .libs.httpStatus import IsFieldValue


class HttpResponseMore:
    """The rest of HttpResponse, which these become methods and properties of."""

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

    def SetHeader(self, name, value):
        """Sets a field of the answer; the same name again replaces it.

        `value` becomes text. Raises ValueError for an empty name or one with a colon or a
        space, for None, and for CR, LF or NUL, which would begin a field of their own.
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
        CheckText("name", name)
        if value is None:
            raise ValueError('"value" of the field "%s" cannot be None' % name)
        if not IsFieldValue(str(value)) or not IsFieldValue(name) or ":" in name or " " in name:
            raise ValueError('the field "%s" must not contain CR, LF or NUL, nor its name ":" or " "' % name)

    def SetCookie(self, name, value, maxAgeSec=None, path="/", domain=None, secure=None, httpOnly=True, sameSite="Lax"):
        """Adds a Set-Cookie field (RFC 6265). `secure` None: on a TLS connection. Raises ValueError."""
        from .libs.cookies import FormatCookie

        secure = self.IsSSL if secure is None else secure
        self.AddHeader("Set-Cookie", FormatCookie(name, value, maxAgeSec, path, domain, secure, httpOnly, sameSite))

    def Defer(self, timeoutSec=60):
        """Announces that the answer comes after the handler has returned, perhaps from another thread.

        Without an answer in `timeoutSec` seconds (None: for ever) the client gets 503.
        """
        exchange = self._exchange
        if exchange.Answered:
            raise exchange.WebServer.Exception("this request was answered already")
        exchange.Custom = exchange.Deferred = True
        exchange.Connection.Defer(timeoutSec)

    def _AnswerLate(self, exchange, code, contentType):
        """Answers a deferred request in the thread that serves its connection: what writes heads is that thread's."""
        worker = exchange.Connection.GetWorker()
        if worker is None:  # the client has gone
            exchange.DropBody()
        elif worker.IsElsewhere():
            worker.Post(lambda: self._Compose(code, contentType), exchange.Connection)
        else:
            self._Compose(code, contentType)

    @property
    def IsDeferred(self):
        """bool: the answer comes after the handler has returned."""
        return self._exchange.Deferred

    def SwitchingProtocols(self, upgrade):
        """Answers 101: the connection now speaks the protocol `upgrade`, by its XAsyncTCPClient methods."""
        CheckText("upgrade", upgrade)
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

    def ReturnFile(self, filename, attachmentName=None):
        """Answers with a file, or as the request's conditions and ranges ask: 206, 304, 412, 416.

        `filename` is its path in the filesystem; `attachmentName` makes the
        browser save it under that name. A file that is not there: 404.
        """
        CheckText("filename", filename)
        if attachmentName is not None and not isinstance(attachmentName, str):
            raise ValueError('"attachmentName" must be a string or None, got %r' % (attachmentName,))
        from .staticFiles import AnswerFile

        AnswerFile(self, filename, attachmentName)

    def ReturnNotModified(self):
        """Answers 304: what the client keeps is still right."""
        self.Return(304)

    def ReturnRedirect(self, location):
        """Answers 307: the client repeats the same request at `location` (str)."""
        CheckText("location", location)
        self.SetHeader("Location", location)
        self.Return(307)

    def ReturnBadRequest(self):
        """Answers 400."""
        self.Return(400)

    def ReturnUnauthorized(self, typeName, realm=None):
        """Answers 401: the client must authenticate by the scheme `typeName`, in `realm`.

        If the request carries credentials they were wrong: that counts, see the server's `MaxAuthFailures`, and a
        client that has to wait gets 429 with `Retry-After`.
        """
        CheckText("typeName", typeName)
        if realm is not None and not isinstance(realm, str):
            raise ValueError('"realm" must be a string or None, got %r' % (realm,))
        waitSec = self._CountFailure()
        if waitSec:
            self.SetHeader("Retry-After", waitSec)
            self.Return(429)
            return
        challenge = typeName
        if realm:  # a quoted-string (RFC 9110 section 5.6.4)
            challenge += ' realm="%s"' % realm.replace("\\", "\\\\").replace('"', '\\"')
        self.SetHeader("WWW-Authenticate", challenge)
        self.Return(401)

    def _CountFailure(self):
        """Returns the seconds that the client has to wait before it may show credentials again, or 0."""
        web = self._exchange.WebServer
        request = self._exchange.Request
        if not web.MaxAuthFailures or not request.Authorization:
            return 0
        from .libs.attempts import OnUnauthorized

        return OnUnauthorized(web, request.UserAddress[0])

    def ReturnForbidden(self):
        """Answers 403."""
        self.Return(403)

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

    def ReturnBasicAuthRequired(self):
        """Answers 401: "Basic" authentication is required (RFC 7617)."""
        self.ReturnUnauthorized("Basic", self._exchange.WebServer.AuthRealm)

    def ReturnBearerAuthRequired(self):
        """Answers 401: "Bearer" authentication is required (RFC 6750)."""
        self.ReturnUnauthorized("Bearer", self._exchange.WebServer.AuthRealm)

    def _PutFields(self, head):
        if self._origin is not None:
            self._PutOrigin(head, self._origin)
        elif self._exchange.WebServer.AllowOrigins:
            self._PutOrigin(head, "*")  # never the client's own: that would open what credentials protect
        for field in self._fields or ():
            head.Put(("\r\n%s: %s" % field).encode())

    def _PutOrigin(self, head, origin):
        if origin:
            head.Put(("\r\nAccess-Control-Allow-Origin: %s" % origin).encode())
            if origin != "*":
                head.Put(b"\r\nVary: Origin")

    def _ToBytes(self, content):
        try:
            if isinstance(content, int):
                raise TypeError("an integer is no content")
            return bytes(content)
        except TypeError:
            raise ValueError('"content" must be a string, in bytes or convertible into bytes, or None')

    def _BeginStreamed(self, exchange, head, code, contentType):
        """Writes the first lines before a content whose length is not known."""
        head.Begin(code << 2, contentType, self._charset)
        if exchange._minor:
            head.Put(b"\r\nTransfer-Encoding: chunked")
        else:
            exchange.Connection.CloseAfterwards()
        if not self._allowCaching and not exchange.Fields:
            head.Put(NO_STORE_LINE)
        if exchange._method == "HEAD":
            exchange.DropBody()
