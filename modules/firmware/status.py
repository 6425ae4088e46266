"""GET /api/status: what the device is and how it does, as a small JSON object for the welcome page.

    {"server": "MicroWebSrv2", "version": "2.1.0", "board": "UNIX", "runtime": "MicroPython 1.25.0",
     "uptimeSec": 123, "memFree": 81234, "memTotal": 163840, "hostname": "mws2", "problems": []}

memFree and memTotal are bytes of the heap, null where the runtime does not tell; problems are the texts of what went
wrong at the start, as an app that failed. An app that registers a route of its
own under that path replaces this one.
"""

import MicroWebSrv2 as _package
from MicroWebSrv2 import GET, RegisterRoute, ResolveRoute

from . import runtime

PATH = "/api/status"


def Register(hostname, problems):
    """Register the route, unless the app has taken its path.

    hostname: the device's name, as configured; problems: the list of what went wrong, shown as it is at each request.
    """
    if ResolveRoute(GET, PATH):
        return

    # Most of it never changes (the board's name costs a search of the file system): kept, and the rest renewed.
    values = {
        "server": "MicroWebSrv2",
        "version": getattr(_package, "__version__", None),
        "board": runtime.BoardName(),
        "runtime": runtime.RuntimeName(),
        "hostname": hostname,
        "problems": problems,
    }

    def onStatus(microWebSrv2, request):
        values["uptimeSec"] = runtime.UptimeSec()
        values["memFree"] = runtime.MemoryFree()
        values["memTotal"] = runtime.MemoryTotal()
        request.Response.ReturnOkJSON(values)

    RegisterRoute(onStatus, GET, PATH, "status")
