// The Pyboard D SF2 as MicroPython has it. See mpconfigboard.mk for the modules.

#include "boards/PYBD_SF2/mpconfigboard.h"

// lwIP's 5 connections are too few: a browser opens six, and those it closed wait for two minutes.
#define MEMP_NUM_TCP_PCB                    (16)
