"""Where the interpreters differ: the only file that asks which one this is.

Each name below exists on both sides with the same behaviour; the two sides
are `onMicroPython.py` and `onCPython.py`. A firmware freezes the first only.
"""

import sys

IS_MICROPYTHON = sys.implementation.name == "micropython"

if IS_MICROPYTHON:
    from . import onMicroPython as _here

    def __getattr__(name):
        """Reached by each import of a name: copies of all would take 0.6 KB. What few programs need lies apart."""
        if not hasattr(_here, name):
            from . import onMicroPythonMore

            return getattr(onMicroPythonMore, name)
        return getattr(_here, name)

else:
    from .onCPython import *  # noqa: F403
