// The oscillators of the Pyboard v1.1 are MicroPython's matter.
#include "boards/PYBV11/stm32f4xx_hal_conf.h"
