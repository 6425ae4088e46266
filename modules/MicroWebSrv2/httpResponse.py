"""The answer to a request: its status, its fields, its content.

It decides what is sent; how the bytes get out is `httpConnection.py`'s. One
object serves the requests of a connection one after the other. The rarer
kinds of answers are in `httpResponseMore.py`.
"""

from json import dumps

from .libs.checks import CheckCount
from .libs.httpHeadWriter import END
from .libs.httpStatus import HasBody, IsFieldValue, Reason
from .libs.interpreter import AddLater, const

_BARE = const(0)  # kinds of a head's first lines, as HeadWriter.Begin takes them
_LENGTH = const(1)
_NO_STORE = const(2)


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
        # Only what is set: in a class with properties to look is much less work for MicroPython than to assign.
        if self._contentType is not None:
            self._contentType = None
        if self._fields is not None or self._onSent is not None:
            self._fields = self._onSent = None
        if self._origin is not None or self._charset is not None:
            self._origin = self._charset = None
        if self._allowCaching or self._contentLength:
            self._allowCaching = False
            self._contentLength = 0

    # --- what the answer says ---

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
        CheckCount("ContentLength", value, 0)
        self._exchange.Custom = True
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

    # --- the answers ---

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
                content = self._ToBytes(content)
            contentType = self._contentType or "application/octet-stream"
        if not content and isinstance(code, int) and code >= 400:
            content = _NeutralPage(code)
            contentType = "text/html"
        self._Answer(code, contentType if content else self._contentType, content, len(content))

    def ReturnJSON(self, code, obj):
        """Answers with `obj` as JSON. Raises ValueError when it cannot be serialised."""
        content = _ToJSON(obj).encode(self._charset or "UTF-8")
        self._Answer(code, "application/json", content, len(content))

    def ReturnOk(self, content=None):
        """Answers 200 with a content: str, bytes-like, or None."""
        self.Return(200, content)

    def ReturnOkJSON(self, obj):
        """Answers 200 with `obj` as JSON."""
        self.ReturnJSON(200, obj)

    def SendFile(self, code, content, length, mimeType):
        """Answers with `length` bytes of an open file, from where it stands, or with a file's bytes."""
        self._Answer(code, self._contentType or mimeType, content, length)

    def ReturnNotFound(self):
        """Answers 404, or redirects (307) to the server's NotFoundURL if it has one."""
        url = self._exchange.WebServer.NotFoundURL
        if url and self._exchange.Request.Path != url:
            self.ReturnRedirect(url)
        else:
            self.Return(404)

    def ReturnRefusal(self, code):
        """Answers a request that is no good with a plain `code`, whatever was prepared for it."""
        self.Clear()
        self._exchange.Fields = None
        self.Return(code)

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
        if exchange.Deferred:
            self._AnswerLate(exchange, code, contentType)
        else:
            self._Compose(code, contentType)

    def _Compose(self, code, contentType):
        exchange = self._exchange
        head = exchange.Connection.Share.Head()
        if code != 200 and not HasBody(code):
            head.Begin(code << 2 | _BARE, contentType, self._charset)
            if exchange.Body is not None:
                exchange.DropBody()
        elif exchange.BodyLength < 0:
            self._BeginStreamed(exchange, head, code, contentType)
        else:
            self._BeginSized(exchange, head, code, contentType)
        if exchange.Fields:
            head.Put(exchange.Fields)
        if exchange.WebServer.AllowOrigins or exchange.Custom and (self._fields or self._origin):
            self._PutFields(head)
        if code != 101:
            exchange.Connection.PutPersistence(head)
        head.Put(END)
        if exchange.Body is not None and 0 <= exchange.BodyLength <= head.Size - head.Length:
            PutBody(exchange, head)
        exchange.Connection.Transmit(code, head)

    def _BeginSized(self, exchange, head, code, contentType):
        """Writes the first lines, up to the content's length."""
        if self._allowCaching or exchange.Fields:
            code = code << 2 | _LENGTH
        else:
            code = code << 2 | _NO_STORE
        head.Begin(code, contentType, self._charset)
        head.PutNumber(exchange.BodyLength)
        if exchange._method == "HEAD":
            exchange.DropBody()

    def OnTransmitted(self):
        """Called by the connection when the answer was sent whole."""
        if self._onSent:
            self._onSent(self._exchange.WebServer, self)


def PutBody(exchange, head):
    """Puts a small content behind the head, so that one send takes both; a stream may leave it to the sender."""
    content = exchange.Body
    if isinstance(content, bytes) or not hasattr(content, "readinto"):  # to find out what bytes have not takes long
        head.Put(content)
    elif hasattr(content, "seek") and head.PutFrom(content, exchange.BodyLength):
        if hasattr(content, "close"):
            content.close()
    else:
        return
    exchange.Body = None


def _ToJSON(obj):
    try:
        return dumps(obj)
    except TypeError:
        raise ValueError('"obj" cannot be serialised')


def _NeutralPage(code):
    """Returns the small page (bytes) that goes with an error."""
    title = "%d %s" % (code, Reason(code))
    return ("<!DOCTYPE html><title>%s</title><h1>%s</h1>\n" % (title, title)).encode()


AddLater(HttpResponse, "httpResponseMore")
