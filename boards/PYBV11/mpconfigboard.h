// The Pyboard v1.1 as MicroPython has it, with Ethernet by a W5500. See mpconfigboard.mk for the modules.

#include "boards/PYBV11/mpconfigboard.h"

#undef MICROPY_HW_BOARD_NAME
#define MICROPY_HW_BOARD_NAME               "PYBv1.1 with W5500"

// lwIP's 5 connections are too few: a browser opens six, and those it closed wait for two minutes.
#define MEMP_NUM_TCP_PCB                    (12)
