// Imports without long searches, a quarter of what a start's instructions were: MicroPython's own go through all names of
// frozen modules, letter by letter, some three times a module, and look up an import that was done before once a level.

#include <string.h>

#include "py/builtin.h"
#include "py/emitglue.h"
#include "py/frozenmod.h"
#include "py/objlist.h"
#include "py/runtime.h"

// --- Frozen modules, in place of py/frozenmod.c.

// As the tool that freezes writes them: names that end with a zero each, the last with two; and the modules in their order.
// This port freezes no source.
extern const char mp_frozen_names[];
extern const mp_frozen_module_t *const mp_frozen_mpy_content[];

#define MOST_FROZEN (256)

// Where each name begins, and where one after the last would.
static uint16_t begins[MOST_FROZEN + 1];
static size_t count;

static void find_names(void) {
    for (size_t at = 0; mp_frozen_names[at] != 0 && count < MOST_FROZEN;) {
        at += strlen(mp_frozen_names + at) + 1;
        begins[++count] = at;
    }
}

// Find a file or a folder among the frozen modules. `frozen_type` and `data` may both be NULL.
mp_import_stat_t mp_find_frozen_module(const char *path, int *frozen_type, void **data) {
    if (count == 0) {
        find_names();
    }
    size_t length = strlen(path);
    if (frozen_type != NULL) {
        *frozen_type = MP_FROZEN_NONE;
    }
    for (size_t i = 0; i < count; ++i) {
        const char *name = mp_frozen_names + begins[i];
        // Few have an end or a slash just there: the letters are compared of those alone.
        if (begins[i] + length >= begins[i + 1] || (name[length] != '\0' && name[length] != '/')
            || memcmp(name, path, length) != 0) {
            continue;
        }
        if (name[length] == '/') {
            return MP_IMPORT_STAT_DIR;
        }
        if (frozen_type != NULL) {
            *frozen_type = MP_FROZEN_MPY;
            *data = (void *)mp_frozen_mpy_content[i];
        }
        return MP_IMPORT_STAT_FILE;
    }
    return MP_IMPORT_STAT_NO_EXIST;
}

// --- Modules that are loaded already.

// The name of the module that holds the running code, cut to the package from which `level` dots count.
static size_t package_length(const char *name, size_t length, mp_int_t level) {
    if (mp_map_lookup(&mp_globals_get()->map, MP_OBJ_NEW_QSTR(MP_QSTR___path__), MP_MAP_LOOKUP) != NULL) {
        // A package is where its own imports begin.
        --level;
    }
    while (level > 0 && length > 0) {
        if (name[--length] == '.') {
            --level;
        }
    }
    return length;
}

// The whole name of what is imported as `name` with `level` dots before it, or MP_QSTRnull if there is no such package.
static qstr absolute_name(mp_obj_t name, mp_int_t level) {
    if (level == 0) {
        return mp_obj_str_get_qstr(name);
    }
    char whole[MICROPY_ALLOC_PATH_MAX];
    mp_map_elem_t *here = mp_map_lookup(&mp_globals_get()->map, MP_OBJ_NEW_QSTR(MP_QSTR___name__), MP_MAP_LOOKUP);
    if (level < 0 || here == NULL) {
        return MP_QSTRnull;
    }
    size_t length, added;
    const char *own = mp_obj_str_get_data(here->value, &length);
    const char *rest = mp_obj_str_get_data(name, &added);
    length = package_length(own, length, level);
    if (length == 0 || length + 1 + added > sizeof(whole)) {
        return MP_QSTRnull;
    }
    memcpy(whole, own, length);
    if (added > 0) {
        whole[length++] = '.';
        memcpy(whole + length, rest, added);
    }
    return qstr_from_strn(whole, length + added);
}

// __import__(name, globals, locals, fromlist, level): what `import` and `from ... import` call. `import a.b` has no list of
// names and gives `a`; that is left to MicroPython, as is all that fails. With an empty sys.path the built-in modules are
// wanted, whatever is loaded.
mp_obj_t mps2_import(size_t n_args, const mp_obj_t *args) {
    bool path_is_empty = ((mp_obj_list_t *)MP_OBJ_TO_PTR(mp_sys_path))->len == 0;
    if (n_args < 5 || args[3] == mp_const_none || path_is_empty) {
        return mp_builtin___import___default(n_args, args);
    }
    qstr name = absolute_name(args[0], mp_obj_get_int(args[4]));
    if (name == MP_QSTRnull) {
        return mp_builtin___import___default(n_args, args);
    }
    mp_map_t *loaded = &MP_STATE_VM(mp_loaded_modules_dict).map;
    mp_map_elem_t *found = mp_map_lookup(loaded, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    if (found != NULL && found->value != MP_OBJ_NULL) {
        return found->value;
    }
    if (found != NULL) {
        // There was no memory for it the last time: MicroPython would take its entry for a loaded module for good.
        mp_map_lookup(loaded, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP_REMOVE_IF_FOUND);
    }
    const mp_obj_t absolute[] = { MP_OBJ_NEW_QSTR(name), args[1], args[2], args[3], MP_OBJ_NEW_SMALL_INT(0) };
    return mp_builtin___import___default(MP_ARRAY_SIZE(absolute), absolute);
}
