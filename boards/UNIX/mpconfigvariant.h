// MicroPython's unix port as a stand-in for a board. See mpconfigvariant.mk for the modules.

// The feature level of the ESP32 and stm32 ports.
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

// Found through the port's folder, which is on the include path: this file lies outside of it.
#include "variants/mpconfigvariant_common.h"

// The threads here have no global interpreter lock, unlike a board's: what is right here is right there. (The port
// can be built with the lock, but its threads then starve one another: eight did in 60 s not the work of 2 s.)

// Bytes of the cache that tells where in a dictionary a name was found: with 128, as is usual, the server's names drive
// one another out (7 % of its speed).
#define MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE (1024)
