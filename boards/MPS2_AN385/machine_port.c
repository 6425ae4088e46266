// Included by extmod/modmachine.c.

#include "py/mphal.h"
#include "lan9118.h"
#include "machine_port.h"
#include "mps2.h"

// As on other ports.
#define RESET_CAUSE_PWRON (1)
#define RESET_CAUSE_HARD (2)
#define RESET_CAUSE_SOFT (5)

// Left in RAM that a reset keeps: the coming start is machine.reset()'s.
#define RESET_MARK (0x5e7a11fe)
__attribute__((section(".noinit"))) static uint32_t reset_mark;
static uint8_t reset_cause;

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS \
    { MP_ROM_QSTR(MP_QSTR_RTC), MP_ROM_PTR(&machine_rtc_type) }, \
    { MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(RESET_CAUSE_PWRON) }, \
    { MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(RESET_CAUSE_HARD) }, \
    { MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(RESET_CAUSE_SOFT) }, \

extern const mp_obj_type_t machine_rtc_type;

void machine_reset_cause_init(void) {
    reset_cause = reset_mark == RESET_MARK ? RESET_CAUSE_HARD : RESET_CAUSE_PWRON;
    reset_mark = 0;
}

void machine_reset_cause_soft(void) {
    reset_cause = RESET_CAUSE_SOFT;
}

NORETURN static void mp_machine_reset(void) {
    reset_mark = RESET_MARK;
    NVIC_SystemReset();
}

static mp_int_t mp_machine_reset_cause(void) {
    return reset_cause;
}

static void mp_machine_idle(void) {
    mp_hal_wait_event(1);
}

// Its Ethernet address: what makes one board differ from another.
static mp_obj_t mp_machine_unique_id(void) {
    uint8_t mac[LAN9118_MAC_LENGTH];
    lan9118_get_mac(mac);
    return mp_obj_new_bytes(mac, sizeof(mac));
}

static mp_obj_t mp_machine_get_freq(void) {
    return MP_OBJ_NEW_SMALL_INT(MPS2_SYSCLK_HZ);
}

static void mp_machine_set_freq(size_t n_args, const mp_obj_t *args) {
    mp_raise_NotImplementedError(NULL);
}

static void mp_machine_lightsleep(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        mp_hal_delay_ms(mp_obj_get_int(args[0]));
    } else {
        mp_hal_wait_event(-1);
    }
}

// The machine has no deep sleep: it sleeps, then starts again as if out of one.
NORETURN static void mp_machine_deepsleep(size_t n_args, const mp_obj_t *args) {
    mp_machine_lightsleep(n_args, args);
    mp_machine_reset();
}
