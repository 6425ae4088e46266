"""What only some handlers ask a request for: forms, cookies, credentials, most of the fields.

Imported by the first request that is asked (MicroPython), or with HttpRequest (CPython).
"""

from .libs.httpSyntax import SEEN_UPGRADE, ContentError
from .libs.interpreter import TextOf
from .libs.urlUtils import UrlUtils

_FORM_LINE = b"application/x-www-form-urlencoded\r"


class HttpRequestMore:
    """The rest of HttpRequest, which these become methods and properties of."""

    def _List(self, name):
        value = self._Field(name)
        return [item.strip(" \t") for item in value.split(",") if item.strip(" \t")]

    def GetPostedURLEncodedForm(self):
        """Returns the dict of the posted form's names and values (str); of a repeated name, the last."""
        return dict(self._FormPairs())

    def _FormPairs(self):
        if not self._exchange.Content or not self._IsForm():
            return []
        try:
            return UrlUtils.ParseQuery(TextOf(self._exchange.Content))
        except (ValueError, UnicodeError) as ex:
            raise ContentError(400, "malformed form: %s" % ex)

    def _IsForm(self):
        exchange = self._exchange
        at = exchange.FindField(b"content-type")
        if exchange._buf.startswith(_FORM_LINE, at):  # as browsers write it: read in place
            return True
        return self.ContentType == "application/x-www-form-urlencoded"

    def GetPostedJSONObject(self):
        """Returns the posted JSON as an object; None if the content is not JSON, by type or by syntax.

        None too where it is nested too deep, or a number has too many digits (more than 1000 on MicroPython).
        """
        if not self._exchange.Content or not self.ContentType.endswith("json"):
            return None
        from .libs.interpreter import ParseJSON

        try:
            return ParseJSON(bytes(self._exchange.Content))
        except ValueError:  # a UnicodeError is one
            return None

    def GetAll(self, name):
        """Returns every value (str) of a name, in order: the query's, then the posted form's."""
        return [pair[1] for pair in self._QueryPairs() + self._FormPairs() if pair[0] == name]

    def GetCookie(self, name):
        """Returns the value (str) of a cookie, or None."""
        for cookie in self.Cookies:
            if cookie.startswith(name + "="):
                value = cookie[len(name) + 1 :]
                return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
        return None

    def CheckBasicAuth(self, username, password):
        """Says whether the request carries these credentials (RFC 7617); takes the same time for any.

        False for a client that has to wait, see the server's `MaxAuthFailures`.
        """
        _CheckText("username", username)
        _CheckText("password", password)
        from .libs.credentials import IsBasic

        return self._MayTry() and IsBasic(self.Authorization, username, password) and self._Succeeded()

    def CheckBearerAuth(self, token):
        """Says whether the request carries this token (RFC 6750), as CheckBasicAuth does."""
        _CheckText("token", token)
        from .libs.credentials import IsBearer

        return self._MayTry() and IsBearer(self.Authorization, token) and self._Succeeded()

    def _MayTry(self):
        """Says whether the client may show credentials now: it has not failed too often, or has waited."""
        attempts = self._exchange.WebServer.Attempts
        return not attempts or not attempts.WaitSec(self.UserAddress[0])

    def _Succeeded(self):
        """Forgets the client's failures: its credentials are right. Returns True."""
        attempts = self._exchange.WebServer.Attempts
        if attempts:
            attempts.Forget(self.UserAddress[0])
        return True

    def AllowedMethods(self):
        """Returns the methods that the request's path has, as the value of `Allow`."""
        from .otherMethods import AllowedMethods

        return AllowedMethods(self._exchange)

    def ReceiveParts(self, onPart, onEnd):
        """Reads a multipart/form-data content piece by piece; for routes with `stream`.

        `onPart(part)` (with `Name`, `Filename`, `ContentType`) returns an
        object whose `write(data)` takes the part's bytes (memoryview), or None to
        skip it; its `close()` is called at its end, its `abort()` (or else `close()`) when the client goes
        away before, if it has them. `onEnd(request)` is called when all parts were
        read, to answer. Malformed content is answered with 400, one of another type with 415.
        """
        from .partsReader import PartsReader

        PartsReader(self, onPart, onEnd)

    @property
    def UserAddress(self):
        """tuple: (ip, port) of the client."""
        return self._exchange.Connection.CliAddr()

    @property
    def IsSSL(self):
        """bool: the connection is secured by TLS."""
        return self._exchange.Connection.IsSecure()

    @property
    def XAsyncTCPClient(self):
        """XAsyncTCPClient: the connection."""
        return self._exchange.Connection.AsAsyncSocket()

    @property
    def IsKeepAlive(self):
        """bool: the connection stays open after the answer (RFC 9112 section 9.3)."""
        return self._exchange.IsKeepAlive()

    @property
    def IsUpgrade(self):
        """bool: the client asks for another protocol on this connection."""
        return bool(self._exchange._seen & SEEN_UPGRADE)

    @property
    def Upgrade(self):
        """str: the protocol asked for, "" if none."""
        return self._Field(b"upgrade")

    @property
    def HttpVer(self):
        """str: "HTTP/1.1" or "HTTP/1.0"."""
        return "HTTP/1.1" if self._exchange._minor else "HTTP/1.0"

    @property
    def Host(self):
        """str: the host (and port) the client has asked for."""
        return self._exchange._authority or self._Field(b"host")

    @property
    def Accept(self):
        """list of str: the content types the client expects, as they came (with their weights)."""
        return self._List(b"accept")

    @property
    def AcceptEncodings(self):
        """list of str: the content codings the client expects."""
        return self._List(b"accept-encoding")

    @property
    def AcceptLanguages(self):
        """list of str: the languages the client expects."""
        return self._List(b"accept-language")

    @property
    def Cookies(self):
        """list of str: the cookies, each as "name=value"."""
        return [item.strip(" \t") for item in self._Field(b"cookie").split(";") if item.strip(" \t")]

    @property
    def CacheControl(self):
        """str: the Cache-Control field."""
        return self._Field(b"cache-control")

    @property
    def Referer(self):
        """str: the address of the page that led here."""
        return self._Field(b"referer")

    @property
    def ContentType(self):
        """str: the content's MIME type in lower case, without parameters; "" if none is given."""
        value = self._Field(b"content-type")
        at = value.find(";")
        return (value if at < 0 else value[:at]).strip(" \t").lower()

    @property
    def ContentLength(self):
        """int: bytes of the content; 0 if there is none, or not known beforehand (chunked)."""
        exchange = self._exchange
        if exchange.Content is not None:
            return len(exchange.Content)
        return max(exchange._length, 0)

    @property
    def UserAgent(self):
        """str: the client's name."""
        return self._Field(b"user-agent")

    @property
    def Authorization(self):
        """str: the credentials, as they came."""
        return self._Field(b"authorization")

    @property
    def Origin(self):
        """str: the origin of the page that asks (CORS)."""
        return self._Field(b"origin")

    @property
    def ContentStream(self):
        """ContentStream or None: the content as it comes, in a route with `stream`."""
        return self._exchange.Stream


def _CheckText(name, value):
    if not isinstance(value, str):
        raise ValueError('"%s" must be a string, got %r' % (name, type(value)))
