"""Routes of site.py that answer in all the ways there are."""

from MicroWebSrv2 import GET, POST, RegisterRoute, WebRoute
from MicroWebSrv2.libs.interpreter import SleepMs

_pool = None
_sent = []


def serve(server, pool):
    """Told by site.py what it serves with."""
    global _pool
    _pool = pool


# --- statuses ---


@WebRoute(GET, "/status/<code>")
def status(server, request, args):
    request.Response.Return(args["code"])


@WebRoute(GET, "/status/<code>/with-body")
def status_with_body(server, request, args):
    request.Response.Return(args["code"], "a body")


def _named(name):
    return lambda server, request: getattr(request.Response, name)()


for _name in ("NotModified", "BadRequest", "Forbidden", "NotFound", "MethodNotAllowed", "EntityTooLarge",
              "InternalServerError", "NotImplemented", "ServiceUnavailable", "BasicAuthRequired",
              "BearerAuthRequired"):  # fmt: skip
    RegisterRoute(_named("Return" + _name), GET, "/return/" + _name)


@WebRoute(GET, "/return/unauthorized")
def unauthorized(server, request):
    request.Response.ReturnUnauthorized("Digest", 'the "realm"')


@WebRoute(GET, "/redirect")
def redirect(server, request):
    request.Response.ReturnRedirect(request.QueryParams.get("to", "/hello"))


@WebRoute(GET, "/nothing")
def nothing(server, request):
    pass


@WebRoute(GET, "/raises")
def raises(server, request):
    request.Response.SetHeader("X-Secret", "left over")
    raise ValueError("the handler's own fault")


@WebRoute(GET, "/twice")
def twice(server, request):
    request.Response.ReturnOk("first")
    request.Response.ReturnOk("second")


# --- fields ---


@WebRoute(GET, "/fields")
def fields(server, request):
    response = request.Response
    response.SetHeader("X-Number", 12)
    response.SetHeader("X-Replaced", "old")
    response.SetHeader("x-replaced", "new")
    response.AddHeader("X-Twice", "1")
    response.AddHeader("X-Twice", "2")
    response.AllowCaching = True
    response.ContentType = "text/plain"
    response.ContentCharset = "ISO-8859-1"
    response.ReturnOk("plain")


_INJECTIONS = {
    "value CRLF": lambda response: response.SetHeader("X-A", "a\r\nX-Evil: 1"),
    "value LF": lambda response: response.SetHeader("X-A", "a\nX-Evil: 1"),
    "value CR": lambda response: response.SetHeader("X-A", "a\rX-Evil: 1"),
    "value NUL": lambda response: response.SetHeader("X-A", "a\0"),
    "name CRLF": lambda response: response.SetHeader("X-A\r\nX-Evil", "1"),
    "name colon": lambda response: response.SetHeader("X-A: 1\r\n", "1"),
    "name space": lambda response: response.SetHeader("X A", "1"),
    "name empty": lambda response: response.SetHeader("", "1"),
    "value None": lambda response: response.SetHeader("X-A", None),
    "added": lambda response: response.AddHeader("X-A", "a\r\nX-Evil: 1"),
    "redirect": lambda response: response.ReturnRedirect("/a\r\nX-Evil: 1"),
    "content type": lambda response: setattr(response, "ContentType", "a/b\r\nX-Evil: 1"),
    "charset": lambda response: setattr(response, "ContentCharset", "UTF-8\r\nX-Evil: 1"),
    "origin": lambda response: setattr(response, "AccessControlAllowOrigin", "*\r\nX-Evil: 1"),
    "realm": lambda response: response.ReturnUnauthorized("Basic", "a\r\nX-Evil: 1"),
    "scheme": lambda response: response.ReturnUnauthorized("Basic\r\nX-Evil: 1"),
    "upgrade": lambda response: response.SwitchingProtocols("a\r\nX-Evil: 1"),
    "cookie name": lambda response: response.SetCookie("a\r\nX-Evil", "1"),
    "cookie value": lambda response: response.SetCookie("a", "1\r\nX-Evil: 1"),
    "cookie semicolon": lambda response: response.SetCookie("a", "1; Domain=evil"),
    "cookie path": lambda response: response.SetCookie("a", "1", path="/; Domain=evil"),
}


@WebRoute(GET, "/inject")
def inject(server, request):
    """The names of the injections that did not raise ValueError."""
    passed = []
    for name in _INJECTIONS:
        try:
            _INJECTIONS[name](request.Response)
            passed.append(name)
        except ValueError:
            pass
        if request.Response.HeadersSent:
            return
    request.Response.ReturnOkJSON({"passed": passed, "tried": len(_INJECTIONS)})


@WebRoute(GET, "/cookies")
def cookies(server, request):
    request.Response.ReturnOkJSON({"list": request.Cookies, "a": request.GetCookie("a"), "q": request.GetCookie("q")})


@WebRoute(GET, "/set-cookies")
def set_cookies(server, request):
    response = request.Response
    response.SetCookie("plain", "1")
    response.SetCookie("full", "2", 60, "/p", "example.org", True, False, "Strict")
    response.ReturnOk()


@WebRoute(GET, "/auth/basic")
def basic(server, request):
    if request.CheckBasicAuth("us\u00e9r", "pass:word"):
        request.Response.ReturnOk("welcome")
    else:
        request.Response.ReturnBasicAuthRequired()


@WebRoute(GET, "/auth/bearer")
def bearer(server, request):
    if request.CheckBearerAuth("t0ken"):
        request.Response.ReturnOk("welcome")
    else:
        request.Response.ReturnBearerAuthRequired()


# --- contents ---


