// Starts MicroPython, and starts it again at each soft reset.

#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "shared/readline/readline.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"
#include "machine_port.h"
#include "mpnetworkport.h"
#include "mps2.h"
#include "uart.h"

extern uint8_t _sstack, _estack, _sheap, _eheap;

static void start_python(void) {
    mp_cstack_init_with_top(&_estack, &_estack - &_sstack);
    gc_init(&_sheap, &_eheap);
    mp_init();
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_lib));
    mod_network_init();
    readline_init0();
}

// As on an ESP32: a boot.py that failed keeps main.py from running, and a raw REPL skips it. So does a Ctrl-C that came
// when there was nothing yet for it to interrupt: main.py would not end by itself.
static void run_files(void) {
    pyexec_frozen_module("_boot.py", false);
    int result = pyexec_file_if_exists("boot.py");
    if (result & PYEXEC_FORCED_EXIT) {
        return;
    }
    if (pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL && result != 0 && !uart_has(CHAR_CTRL_C)) {
        result = pyexec_file_if_exists("main.py");
        if (result & PYEXEC_FORCED_EXIT) {
            return;
        }
    }
    while ((pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl()) == 0) {
    }
}

// The processor's last megabyte before the RAM: forbidden, as whoever writes there has run over the end of the stack.
static void guard_stack(void) {
    MPU->RBAR = ((uint32_t)&_sstack - (1 << 20)) | MPU_RBAR_VALID_Msk;
    MPU->RASR = 19 << MPU_RASR_SIZE_Pos | MPU_RASR_XN_Msk | MPU_RASR_ENABLE_Msk; // of 2^(19 + 1) bytes, no access
    MPU->CTRL = MPU_CTRL_PRIVDEFENA_Msk | MPU_CTRL_ENABLE_Msk;
    __DSB();
    __ISB();
}

int main(void) {
    guard_stack();
    SCB->SHCSR |= SCB_SHCSR_MEMFAULTENA_Msk | SCB_SHCSR_BUSFAULTENA_Msk | SCB_SHCSR_USGFAULTENA_Msk;
    machine_reset_cause_init();
    mp_hal_time_init();
    uart_init();
    network_init();
    for (;;) {
        start_python();
        run_files();
        mp_printf(&mp_plat_print, "MPY: soft reboot\n");
        mod_network_deinit();
        // Closes sockets and files by their finalisers.
        gc_sweep_all();
        mp_deinit();
        machine_reset_cause_soft();
    }
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

NORETURN void nlr_jump_fail(void *value) {
    mp_printf(&mp_plat_print, "FATAL: an exception that nobody catches\n");
    NVIC_SystemReset();
}
