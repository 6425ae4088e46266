"""A received request: what its head says, and its content.

The head stays in the connection's buffer; a field becomes text when it is
asked for. One object serves the requests of a connection one after the
other, so a handler that wants something later keeps the value, not the
request, unless it has called `Response.Defer()`. What only some handlers
ask for is in `httpRequestMore.py`.
"""

from .libs.checks import CheckText
from .libs.httpSyntax import ContentError
from .libs.interpreter import AddLater
from .libs.urlUtils import UrlUtils


class HttpRequest:
    """One HTTP request; `Response` answers it."""

    def __init__(self, exchange):
        self._exchange = exchange

    # --- methods ---

    def GetHeader(self, name):
        """Returns the value (str) of a field, "" if the request has none; several are joined by commas.

        Raises ValueError for an empty name.
        """
        CheckText("name", name)
        return self._Field(name.lower().encode())

    def _Field(self, name):
        at = self._exchange.FindField(name)
        if at < 0:
            return ""
        value = self._exchange.FieldValue(at)
        at = self._exchange.FindField(name, at)
        while at >= 0:  # RFC 9110 section 5.3
            value += (", " if name != b"cookie" else "; ") + self._exchange.FieldValue(at)
            at = self._exchange.FindField(name, at)
        return value

    # --- the connection ---

    @property
    def Response(self):
        """HttpResponse: the answer to this request."""
        return self._exchange.Response

    # --- the request line ---

    @property
    def Method(self):
        """str: the method, in capitals as it came."""
        return self._exchange._method

    @property
    def Path(self):
        """str: the path, decoded."""
        return UrlUtils.DecodePath(str(self._exchange.Path, "ascii"))

    @property
    def QueryString(self):
        """str: what stands behind the `?`, still encoded; "" if nothing."""
        target = self._exchange._target
        at = target.find(b"?")
        return str(target[at + 1 :], "ascii") if at >= 0 else ""

    @property
    def QueryParams(self):
        """dict: the query's names and values (str), decoded; of a repeated name, the last."""
        return dict(self._QueryPairs())

    def _QueryPairs(self):
        exchange = self._exchange
        if exchange.Params is None:
            try:
                exchange.Params = UrlUtils.ParseQuery(self.QueryString)
                exchange.Custom = True
            except ValueError as ex:
                raise ContentError(400, "malformed query: %s" % ex)
        return exchange.Params

    # --- the content ---

    @property
    def Content(self):
        """memoryview or None: the content."""
        return self._exchange.Content


AddLater(HttpRequest, "httpRequestMore")