class Stream:
    """`size` bytes of a pattern; every `pause`-th read has nothing yet. Tells when it is closed."""

    def __init__(self, size, pause=0):
        self._left = size
        self._at = 0
        self._pause = pause
        self._reads = 0

    def readinto(self, buffer):
        self._reads += 1
        if self._pause and self._reads % self._pause == 0:
            return None
        count = min(len(buffer), self._left)
        for i in range(count):
            buffer[i] = (self._at + i) % 251
        self._at += count
        self._left -= count
        return count

    def close(self):
        print("STREAM CLOSED", self._left)


@WebRoute(GET, "/stream/known/<size>")
def stream_known(server, request, args):
    request.Response.ContentLength = args["size"]
    request.Response.ReturnStream(200, Stream(args["size"]))


@WebRoute(GET, "/stream/chunked/<size>")
def stream_chunked(server, request, args):
    request.Response.ContentType = "text/plain"
    request.Response.ReturnStream(200, Stream(args["size"]))


@WebRoute(GET, "/stream/pausing/<size>")
def stream_pausing(server, request, args):
    request.Response.ReturnStream(200, Stream(args["size"], 2))


@WebRoute(GET, "/stream/short")
def stream_short(server, request):
    request.Response.ContentLength = 1000
    request.Response.ReturnStream(200, Stream(400))


class Broken:
    """A stream that fails in its middle."""

    def __init__(self):
        self._reads = 0

    def readinto(self, buffer):
        self._reads += 1
        if self._reads > 1:
            raise ValueError("the stream's own fault")
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


@WebRoute(GET, "/stream/broken")
def stream_broken(server, request):
    request.Response.ReturnStream(200, Broken())


def on_web_socket(server, web_socket):
    """Sends back whatever comes."""
    web_socket.OnTextMessage = lambda web_socket, message: web_socket.SendTextMessage(message)
    web_socket.OnBinaryMessage = lambda web_socket, message: web_socket.SendBinaryMessage(message)


class Endless:
    """A stream without an end, as fast as it can be."""

    def readinto(self, buffer):
        return len(buffer)


@WebRoute(GET, "/stream/endless")
@WebRoute(POST, "/stream/endless")
def stream_endless(server, request):
    request.Response.ReturnStream(200, Endless())


@WebRoute(GET, "/body/<size>")
def body(server, request, args):
    request.Response.ReturnOk(b"b" * args["size"])


@WebRoute(GET, "/file/plain")
def file_plain(server, request):
    request.Response.ReturnFile(server.RootPath + "/page.txt")


@WebRoute(GET, "/file/attachment")
def file_attachment(server, request):
    request.Response.ReturnFile(server.RootPath + "/page.txt", request.QueryParams["name"])


@WebRoute(GET, "/file/missing")
def file_missing(server, request):
    request.Response.ReturnFile(server.RootPath + "/missing.txt")


# --- later ---


@WebRoute(GET, "/sent")
def sent(server, request):
    request.Response.OnSent = lambda server, response: _sent.append(response.Request.Path)
    request.Response.ReturnOk("is told")


@WebRoute(GET, "/sent/count")
def sent_count(server, request):
    request.Response.ReturnOkJSON({"sent": len(_sent)})


class Later:
    """Answers a deferred request from the pool's timer."""

    def __init__(self, response, text, ms=30):
        self._response = response
        self._text = text
        response.Defer()
        _pool.AddTimer(ms, self.on_timer)

    def on_timer(self):
        _pool.RemoveTimer(self.on_timer)
        self._response.ReturnOk("deferred %s %s" % (self._text, self._response.Request.GetHeader("X-Test")))


@WebRoute(GET, "/defer/timer/<text>")
def defer_timer(server, request, args):
    Later(request.Response, args["text"])


@WebRoute(GET, "/defer/long")
def defer_long(server, request):
    request.Response.Defer(600)


@WebRoute(POST, "/defer/content")
def defer_content(server, request):
    Later(request.Response, bytes(request.Content).decode())


@WebRoute(POST, "/defer/content/late")
def defer_content_late(server, request):
    """Looks at the content when the answer is due: others have been answered meanwhile."""
    response = request.Response
    response.Defer()

    def on_timer():
        _pool.RemoveTimer(on_timer)
        response.ReturnOk(bytes(request.Content))

    _pool.AddTimer(500, on_timer)


@WebRoute(GET, "/defer/never")
def defer_never(server, request):
    request.Response.Defer(1)


@WebRoute(GET, "/defer/too-late")
def defer_too_late(server, request):
    """Answers when the client has been told already that nothing came."""
    later = Later(request.Response, "too late", 2500)
    request.Response.Defer(1)
    return later


@WebRoute(GET, "/defer/raises")
def defer_raises(server, request):
    Later(request.Response, "of one that has failed")
    raise ValueError("the handler's own fault")


@WebRoute(GET, "/defer/gone")
def defer_gone(server, request):
    """Answers from a thread when the client has gone: what writes heads is the serving thread's alone."""
    import _thread

    response = request.Response
    connection = request._exchange.Connection
    response.Defer()

    def answer():
        while connection.GetWorker():
            SleepMs(20)
        head = connection.Share.Head()
        head.Length = 0
        response.ReturnOk("nobody hears it")
        print("GONE, and %d bytes written" % head.Length)

    print("STAYS until its client goes")
    _thread.start_new_thread(answer, ())


@WebRoute(GET, "/defer/thread")
def defer_thread(server, request):
    import _thread

    response = request.Response
    response.Defer()

    def answer():
        SleepMs(50)
        response.ReturnOk("from a thread")

    _thread.start_new_thread(answer, ())
