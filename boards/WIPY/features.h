// What of MicroPython the WiPy goes without, beyond what its port leaves out: the image and the heap share its memory.
// The WiPy's image and its stand-in on the unix port both have it. The figures are what each saves.

// Regular expressions, 2.4 KB: the server has no use for them.
#undef MICROPY_PY_RE
#define MICROPY_PY_RE (0)

// Sets, 2 KB, named tuples and ordered dictionaries, 1 KB, the rarer special methods, 0.5 KB.
#undef MICROPY_PY_BUILTINS_SET
#define MICROPY_PY_BUILTINS_SET (0)
#undef MICROPY_PY_BUILTINS_FROZENSET
#define MICROPY_PY_BUILTINS_FROZENSET (0)
#undef MICROPY_PY_COLLECTIONS_NAMEDTUPLE
#define MICROPY_PY_COLLECTIONS_NAMEDTUPLE (0)
#undef MICROPY_PY_COLLECTIONS_ORDEREDDICT
#define MICROPY_PY_COLLECTIONS_ORDEREDDICT (0)
#undef MICROPY_PY_ALL_SPECIAL_METHODS
#define MICROPY_PY_ALL_SPECIAL_METHODS (0)

// The module struct, 1 KB.
#undef MICROPY_PY_STRUCT
#define MICROPY_PY_STRUCT (0)
