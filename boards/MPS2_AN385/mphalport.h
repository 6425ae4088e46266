#ifndef MPS2_AN385_MPHALPORT_H
#define MPS2_AN385_MPHALPORT_H

#include <stdint.h>
#include "py/mpconfig.h"
#include "shared/runtime/interrupt_char.h"

// Sleep until an interrupt has something for the main program, or until the time is over (-1: without end).
void mp_hal_wait_event(mp_int_t timeout_ms);

// An interrupt's handler has something for the main program.
void mp_hal_signal_event(void);

// Start the clocks.
void mp_hal_time_init(void);

// Set the clock: seconds since 2000.
void mp_hal_set_time(uint64_t seconds);

#define MICROPY_INTERNAL_WFE(TIMEOUT_MS) mp_hal_wait_event(TIMEOUT_MS)

#endif // MPS2_AN385_MPHALPORT_H
