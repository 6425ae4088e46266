// Time, waiting, and the console, as MicroPython asks for them.
//
// Time is the counter of [AN385]'s FPGA registers in microseconds; SysTick only wakes up once a millisecond.

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "mps2.h"
#include "mpnetworkport.h"
#include "uart.h"

static volatile uint32_t milliseconds;
static uint32_t counted_us;
static volatile bool event;

// The clock's time at the start, in microseconds since 2000: the board has no clock that goes on without it.
static uint64_t started_us;

void mp_hal_time_init(void) {
    MPS2_FPGAIO->PRESCALE = MPS2_SYSCLK_HZ / 1000000 - 1;
    MPS2_FPGAIO->COUNTER = 0;
    counted_us = 0;
    SysTick_Config(MPS2_SYSCLK_HZ / 1000);
    NVIC_SetPriority(SysTick_IRQn, IRQ_PRI_SYSTICK);
}

void SysTick_Handler(void) {
    // An emulator that was not scheduled for a while gives one tick for many.
    while (MPS2_FPGAIO->COUNTER - counted_us >= 1000) {
        counted_us += 1000;
        ++milliseconds;
    }
    network_tick(milliseconds);
}

mp_uint_t mp_hal_ticks_ms(void) {
    return milliseconds;
}

mp_uint_t mp_hal_ticks_us(void) {
    return MPS2_FPGAIO->COUNTER;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return MPS2_FPGAIO->COUNTER;
}

// Microseconds since the start, beyond the 71 minutes in which the counter wraps.
static uint64_t uptime_us(void) {
    static uint32_t last_ms, wraps;
    uint32_t state = disable_irq();
    uint32_t ms = milliseconds;
    uint32_t part = MPS2_FPGAIO->COUNTER - counted_us;
    if (ms < last_ms) {
        ++wraps;
    }
    last_ms = ms;
    uint64_t all_ms = (uint64_t)wraps << 32 | ms;
    enable_irq(state);
    return all_ms * 1000 + part;
}

uint64_t mp_hal_time_ns(void) {
    return (started_us + uptime_us()) * 1000;
}

void mp_hal_set_time(uint64_t seconds) {
    started_us = seconds * 1000000 - uptime_us();
}

void mp_hal_delay_us(mp_uint_t us) {
    uint32_t start = mp_hal_ticks_us();
    while (mp_hal_ticks_us() - start < us) {
    }
}

// Of at most a minute, as the counter wraps; callbacks and Ctrl-C get their turn.
static void delay_piece(uint32_t us) {
    uint32_t start = mp_hal_ticks_us();
    for (;;) {
        mp_event_handle_nowait();
        uint32_t elapsed = mp_hal_ticks_us() - start;
        if (elapsed >= us) {
            return;
        }
        // The last, broken millisecond is not slept: it would become a whole one.
        if (us - elapsed >= 1000) {
            mp_hal_wait_event((us - elapsed) / 1000);
        }
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    for (; ms > 60000; ms -= 60000) {
        delay_piece(60000 * 1000);
    }
    delay_piece(ms * 1000);
}

void mp_hal_signal_event(void) {
    event = true;
}

static bool is_wanted(void) {
    return event
           || MP_STATE_VM(sched_state) == MP_SCHED_PENDING
           || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
}

void mp_hal_wait_event(mp_int_t timeout_ms) {
    uint32_t start = milliseconds;
    for (;;) {
        // Masked, an interrupt between the question and the WFI ends the WFI at once.
        uint32_t state = disable_irq();
        bool wanted = is_wanted();
        if (!wanted) {
            __WFI();
        }
        enable_irq(state);
        if (wanted || (timeout_ms >= 0 && milliseconds - start >= (uint32_t)timeout_ms)) {
            break;
        }
    }
    event = false;
}

uintptr_t mp_hal_stdio_poll(uintptr_t poll_flags) {
    uintptr_t ready = 0;
    if ((poll_flags & MP_STREAM_POLL_RD) && uart_any()) {
        ready |= MP_STREAM_POLL_RD;
    }
    if (poll_flags & MP_STREAM_POLL_WR) {
        ready |= MP_STREAM_POLL_WR;
    }
    return ready;
}

int mp_hal_stdin_rx_chr(void) {
    for (;;) {
        int byte = uart_get();
        if (byte >= 0) {
            return byte;
        }
        mp_event_wait_indefinite();
    }
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    uart_write(str, len);
    return len;
}

uint32_t mp_hal_irq_disable(void) {
    return disable_irq();
}

void mp_hal_irq_enable(uint32_t state) {
    enable_irq(state);
}
