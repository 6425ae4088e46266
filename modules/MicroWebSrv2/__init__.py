"""MicroWebSrv2: an asynchronous web server for MicroPython firmware and CPython.

Importing it opens nothing and prints nothing.
"""

from .httpRequest import HttpRequest
from .httpResponse import HttpResponse
from .libs.interpreter import IS_MICROPYTHON as _IS_MICROPYTHON
from .libs.urlUtils import UrlUtils
from .libs.XAsyncSockets import (
    XAsyncSocket,
    XAsyncSocketException,
    XAsyncSocketsPool,
    XAsyncSocketsPoolException,
    XAsyncTCPClient,
    XAsyncTCPClientException,
    XAsyncTCPServer,
    XAsyncTCPServerException,
    XAsyncUDPDatagram,
    XAsyncUDPDatagramException,
    XBufferSlot,
    XBufferSlots,
    XClosedReason,
    XFiFo,
    XFiFoException,
)
from .microWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception
from .webRoute import (
    DELETE,
    GET,
    HEAD,
    OPTIONS,
    PATCH,
    POST,
    PUT,
    PathFromRoute,
    RegisterRoute,
    ResolveRoute,
    RouteResult,
    WebRoute,
    WebRouteException,
)

__version__ = "2.1.0"

# What has a capital is public. Before 1.26 MicroPython takes no notice of __all__: there the submodules have to go.
if _IS_MICROPYTHON:
    for _name in list(globals()):
        if _name >= "a":
            del globals()[_name]
else:
    __all__ = [name for name in globals() if "A" <= name < "["]
