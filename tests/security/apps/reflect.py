"""A server that does with what it is told what careless handlers do.

Arguments: the port, a folder with page.txt, the names of modules to load.
"""

import sys

from MicroWebSrv2 import GET, POST, MicroWebSrv2, WebRoute, XAsyncSocketsPool


@WebRoute(GET, "/header")
def header(server, request):
    request.Response.SetHeader("X-Told", request.QueryParams["value"])
    request.Response.ReturnOk("done")


@WebRoute(GET, "/named")
def named(server, request):
    request.Response.SetHeader(request.QueryParams["value"], "1")
    request.Response.ReturnOk("done")


@WebRoute(GET, "/cookie")
def cookie(server, request):
    request.Response.SetCookie("told", request.QueryParams["value"])
    request.Response.ReturnOk("done")


@WebRoute(GET, "/redirect")
def redirect(server, request):
    request.Response.ReturnRedirect(request.QueryParams["value"])


@WebRoute(GET, "/realm")
def realm(server, request):
    request.Response.ReturnUnauthorized("Basic", request.QueryParams["value"])


@WebRoute(GET, "/type")
def content_type(server, request):
    request.Response.ContentType = request.QueryParams["value"]
    request.Response.ReturnOk("done")


@WebRoute(GET, "/save")
def save(server, request):
    request.Response.ReturnFile(sys.argv[2] + "/page.txt", request.QueryParams["value"])


@WebRoute(GET, "/fail")
def fail(server, request):
    raise ValueError("own fault: " + request.QueryParams["value"])


@WebRoute(GET, "/escaped")
def escaped(server, request):
    request.Response.ReturnOk("<p>" + MicroWebSrv2.HTMLEscape(request.QueryParams["value"]))


@WebRoute(POST, "/json")
def json(server, request):
    told = request.GetPostedJSONObject()
    if told is None:
        request.Response.ReturnBadRequest()
    else:
        request.Response.ReturnOkJSON(told)


@WebRoute(POST, "/taken")
def taken(server, request):
    request.Response.ReturnOk("taken" if request.GetPostedJSONObject() is not None else "not taken")


@WebRoute(POST, "/form")
def form(server, request):
    request.Response.ReturnOk(str(len(request.GetPostedURLEncodedForm())))


@WebRoute(POST, "/content")
def content(server, request):
    request.Response.ReturnOk(str(len(request.Content)))


@WebRoute(GET, "/cookies")
def cookies(server, request):
    request.Response.ReturnOkJSON([len(request.Cookies), request.GetCookie("last")])


@WebRoute(GET, "/args/<value>")
def args(server, request, args):
    request.Response.ReturnOk(args["value"])


@WebRoute(POST, "/parts", stream=True)
def parts(server, request):
    found = []

    def on_part(part):
        found.append((part.Name, part.Filename))

    request.ReceiveParts(on_part, lambda request: request.Response.ReturnOk(repr(found)))


@WebRoute(GET, "/interned")
def interned(server, request):
    """Prints how many names MicroPython keeps for good."""
    from micropython import qstr_info

    qstr_info()
    request.Response.ReturnOk("said")


def on_web_socket(server, web_socket):
    web_socket.OnTextMessage = lambda web_socket, message: web_socket.SendTextMessage(message)


server = MicroWebSrv2()
server.SetEmbeddedConfig()
server.ConnQueueCapacity = 128
server.MaxRequestContentLength = 1024 * 1024
server.BindAddress = ("127.0.0.1", int(sys.argv[1]))
server.RootPath = sys.argv[2]
for name in sys.argv[3:]:
    module = server.LoadModule(name)
    if name == "WebSockets":
        module.OnWebSocketAccepted = on_web_socket
server.OnLogging = lambda server, message, level: print(level, message)
pool = XAsyncSocketsPool()
server.StartInPool(pool)
print("LISTENING", sys.argv[1])
pool.AsyncWaitEvents()
