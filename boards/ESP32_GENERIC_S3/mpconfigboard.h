#ifndef MICROPY_HW_BOARD_NAME
// A variant has its own.
#define MICROPY_HW_BOARD_NAME               "ESP32-S3 module"
#endif
#define MICROPY_HW_MCU_NAME                 "ESP32S3"

// Bluetooth takes tens of kilobytes of memory, which the server has a better use for.
#define MICROPY_PY_BLUETOOTH                (0)

// The REPL is on the UART too, for boards whose USB socket leads there.
#define MICROPY_HW_ENABLE_UART_REPL         (1)

// As MicroPython has it: the chip's own USB is on the pins that would stand in for these.
#define MICROPY_HW_I2C0_SCL                 (9)
#define MICROPY_HW_I2C0_SDA                 (8)
