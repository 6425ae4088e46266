"""Serves an example by itself. Each example ends with a call of this, and is run so:

    python3 examples/forms.py [PORT [ADDRESS]]

PORT is 8080 where none is given. ADDRESS is 0.0.0.0, every network of the machine; 127.0.0.1 is the machine alone.

A device does without this file: upload an example as `app.py`, and the firmware serves its routes.
"""

import sys

from MicroWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception

_MAX_PORT = 65535


def Fail(message):
    """Ends the program with a message and status 1."""
    print("error: " + message)
    sys.exit(1)


def Port(text):
    """Returns the port that a command line's argument names; ends the program where it names none."""
    isNumber = text and len(text) <= 5 and all("0" <= char <= "9" for char in text)
    if not isNumber or not 0 < int(text) <= _MAX_PORT:
        Fail('PORT: expected 1..%d, got "%s"' % (_MAX_PORT, text))
    return int(text)


def Address():
    """Returns the (ip, port) to listen on: the command line's PORT and ADDRESS, or ("0.0.0.0", 8080)."""
    port = Port(sys.argv[1]) if len(sys.argv) > 1 else 8080
    return sys.argv[2] if len(sys.argv) > 2 else "0.0.0.0", port


def Serve(path):
    """Serves the registered routes in this thread until Ctrl-C. `path` is the first to look at."""
    mws2 = MicroWebSrv2()
    mws2.SetEmbeddedConfig()  # what a board has memory for is enough here too
    mws2.BindAddress = Address()
    print("Open http://127.0.0.1:%d%s - Ctrl-C ends it." % (mws2.BindAddress[1], path))
    try:
        mws2.StartManaged(0)
    except KeyboardInterrupt:
        mws2.Stop()
    except MicroWebSrv2Exception as ex:  # the port is taken, or may not be had
        Fail("%s. Name another port: %s PORT" % (ex, sys.argv[0]))
