// How the Pyboard D starts and sleeps is MicroPython's matter.
#include "boards/PYBD_SF2/board_init.c"
