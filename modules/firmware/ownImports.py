"""Quick imports for the firmware itself: what is frozen or built in is taken without a look at the flash memory.

MicroPython looks for each module in the file system first, and for a built-in one (json, os, time) again at every
import, in case a file stands in for it: 93,000 instructions each time on a Cortex-M3, and a start has forty of them.
For one that the board has not got it looks everywhere, 165,000. The user's app is imported between `End` and the next
`Begin`, so that its own files do stand in.
"""

import sys

FROZEN = ".frozen"
_BUILT_IN = (
    "_thread",
    "binascii",
    "collections",
    "errno",
    "hashlib",
    "io",
    "json",
    "machine",
    "network",
    "os",
    "re",
    "select",
    "socket",
    "struct",
    "time",
)

_found = {}  # the built-in modules that there are, by name, and None for threads that the board has not got
_kept = None  # list: names of those that are kept in sys.modules meanwhile


def Begin():
    """Look in the firmware first, and keep the built-in modules at hand. Does nothing where none is frozen."""
    global _kept
    if FROZEN not in sys.path or _kept is not None:
        return
    path = sys.path[:]
    if not _found:
        # With no folder to look in, the built-in ones are all that there is.
        sys.path[:] = []
        for name in _BUILT_IN:
            _find(name)
    sys.path[:] = [FROZEN] + path
    _kept = []
    loaded = sys.modules
    for name in _found:
        if name not in loaded:
            loaded[name] = _found[name]
            _kept.append(name)


def _find(name):
    try:
        _found[name] = __import__(name)
    except ImportError:
        if name == "_thread":
            # No file stands in for it: it is looked for no further.
            _found[name] = None


def End():
    """Let modules be looked for as usual again."""
    global _kept
    if _kept is not None:
        sys.path.remove(FROZEN)
        loaded = sys.modules
        for name in _kept:
            loaded.pop(name, None)
        _kept = None
