#ifndef MICROPY_HW_BOARD_NAME
// A variant has its own.
#define MICROPY_HW_BOARD_NAME               "ESP32 module"
#endif
#define MICROPY_HW_MCU_NAME                 "ESP32"

// Bluetooth takes tens of kilobytes of memory, which the server has a better use for.
#define MICROPY_PY_BLUETOOTH                (0)
