// The port's own WIPY board, with other features. The port includes this file in the midst of its settings.

#include "boards/WIPY/mpconfigboard.h"
#include "features.h"

// sys.implementation._build: the makefiles have nothing better than the way to this folder, which differs by machine.
#undef MICROPY_BOARD_BUILD_NAME
#define MICROPY_BOARD_BUILD_NAME            "WIPY"
