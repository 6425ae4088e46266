// The console: UART0 of [CMSDK], received by interrupt into a ring buffer, so that Ctrl-C is seen whatever runs.

#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "mps2.h"
#include "rng.h"
#include "uart.h"

// How long a console that takes nothing is waited for. After that its output is lost, so that the device goes on.
#define UART_TX_PATIENCE_US (5000000)

static uint8_t rx_bytes[1024];
static ringbuf_t rx_ring = { rx_bytes, sizeof(rx_bytes), 0, 0 };
static bool tx_stalled;

void uart_init(void) {
    MPS2_UART0->BAUDDIV = MPS2_SYSCLK_HZ / 115200;
    MPS2_UART0->CTRL = UART_CTRL_TXEN | UART_CTRL_RXEN | UART_CTRL_RXINTEN;
    NVIC_SetPriority(UART0_RX_IRQn, IRQ_PRI_UART);
    NVIC_EnableIRQ(UART0_RX_IRQn);
}

// Take what was received. A byte for which there is no room stays in the UART, which holds up the sender.
static void uart_receive(void) {
    while ((MPS2_UART0->STATE & UART_STATE_RXFULL) && ringbuf_free(&rx_ring) > 0) {
        int byte = MPS2_UART0->DATA;
        if (byte == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else {
            ringbuf_put(&rx_ring, byte);
        }
    }
}

void UART0_RX_Handler(void) {
    MPS2_UART0->INTSTATUS = UART_INT_RX;
    rng_stir(MPS2_FPGAIO->COUNTER);
    uart_receive();
    mp_hal_signal_event();
}

int uart_get(void) {
    uint32_t state = disable_irq();
    int byte = ringbuf_get(&rx_ring);
    uart_receive();
    enable_irq(state);
    return byte;
}

bool uart_any(void) {
    return ringbuf_avail(&rx_ring) > 0;
}

bool uart_has(int byte) {
    uint32_t state = disable_irq();
    bool found = false;
    for (uint16_t i = rx_ring.iget; i != rx_ring.iput; i = (i + 1) % rx_ring.size) {
        found |= rx_bytes[i] == byte;
    }
    enable_irq(state);
    return found;
}

static bool uart_tx_ready(void) {
    uint32_t start = mp_hal_ticks_us();
    while (MPS2_UART0->STATE & UART_STATE_TXFULL) {
        if (tx_stalled || mp_hal_ticks_us() - start > UART_TX_PATIENCE_US) {
            tx_stalled = true;
            return false;
        }
    }
    tx_stalled = false;
    return true;
}

void uart_write(const char *data, size_t length) {
    for (size_t i = 0; i < length && uart_tx_ready(); ++i) {
        MPS2_UART0->DATA = data[i];
    }
}
