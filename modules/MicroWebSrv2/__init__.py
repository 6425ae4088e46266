"""MicroWebSrv2: an asynchronous web server for MicroPython firmware and CPython.

Importing it opens nothing and prints nothing.
"""

from .httpRequest import HttpRequest as HttpRequest
from .httpResponse import HttpResponse as HttpResponse
from .libs.interpreter import IS_MICROPYTHON as _IS_MICROPYTHON
from .libs.urlUtils import UrlUtils as UrlUtils
from .libs.XAsyncSockets import (
    XAsyncSocket as XAsyncSocket,
    XAsyncSocketException as XAsyncSocketException,
    XAsyncSocketsPool as XAsyncSocketsPool,
    XAsyncSocketsPoolException as XAsyncSocketsPoolException,
    XAsyncTCPClient as XAsyncTCPClient,
    XAsyncTCPClientException as XAsyncTCPClientException,
    XAsyncTCPServer as XAsyncTCPServer,
    XAsyncTCPServerException as XAsyncTCPServerException,
    XAsyncUDPDatagram as XAsyncUDPDatagram,
    XAsyncUDPDatagramException as XAsyncUDPDatagramException,
    XBufferSlot as XBufferSlot,
    XBufferSlots as XBufferSlots,
    XClosedReason as XClosedReason,
    XFiFo as XFiFo,
    XFiFoException as XFiFoException,
)
from .microWebSrv2 import MicroWebSrv2 as MicroWebSrv2
from .microWebSrv2 import MicroWebSrv2Exception as MicroWebSrv2Exception
from .webRoute import (
    DELETE as DELETE,
    GET as GET,
    HEAD as HEAD,
    OPTIONS as OPTIONS,
    PATCH as PATCH,
    POST as POST,
    PUT as PUT,
    PathFromRoute as PathFromRoute,
    RegisterRoute as RegisterRoute,
    ResolveRoute as ResolveRoute,
    RouteResult as RouteResult,
    WebRoute as WebRoute,
    WebRouteException as WebRouteException,
)

__version__ = "2.1.0"

# What has a capital is public; `X as X` says so to type checkers. Before 1.26 MicroPython takes no notice of __all__:
# there the submodules have to go.
if _IS_MICROPYTHON:
    for _name in list(globals()):
        if _name >= "a":
            del globals()[_name]
else:
    __all__ = [name for name in globals() if "A" <= name < "["]
