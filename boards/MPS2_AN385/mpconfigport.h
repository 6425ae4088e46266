// What this port's MicroPython has: the features of the ESP32's, as far as the machine can.

#include <stdint.h>
#include <alloca.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

// Names.
#define MICROPY_HW_BOARD_NAME "MPS2_AN385"
#define MICROPY_HW_MCU_NAME "Cortex-M3"
#define MICROPY_PY_SYS_PLATFORM "mps2"

// The processor: Armv7-M without floating point.
#define MICROPY_EMIT_THUMB (1)
#define MICROPY_EMIT_INLINE_THUMB (1)
#define MICROPY_MAKE_POINTER_CALLABLE(p) ((void *)((mp_uint_t)(p) | 1))
#define MP_NEED_LOG2 (1)

// The core.
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_OPT_COMPUTED_GOTO (1)
#define MICROPY_STACK_CHECK_MARGIN (1024)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#define MICROPY_SCHEDULER_DEPTH (8)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MICROPY_WARNINGS (1)
#define MICROPY_ENABLE_SOURCE_LINE (1)

// Imports: see imports.c. The tables of a module's names and of all modules begin with about as many places as they come to
// have: to grow step by step takes a start a tenth of its instructions.
#define mp_builtin___import__ mps2_import
#define MICROPY_MODULE_DICT_SIZE (12)
#define MICROPY_LOADED_MODULES_DICT_SIZE (73)

// Files.
#define MICROPY_VFS (1)
#define MICROPY_READER_VFS (1)
#define MICROPY_FATFS_ENABLE_LFN (1)
#define MICROPY_FATFS_RPATH (2)
#define MICROPY_FATFS_MAX_SS (4096)
#define MICROPY_FATFS_LFN_CODE_PAGE 437

// Modules.
#define MICROPY_PY_SYS_STDIO_BUFFER (0)
#define MICROPY_PY_OS_INCLUDEFILE "os_port.c"
#define MICROPY_PY_OS_UNAME (1)
#define MICROPY_PY_OS_URANDOM (1)
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (rng_get())
#define MICROPY_PY_TIME (1)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "time_port.c"
#define MICROPY_PY_MACHINE (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE "machine_port.c"
#define MICROPY_PY_MACHINE_RESET (1)
#define MICROPY_PY_MACHINE_BARE_METAL_FUNCS (1)
#define MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ (1)
#define MICROPY_PY_HASHLIB_MD5 (MICROPY_PY_SSL)
#define MICROPY_PY_HASHLIB_SHA1 (MICROPY_PY_SSL)
#define MICROPY_PY_CRYPTOLIB (MICROPY_PY_SSL)
#define MICROPY_PY_DEFLATE_COMPRESS (1)
#define MICROPY_TRACKED_ALLOC (MICROPY_SSL_MBEDTLS)

// The network.
#define MICROPY_PY_NETWORK (1)
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "mps2-an385"
#define MICROPY_PY_WEBSOCKET (0)
#define MICROPY_PORT_NETWORK_INTERFACES \
    { MP_ROM_QSTR(MP_QSTR_LAN), MP_ROM_PTR(&network_lan_type) },

extern const struct _mp_obj_type_t network_lan_type;

// lwIP runs in PendSV: Python code that calls it keeps PendSV out meanwhile.
uint32_t network_lock(void);
void network_unlock(uint32_t state);
#define MICROPY_PY_LWIP_ENTER uint32_t network_lock_state = network_lock();
#define MICROPY_PY_LWIP_REENTER network_lock_state = network_lock();
#define MICROPY_PY_LWIP_EXIT network_unlock(network_lock_state);

// Short sections that no interrupt may divide.
uint32_t mp_hal_irq_disable(void);
void mp_hal_irq_enable(uint32_t state);
#define MICROPY_BEGIN_ATOMIC_SECTION() mp_hal_irq_disable()
#define MICROPY_END_ATOMIC_SECTION(state) mp_hal_irq_enable(state)

uint32_t rng_get(void);

// Types.
#define MP_SSIZE_MAX (0x7fffffff)
#define UINT_FMT "%lu"
#define INT_FMT "%ld"
typedef int32_t mp_int_t;
typedef uint32_t mp_uint_t;
typedef long mp_off_t;

#define MP_STATE_PORT MP_STATE_VM
