"""The public API: every documented name, with its arguments. Every runtime can import it.

A signature is given as the documentation has it. What an implementation adds must stand behind it and have a default.
"""

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")

# `from MicroWebSrv2 import *` brings these, and nothing else.
EXPORTS = METHODS + (
    "MicroWebSrv2", "MicroWebSrv2Exception", "HttpRequest", "HttpResponse", "UrlUtils",
    "WebRoute", "RegisterRoute", "ResolveRoute", "PathFromRoute", "RouteResult", "WebRouteException",
    "XAsyncSocketsPool", "XAsyncSocketsPoolException", "XClosedReason", "XAsyncSocket", "XAsyncSocketException",
    "XAsyncTCPServer", "XAsyncTCPServerException", "XAsyncTCPClient", "XAsyncTCPClientException",
    "XAsyncUDPDatagram", "XAsyncUDPDatagramException", "XBufferSlot", "XBufferSlots", "XFiFo", "XFiFoException",
)  # fmt: skip

FUNCTIONS = {
    "WebRoute": "method, routePath, name=None",
    "RegisterRoute": "handler, method, routePath, name=None",
    "ResolveRoute": "method, path",
    "PathFromRoute": "routeName, routeArgs={}",
}

STATIC_METHODS = {
    "MicroWebSrv2": {
        "LoadModule": "modName",
        "HTMLEscape": "s",
        "AddDefaultPage": "filename",
        "AddMimeType": "ext, mimeType",
        "GetMimeTypeFromFilename": "filename",
    },
    "XAsyncTCPServer": {"Create": "asyncSocketsPool, srvAddr, srvBacklog=256, bufSlots=None"},
    "XAsyncTCPClient": {
        "Create": "asyncSocketsPool, srvAddr, connectTimeout=5, recvBufLen=4096, sendBufLen=4096, connectAsync=True"
    },
    "XAsyncUDPDatagram": {"Create": "asyncSocketsPool, localAddr=None, recvBufLen=4096, broadcast=False"},
}

INSTANCE_METHODS = {
    "MicroWebSrv2": {
        "__init__": "",
        "StartInPool": "asyncSocketsPool",
        "StartManaged": "parllProcCount=1, procStackSize=0",
        "Stop": "",
        "Log": "msg, msgType",
        "ResolvePhysicalPath": "urlPath",
        "EnableSSL": "certFile, keyFile, caFile=None",
        "DisableSSL": "",
        "SetEmbeddedConfig": "",
        "SetLightConfig": "",
        "SetNormalConfig": "",
        "SetLargeConfig": "",
    },
    "HttpRequest": {
        "GetPostedURLEncodedForm": "",
        "GetPostedJSONObject": "",
        "GetHeader": "name",
        "CheckBasicAuth": "username, password",
        "CheckBearerAuth": "token",
        "GetAll": "name",
        "GetCookie": "name",
    },
    "HttpResponse": {
        "SetHeader": "name, value",
        "SwitchingProtocols": "upgrade",
        "ReturnStream": "code, stream",
        "Return": "code, content=None",
        "ReturnJSON": "code, obj",
        "ReturnOk": "content=None",
        "ReturnOkJSON": "obj",
        "ReturnFile": "filename, attachmentName=None",
        "ReturnNotModified": "",
        "ReturnRedirect": "location",
        "ReturnBadRequest": "",
        "ReturnUnauthorized": "typeName, realm=None",
        "ReturnForbidden": "",
        "ReturnNotFound": "",
        "ReturnMethodNotAllowed": "",
        "ReturnEntityTooLarge": "",
        "ReturnInternalServerError": "",
        "ReturnNotImplemented": "",
        "ReturnServiceUnavailable": "",
        "ReturnBasicAuthRequired": "",
        "ReturnBearerAuthRequired": "",
        "SetCookie": "name, value",
        "Defer": "",
    },
    "XAsyncSocketsPool": {
        "__init__": "",
        "AsyncWaitEvents": "threadsCount=0",
        "StopWaitEvents": "",
        "GetAllAsyncSockets": "",
        "GetAsyncSocketByID": "id",
        "AddAsyncSocket": "asyncSocket",
        "RemoveAsyncSocket": "asyncSocket",
        "NotifyNextReadyForReading": "asyncSocket, notify",
        "NotifyNextReadyForWriting": "asyncSocket, notify",
        "Process": "timeoutMs=0",
    },
    "XAsyncSocket": {"GetAsyncSocketsPool": "", "GetSocketObj": "", "Close": ""},
    "XAsyncTCPClient": {
        "AsyncRecvLine": "lineEncoding='UTF-8', onLineRecv=None, onLineRecvArg=None, timeoutSec=None",
        "AsyncRecvData": "size=None, onDataRecv=None, onDataRecvArg=None, timeoutSec=None",
        "AsyncSendData": "data, onDataSent=None, onDataSentArg=None",
        "AsyncSendSendingBuffer": "size=None, onDataSent=None, onDataSentArg=None",
        "StartSSLContext": "sslContext, serverSide=False",
    },
    "XBufferSlots": {"__init__": "slotsCount, slotsSize, keepAlloc=True", "GetAvailableSlot": ""},
    "XBufferSlot": {"__init__": "size, keepAlloc=True"},
    "XFiFo": {"__init__": "", "Put": "obj", "Get": "", "Clear": ""},
}

READ = 1
WRITE = 2
BOTH = READ | WRITE

