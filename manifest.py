# What every firmware freezes: the server, the device around it, and the two start files.
# A board's own manifest includes this one, and the port's; this one knows no board.

import os

# For CPython alone.
NOT_ON_A_BOARD = (
    "httpFileSender.py",
    "libs/deflateOnCPython.py",
    "libs/onCPython.py",
    "libs/tlsOnCPython.py",
    "libs/wakeUp.py",
)
OPTIMISE = 3  # mpy-cross -O3: no asserts, no line numbers; docstrings cost nothing either


def _pythonFiles(package):
    """The package's .py files in a fixed order: os.walk's order is the file system's, and builds must repeat."""
    found = []
    for folder, _, names in os.walk(os.path.join("modules", package)):
        inPackage = os.path.relpath(folder, os.path.join("modules", package))
        found += [os.path.normpath(os.path.join(inPackage, name)) for name in names if name.endswith(".py")]
    return sorted(name for name in found if name not in NOT_ON_A_BOARD)


for _package in ("MicroWebSrv2", "firmware"):
    if os.path.isdir(os.path.join("modules", _package)):
        package(_package, files=_pythonFiles(_package), base_path="modules", opt=OPTIMISE)

for _startFile in ("boot.py", "main.py"):
    if os.path.isfile(os.path.join("modules", _startFile)):
        module(_startFile, base_path="modules", opt=OPTIMISE)
