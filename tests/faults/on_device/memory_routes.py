"""What answers the requests of memory_requests.py."""

from MicroWebSrv2 import GET, POST, MicroWebSrv2, WebRoute

LATE_SEC = 10  # a handler's time to answer later


@WebRoute(GET, "/plain")
def plain(server, request):
    request.Response.ReturnOk("plain")


@WebRoute(GET, "/item/<id>")
def item(server, request, args):
    request.Response.ReturnOkJSON({"id": args["id"], "query": request.QueryParams, "agent": request.UserAgent})


@WebRoute(GET, "/cookies")
def cookies(server, request):
    request.Response.SetCookie("b", request.GetCookie("a"))
    request.Response.ReturnOk("cookies")


@WebRoute(GET, "/secret")
def secret(server, request):
    if request.CheckBasicAuth("admin", "secret"):
        request.Response.ReturnOk("secret")
    else:
        request.Response.ReturnUnauthorized("Basic", "here")


@WebRoute(GET, "/old")
def old(server, request):
    request.Response.ReturnRedirect("/plain")


@WebRoute(POST, "/form")
def form(server, request):
    request.Response.ReturnOkJSON(request.GetPostedURLEncodedForm())


@WebRoute(POST, "/json")
def posted(server, request):
    request.Response.ReturnOkJSON(request.GetPostedJSONObject())


@WebRoute(GET, "/raises")
def raises(server, request):
    raise ValueError("of the handler")


@WebRoute(POST, "/raises")
def raises_later(server, request):
    raise ValueError("of the handler")


class Pieces:
    """A stream of some pieces; the server does not know its length."""

    def __init__(self):
        self._left = 5

    def readinto(self, buf):
        self._left -= 1
        if self._left < 0:
            return 0
        buf[:5] = b"piece"
        return 5


@WebRoute(GET, "/pieces")
def pieces(server, request):
    request.Response.ReturnStream(200, Pieces())


@WebRoute(POST, "/stream", stream=True)
def stream(server, request):
    piece = bytearray(64)

    def on_ready(content):
        try:
            count = content.readinto(piece)
            while count:
                count = content.readinto(piece)
        except OSError:
            return
        if count == 0:
            request.Response.ReturnOk("read")

    request.ContentStream.OnReady = on_ready


@WebRoute(POST, "/parts", stream=True)
def parts(server, request):
    request.ReceiveParts(lambda part: None, lambda request: request.Response.ReturnOk("parts"))


@WebRoute(GET, "/later")
def later(server, request):
    request.Response.Defer(LATE_SEC)


def on_message(web_socket, message):
    if message == "raise":
        raise ValueError("of the callback")
    web_socket.SendTextMessage(message)


def on_accepted(modWebSockets, web_socket):
    web_socket.OnTextMessage = on_message


def load_modules():
    """Load the modules that the requests need."""
    MicroWebSrv2.LoadModule("PyhtmlTemplate")
    MicroWebSrv2.LoadModule("WebSockets").OnWebSocketAccepted = on_accepted
