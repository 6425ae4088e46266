"""A web server of `.pyhtml` pages. Arguments: the port, the root folder, then words that say how it is set up.

without     the module is not loaded
debug       ShowDebug is on
typed       .pyhtml has a MIME type, as if somebody wanted the files to be sent
threads     two threads serve
"""

import gc
import sys
from time import sleep

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute, XAsyncSocketsPool

root = sys.argv[2]
words = sys.argv[3:]
state = {"ended": 0, "compiled": 0}


class Counted:
    """What a page asks how often it was ended by the server, and where it leaves responses for `/release`."""

    waiting = []

    def up(self):
        state["ended"] += 1


def on_logging(server, message, level):
    for line in message.split("\n"):
        print("LOG", level, line)


@WebRoute(GET, "/ended")
def ended(server, request):
    gc.collect()
    request.Response.ReturnOk(str(state["ended"]))


@WebRoute(GET, "/release")
def release(server, request):
    if Counted.waiting:
        Counted.waiting.pop().Return(200, "at last")
        request.Response.ReturnOk()
    else:
        request.Response.ReturnNotFound()


@WebRoute(GET, "/sent")
def sent(server, request):
    """Tries to send a file of the root in the static way."""
    request.Response.ReturnFile(root + "/" + request.QueryParams["name"], request.QueryParams.get("save"))


@WebRoute(GET, "/set")
def set_var(server, request):
    query = request.QueryParams
    try:
        pages.SetGlobalVar(query["name"], query["value"])
        request.Response.ReturnOk(repr(pages.GetGlobalVar(query["name"])))
    except ValueError as ex:
        request.Response.Return(400, "ValueError %s" % ex)


@WebRoute(GET, "/kept")
def kept(server, request):
    request.Response.ReturnOk(str(len(pages._pages)))


@WebRoute(GET, "/compiled")
def compiled(server, request):
    """How many pages were compiled since this was asked before."""
    request.Response.ReturnOk(str(state["compiled"]))
    state["compiled"] = 0


@WebRoute(GET, "/debug")
def debug(server, request):
    try:
        pages.ShowDebug = 1
    except ValueError:
        request.Response.ReturnOk("ValueError, %s" % pages.ShowDebug)


@WebRoute(GET, "/routed.pyhtml")
def routed(server, request):
    request.Response.ReturnOk("routed")


def count_compiling():
    module = sys.modules["MicroWebSrv2.mods.PyhtmlTemplate"]
    compile_page = module.CompilePage

    def counting(*args):
        state["compiled"] += 1
        return compile_page(*args)

    module.CompilePage = counting


pages = None
pool = XAsyncSocketsPool()
server = MicroWebSrv2()
server.SetEmbeddedConfig()
server.BindAddress = ("127.0.0.1", int(sys.argv[1]))
server.RootPath = root
server.OnLogging = on_logging
if "small" in words:
    server.BufferSlotsCount = 2
if "typed" in words:
    MicroWebSrv2.AddMimeType(".pyhtml", "text/html")
if "without" not in words:
    pages = MicroWebSrv2.LoadModule("PyhtmlTemplate")
    pages.ShowDebug = "debug" in words
    pages.SetGlobalVar("title", "A & B")
    pages.SetGlobalVar("counted", Counted())
    count_compiling()
server.StartInPool(pool)
if "threads" in words:
    pool.AsyncWaitEvents(2)
print("LISTENING", server.BindAddress[1])
if "threads" not in words:
    pool.AsyncWaitEvents()
while True:
    sleep(1)
