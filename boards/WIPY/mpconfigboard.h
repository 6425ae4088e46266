// The port's own WIPY board, with other features. The port includes this file in the midst of its settings.

#include "boards/WIPY/mpconfigboard.h"
#include "features.h"

#undef MICROPY_PY_MACHINE_INCLUDEFILE
#define MICROPY_PY_MACHINE_INCLUDEFILE "machine.c"

// sys.implementation._build: the makefiles have nothing better than the way to this folder, which differs by machine.
#undef MICROPY_BOARD_BUILD_NAME
#define MICROPY_BOARD_BUILD_NAME            "WIPY"

// The compiler, 23 KB. Modules come as .mpy, compiled by mpy-cross on a computer; there is no REPL.
#undef MICROPY_ENABLE_COMPILER
#define MICROPY_ENABLE_COMPILER (0)
#define MICROPY_PY_BUILTINS_EVAL_EXEC (0)
#define MICROPY_PY_BUILTINS_COMPILE (0)
#undef MICROPY_PY_BUILTINS_EXECFILE
#define MICROPY_PY_BUILTINS_EXECFILE (0)
#undef MICROPY_HELPER_REPL
#define MICROPY_HELPER_REPL (0)
#undef MICROPY_REPL_AUTO_INDENT
#define MICROPY_REPL_AUTO_INDENT (0)
#undef MICROPY_PY_BUILTINS_HELP
#define MICROPY_PY_BUILTINS_HELP (0)
#undef MICROPY_PY_BUILTINS_INPUT
#define MICROPY_PY_BUILTINS_INPUT (0)

// Frozen source would have to be compiled.
#undef MICROPY_MODULE_FROZEN_STR
#define MICROPY_MODULE_FROZEN_STR (0)

// Threads, 2 KB: the server serves on the main thread.
#undef MICROPY_PY_THREAD
#define MICROPY_PY_THREAD (0)
#undef MICROPY_PY_THREAD_GIL
#define MICROPY_PY_THREAD_GIL (0)

// Of the module `machine`: Signal, and memory as arrays of numbers, 0.5 KB.
#define MICROPY_PY_MACHINE_SIGNAL (0)
#define MICROPY_PY_MACHINE_MEMX (0)
