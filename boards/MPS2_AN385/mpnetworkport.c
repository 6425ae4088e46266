// Runs lwIP: in PendSV, the least urgent interrupt, which the Ethernet's and the clock's interrupts ask for.

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "lwip/apps/mdns.h"
#include "lwip/init.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/timeouts.h"
#include "eth.h"
#include "mps2.h"
#include "mpnetworkport.h"

// How often lwIP's timers are looked at; the shortest of them takes a quarter of a second.
#define LWIP_TICK_MS (8)

static bool ready;
static volatile bool data_waits;

void network_init(void) {
    NVIC_SetPriority(PendSV_IRQn, IRQ_PRI_PENDSV);
    lwip_init();
    mdns_resp_init();
    eth_init();
    ready = true;
}

void network_tick(uint32_t ticks_ms) {
    if (ready && ticks_ms % LWIP_TICK_MS == 0) {
        pend_pendsv();
    }
}

u32_t sys_now(void) {
    return mp_hal_ticks_ms();
}

uint32_t network_lock(void) {
    return raise_irq_pri(IRQ_PRI_PENDSV);
}

void network_unlock(uint32_t state) {
    if (data_waits) {
        // Perhaps it was accept() that held the lock, and there is somebody now who takes the data.
        pend_pendsv();
    }
    restore_irq_pri(state);
}

// Data that came before its connection was accepted is refused by modlwip, and kept by lwIP, which would offer it again
// only by a timer of 250 ms. Offer it now; remember whether some is still refused.
static void offer_refused_data(void) {
    bool waits = false;
    for (struct tcp_pcb *pcb = tcp_active_pcbs, *next; pcb != NULL; pcb = next) {
        // Taking data may free the connection.
        next = pcb->next;
        if (pcb->refused_data != NULL && tcp_process_refused_data(pcb) == ERR_INPROGRESS) {
            waits = true;
        }
    }
    data_waits = waits;
}

void PendSV_Handler(void) {
    if (!ready) {
        return;
    }
    eth_poll();
    sys_check_timeouts();
    offer_refused_data();
    mp_hal_signal_event();
}
