"""Routes of site.py that show what a request says, how a route is found, and how the server is."""

import gc

from MicroWebSrv2 import DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, RegisterRoute, WebRoute, XAsyncTCPServer

_pool = None


def serve(server, pool):
    """Told by site.py what it serves with."""
    global _pool
    _pool = pool


@WebRoute(GET, "/hello", "hello")
def hello(server, request):
    request.Response.ReturnOk("hello")


@WebRoute(GET, "/users/<id>")
def user(server, request, args):
    request.Response.ReturnOkJSON({"args": args, "isInt": isinstance(args["id"], int)})


@WebRoute(GET, "/users/<id>/profile/<property>", "profile")
def profile(server, request, args):
    request.Response.ReturnOkJSON(args)


@WebRoute(GET, "/users/me")
def me(server, request):
    request.Response.ReturnOk("me")


@WebRoute(GET, "/branch/fixed/<rest>/left")
def left(server, request, args):
    request.Response.ReturnOk("left %s" % args["rest"])


@WebRoute(GET, "/branch/<any>/<rest>/right")
def right(server, request, args):
    request.Response.ReturnOk("right %s %s" % (args["any"], args["rest"]))


@WebRoute(GET, "/caf\u00e9 au lait")
def cafe(server, request):
    request.Response.ReturnOk(request.Path)


@WebRoute(GET, "/")
def root(server, request):
    request.Response.ReturnOk("root")


@WebRoute(HEAD, "/own-head")
def own_head(server, request):
    request.Response.SetHeader("X-Head", "own")
    request.Response.ReturnOk()


@WebRoute(GET, "/own-head")
def own_get(server, request):
    request.Response.ReturnOk("a body")


@WebRoute(OPTIONS, "/own-options")
def own_options(server, request):
    request.Response.SetHeader("X-Options", "own")
    request.Response.Return(204)


class Counter:
    """An object whose method is a handler."""

    def __init__(self):
        self.count = 0

    def on_request(self, server, request):
        self.count += 1
        request.Response.ReturnOkJSON({"count": self.count})


counter = Counter()
RegisterRoute(counter.on_request, GET, "/bound")


def echo(server, request):
    """Everything that the request says."""
    names = ("UserAddress", "IsSSL", "HttpVer", "Method", "Path", "QueryString", "QueryParams", "Host", "Accept",
             "AcceptEncodings", "AcceptLanguages", "Cookies", "CacheControl", "Referer", "ContentType",
             "ContentLength", "UserAgent", "Authorization", "Origin", "IsKeepAlive", "IsUpgrade",
             "Upgrade")  # fmt: skip
    said = {}
    for name in names:
        said[name] = getattr(request, name)
    said["X-Test"] = request.GetHeader("X-Test")
    said["Content"] = None if request.Content is None else bytes(request.Content).decode()
    request.Response.ReturnOkJSON(said)


for _method in (GET, POST, PUT, DELETE, PATCH, "PURGE"):
    RegisterRoute(echo, _method, "/echo")


def free_slots(share):
    count = 0
    slot = share._free
    while slot is not None:
        count += 1
        slot = slot.Next
    return count


@WebRoute(GET, "/state")
def state(server, request):
    """How many connections there are, this one included; how many buffers are free; the bytes that are."""
    connections = [one for one in _pool.GetAllAsyncSockets() if not isinstance(one, XAsyncTCPServer)]
    gc.collect()
    free = gc.mem_free() if hasattr(gc, "mem_free") else 0
    slots = sum([free_slots(share) for share in server._shares.values()])
    request.Response.ReturnOkJSON({"connections": len(connections), "slots": slots, "free": free})


@WebRoute(GET, "/quit")
def quit_serving(server, request):
    request.Response.OnSent = lambda server, response: server.Stop()
    request.Response.ReturnOk("bye")
