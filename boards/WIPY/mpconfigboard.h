// The port's own WIPY board, with other features. The port includes this file in the midst of its settings.

#include "boards/WIPY/mpconfigboard.h"
#include "features.h"
