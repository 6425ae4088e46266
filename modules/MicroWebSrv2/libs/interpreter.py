"""Where the interpreters differ: the only file that asks which one this is.

Each name below exists on both sides with the same behaviour; the two sides
are `onMicroPython.py` and `onCPython.py`. A firmware freezes the first only.
"""

import sys

IS_MICROPYTHON = sys.implementation.name == "micropython"

if IS_MICROPYTHON:
    from .onMicroPython import *  # noqa: F403

    def __getattr__(name):
        """Reached by an import of what only some programs need, and of what there is not."""
        from . import onMicroPythonMore

        return getattr(onMicroPythonMore, name)

else:
    from .onCPython import *  # noqa: F403
