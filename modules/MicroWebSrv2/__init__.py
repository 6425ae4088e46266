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

__all__ = (
    "MicroWebSrv2", "MicroWebSrv2Exception", "HttpRequest", "HttpResponse", "UrlUtils",
    "WebRoute", "RegisterRoute", "ResolveRoute", "PathFromRoute", "RouteResult", "WebRouteException",
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH",
    "XAsyncSocketsPool", "XAsyncSocketsPoolException", "XClosedReason", "XAsyncSocket", "XAsyncSocketException",
    "XAsyncTCPServer", "XAsyncTCPServerException", "XAsyncTCPClient", "XAsyncTCPClientException",
    "XAsyncUDPDatagram", "XAsyncUDPDatagramException", "XBufferSlot", "XBufferSlots", "XFiFo", "XFiFoException",
)  # fmt: skip

if _IS_MICROPYTHON:  # before 1.26 it takes no notice of __all__: `import *` would bring the submodules too
    for _name in (
        "exchange", "httpConnection", "httpRequest", "httpResponse", "libs", "microWebSrv2", "pipeline", "webRoute",
        "workerShare",
    ):  # fmt: skip
        globals().pop(_name, None)
