# What serves a plain request is frozen; it lies in the memory that the heap has too, and takes less of it than a .mpy
# file. All the rest goes to /flash/lib as .mpy files, and into the heap when it is imported.

_SERVER = (
    "__init__",
    "exchange",
    "httpConnection",
    "httpRequest",
    "httpResponse",
    "microWebSrv2",
    "pipeline",
    "webRoute",
    "workerShare",
    "libs/XAsyncSockets",
    "libs/__init__",
    "libs/checks",
    "libs/httpHeadWriter",
    "libs/httpStatus",
    "libs/httpSyntax",
    "libs/interpreter",
    "libs/onMicroPython",
    "libs/urlUtils",
    "libs/xAsyncWorker",
    "libs/xBuffers",
)

package("MicroWebSrv2", files=[_name + ".py" for _name in _SERVER], base_path="../../modules", opt=3)

for _name in ("boot.py", "device.py", "main.py"):
    module(_name, base_path="modules", opt=3)
