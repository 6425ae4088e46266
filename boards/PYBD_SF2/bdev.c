// The Pyboard D's two flash memories are MicroPython's matter.
#include "boards/PYBD_SF2/bdev.c"
