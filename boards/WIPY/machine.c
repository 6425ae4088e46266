// The port's part of the module `machine`, and what MicroPython without its compiler leaves out and the port calls.
// MicroPython includes this file where it includes the port's: see mpconfigboard.h.

#include "ports/cc3200/mods/modmachine.c"

// All that the port has but SD, SPI and Timer: without them nobody calls for their drivers, 5 KB.
#undef MICROPY_PY_MACHINE_EXTRA_GLOBALS
#define MICROPY_PY_MACHINE_EXTRA_GLOBALS \
    { MP_ROM_QSTR(MP_QSTR_main), MP_ROM_PTR(&machine_main_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_rng), MP_ROM_PTR(&machine_rng_get_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&machine_lightsleep_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_wake_reason), MP_ROM_PTR(&machine_wake_reason_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_RTC), MP_ROM_PTR(&pyb_rtc_type) }, \
    { MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&pin_type) }, \
    { MP_ROM_QSTR(MP_QSTR_ADC), MP_ROM_PTR(&pyb_adc_type) }, \
    { MP_ROM_QSTR(MP_QSTR_I2C), MP_ROM_PTR(&pyb_i2c_type) }, \
    { MP_ROM_QSTR(MP_QSTR_UART), MP_ROM_PTR(&pyb_uart_type) }, \
    { MP_ROM_QSTR(MP_QSTR_IDLE), MP_ROM_INT(PYB_PWR_MODE_ACTIVE) }, \
    { MP_ROM_QSTR(MP_QSTR_SLEEP), MP_ROM_INT(PYB_PWR_MODE_LPDS) }, \
    { MP_ROM_QSTR(MP_QSTR_DEEPSLEEP), MP_ROM_INT(PYB_PWR_MODE_HIBERNATE) }, \
    { MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(PYB_SLP_PWRON_RESET) }, \
    { MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(PYB_SLP_HARD_RESET) }, \
    { MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(PYB_SLP_WDT_RESET) }, \
    { MP_ROM_QSTR(MP_QSTR_DEEPSLEEP_RESET), MP_ROM_INT(PYB_SLP_HIB_RESET) }, \
    { MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(PYB_SLP_SOFT_RESET) }, \
    { MP_ROM_QSTR(MP_QSTR_WLAN_WAKE), MP_ROM_INT(PYB_SLP_WAKED_BY_WLAN) }, \
    { MP_ROM_QSTR(MP_QSTR_PIN_WAKE), MP_ROM_INT(PYB_SLP_WAKED_BY_GPIO) }, \
    { MP_ROM_QSTR(MP_QSTR_RTC_WAKE), MP_ROM_INT(PYB_SLP_WAKED_BY_RTC) },

#include "py/mphal.h"
#include "shared/runtime/pyexec.h"

// Nothing can be typed in: wait for Ctrl-D, which starts anew.
int pyexec_friendly_repl(void) {
    mp_hal_stdout_tx_str("There is no compiler in this firmware, and so no REPL. Ctrl-D starts anew.\r\n");
    while (mp_hal_stdin_rx_chr() != 4) {
    }
    return PYEXEC_FORCED_EXIT;
}

int pyexec_raw_repl(void) {
    return pyexec_friendly_repl();
}

// Telnet, 1.4 KB, leads to the REPL: the server of FTP and telnet calls these, and finds nothing to do.
#include "telnet/telnet.h"

void telnet_init(void) {
}

void telnet_run(void) {
}

void telnet_tx_strn(const char *str, int len) {
}

bool telnet_rx_any(void) {
    return false;
}

int telnet_rx_char(void) {
    return -1;
}

void telnet_enable(void) {
}

void telnet_disable(void) {
}

void telnet_reset(void) {
}