PROPERTIES = {
    "MicroWebSrv2": {
        "IsRunning": READ, "ConnQueueCapacity": BOTH, "BufferSlotsCount": BOTH, "BufferSlotSize": BOTH,
        "KeepAllocBufferSlots": BOTH, "MaxRequestContentLength": BOTH, "BindAddress": BOTH, "IsSSLEnabled": READ,
        "RootPath": BOTH, "RequestsTimeoutSec": BOTH, "NotFoundURL": BOTH, "AllowAllOrigins": BOTH,
        "CORSAllowAll": BOTH, "OnLogging": BOTH,
    },
    "HttpRequest": {
        "UserAddress": READ, "IsSSL": READ, "HttpVer": READ, "Method": READ, "Path": READ, "QueryString": READ,
        "QueryParams": READ, "Host": READ, "Accept": READ, "AcceptEncodings": READ, "AcceptLanguages": READ,
        "Cookies": READ, "CacheControl": READ, "Referer": READ, "ContentType": READ, "ContentLength": READ,
        "UserAgent": READ, "Authorization": READ, "Origin": READ, "IsKeepAlive": READ, "IsUpgrade": READ,
        "Upgrade": READ, "Content": READ, "Response": READ, "XAsyncTCPClient": READ, "ContentStream": READ,
    },
    "HttpResponse": {
        "Request": READ, "UserAddress": READ, "IsSSL": READ, "AllowCaching": BOTH, "AccessControlAllowOrigin": BOTH,
        "ContentType": BOTH, "ContentCharset": BOTH, "ContentLength": BOTH, "HeadersSent": READ, "OnSent": BOTH,
    },
    "XAsyncSocketsPool": {"WaitEventsProcessing": READ},
    "XAsyncSocket": {"SocketID": READ, "ExpireTimeSec": BOTH},
    "XAsyncTCPClient": {"CliAddr": READ, "IsSSL": READ, "SendingBuffer": READ},
    "XBufferSlots": {"Slots": READ, "SlotsCount": READ, "SlotsSize": READ},
    "XBufferSlot": {"Available": BOTH, "Size": READ, "Buffer": READ},
    "XFiFo": {"Empty": READ},
}  # fmt: skip

# Plain attributes that a user sets or reads.
ATTRIBUTES = {
    "XAsyncSocket": ("OnClosed", "State"),
    "XAsyncTCPServer": ("OnClientAccepted",),
    "XAsyncTCPClient": ("OnConnected", "OnFailsToConnect", "SrvAddr"),
    "XAsyncUDPDatagram": ("OnDataRecv", "OnFailsToSend"),
    "XClosedReason": ("Error", "ClosedByHost", "ClosedByPeer", "Timeout"),
    "MicroWebSrv2": ("DEBUG", "INFO", "WARNING", "ERROR"),
}

DEFAULT_PAGES = ("index.html", "index.htm", "default.html", "default.htm")

MIME_TYPES = {
    ".txt": "text/plain", ".htm": "text/html", ".html": "text/html", ".css": "text/css", ".csv": "text/csv",
    ".js": "application/javascript", ".xml": "application/xml", ".xhtml": "application/xhtml+xml",
    ".json": "application/json", ".zip": "application/zip", ".pdf": "application/pdf",
    ".ts": "application/typescript", ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf",
    ".otf": "font/otf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
    ".svg": "image/svg+xml", ".ico": "image/x-icon",
}  # fmt: skip

# ConnQueueCapacity, BufferSlotsCount, BufferSlotSize, KeepAllocBufferSlots, MaxRequestContentLength
PRESETS = {
    "SetEmbeddedConfig": (8, 16, 1024, True, 16 * 1024),
    "SetLightConfig": (64, 128, 1024, True, 512 * 1024),
    "SetNormalConfig": (256, 512, 4 * 1024, True, 2 * 1024 * 1024),
    "SetLargeConfig": (512, 2 * 1024, 16 * 1024, True, 8 * 1024 * 1024),
}
PRESET_PROPERTIES = (
    "ConnQueueCapacity", "BufferSlotsCount", "BufferSlotSize", "KeepAllocBufferSlots", "MaxRequestContentLength",
)  # fmt: skip

# (property, good values, bad values): a good one is read back, a bad one raises ValueError and changes nothing.
ASSIGNMENTS = (
    ("ConnQueueCapacity", (1, 100), (0, -1, "8", None, True)),
    ("BufferSlotsCount", (1, 100), (0, -1, "8", None)),
    ("BufferSlotSize", (256, 10000), (0, -1, "8", None)),
    ("KeepAllocBufferSlots", (False, True), (0, 1, "yes", None)),
    ("MaxRequestContentLength", (1, 10**7), (0, -1, "8", None)),
    (
        "BindAddress",
        (("127.0.0.1", 8080), ("0.0.0.0", 65535)),
        (None, "127.0.0.1", ("127.0.0.1",), ("", 80), ("a", "80"), ("a", 65536), ("a", -1), (80, "a"), ["a", 80]),
    ),
    ("RootPath", ("www/root", "/"), ("", None, 1)),
    ("RequestsTimeoutSec", (1, 60), (0, -1, "8", None)),
    ("NotFoundURL", ("/", "http://a/", None), ("", 1)),
    ("AllowAllOrigins", (True, False), (1, None, "yes")),
    ("CORSAllowAll", (True, False), (1, None, "yes")),
    ("OnLogging", (print, None), (1, "print")),
)
