"""A small server with the embedded preset, to be watched for long: arguments are the port and the folder of the files.

`/memory` collects garbage and tells the free bytes of the heap; CPython, which cannot tell, says 0.
"""

import gc
import sys

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute, XAsyncSocketsPool

mws2 = MicroWebSrv2()


@WebRoute(GET, "/hello")
def hello(server, request):
    request.Response.ReturnOk("hello")


@WebRoute(GET, "/item/<id>")
def item(server, request, args):
    request.Response.ReturnOkJSON({"id": args["id"], "agent": request.UserAgent, "query": request.QueryParams})


@WebRoute(GET, "/memory")
def memory(server, request):
    gc.collect()
    request.Response.ReturnOk(str(gc.mem_free() if hasattr(gc, "mem_free") else 0))


mws2.SetEmbeddedConfig()
mws2.RootPath = sys.argv[2]
mws2.RequestsTimeoutSec = 600
mws2.ConnQueueCapacity = 128
mws2.BindAddress = ("127.0.0.1", int(sys.argv[1]))
pool = XAsyncSocketsPool()
mws2.StartInPool(pool)
print("LISTENING", sys.argv[1])
pool.AsyncWaitEvents()
