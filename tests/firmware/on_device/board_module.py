"""Prints what a board's own module does to its pins and drivers; argv[1] is the board's folder, argv[2] a Python text.

The modules `machine` and `network` are stand-ins that print how they are called.
"""

import sys


class Called:
    """Prints calls to itself and its attributes; an object made by a call is one of these too."""

    def __init__(self, name, **constants):
        self._name = name
        self._on = False
        for key in constants:
            setattr(self, key, constants[key])

    def __call__(self, *args, **options):
        shown = [a._name if isinstance(a, Called) else repr(a) for a in args]
        shown += ["{}={!r}".format(*option) for option in sorted(options.items())]
        print("{}({})".format(self._name, ", ".join(shown)))
        return Called("{}({})".format(self._name, shown[0] if shown else ""))

    def active(self, on=None):
        if on is None:
            return self._on
        print(f"{self._name}.active({on})")
        self._on = on
        return on

    def config(self, **options):
        print(f"{self._name}.config({options})")


sys.modules["machine"] = Called("machine", Pin=Called("Pin", IN="IN", OUT="OUT"), SPI=Called("SPI"))
sys.modules["network"] = Called("network", WLAN=Called("WLAN"), WIZNET5K=Called("WIZNET5K"), STA_IF=0)
sys.path.insert(0, sys.argv[1])

board = __import__("board")
print(board.NAME)
exec(sys.argv[2], {"board": board})
