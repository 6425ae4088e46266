"""The app of a board that runs short of memory when it is told to: what memory_routes.py answers, and

GET /starve?free=N   soon, for WINDOW looks of a timer, no more than N bytes of the heap can be had
GET /state           {"free": bytes, "connections": all but the one that asks,
                      "starved": how often, "starving": whether it goes on}
"""

import gc

import memory_routes
from shortage import give_back, hold

from MicroWebSrv2 import GET, WebRoute

LOOK_MS = 50
WINDOW = 6
PIECES = 256

memory_routes.load_modules()


class Starving:
    """Holds memory by a timer of the server's own loop."""

    def __init__(self):
        self._held = [None] * PIECES
        self._wanted = None
        self._left = 0
        self._timed = False
        self.count = 0

    def begin(self, pool, free):
        self._wanted = free
        if not self._timed:
            self._timed = True
            pool.AddTimer(LOOK_MS, self.look)

    def is_at_work(self):
        return self._left > 0 or self._wanted is not None

    def look(self):
        if self._left:
            self._left -= 1
            if not self._left:
                give_back(self._held)
        elif self._wanted is not None:
            free, self._wanted = self._wanted, None
            self._left = WINDOW
            self.count += 1
            hold(self._held, free)


starving = Starving()


@WebRoute(GET, "/starve")
def starve(server, request):
    starving.begin(request.XAsyncTCPClient.GetAsyncSocketsPool(), int(request.QueryParams["free"]))
    request.Response.ReturnOk()


@WebRoute(GET, "/state")
def state(server, request):
    gc.collect()
    sockets = request.XAsyncTCPClient.GetAsyncSocketsPool().GetAllAsyncSockets()
    request.Response.ReturnOkJSON(
        {
            "free": gc.mem_free(),
            "connections": len(sockets) - 2,  # one listens
            "starved": starving.count,
            "starving": starving.is_at_work(),
        }
    )
