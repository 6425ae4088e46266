// Runs lwIP: in PendSV, the least urgent interrupt, which the Ethernet's and the clock's interrupts ask for.

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "lwip/apps/mdns.h"
#include "lwip/init.h"
#include "lwip/ip4.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"
#include "lwip/timeouts.h"
#include "eth.h"
#include "mps2.h"
#include "mpnetworkport.h"

// How often lwIP's timers are looked at; the shortest of them takes a quarter of a second.
#define LWIP_TICK_MS (8)

static bool ready;
static volatile bool refused_waits;

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
    if (refused_waits) {
        // Perhaps it was accept() that held the lock, and there is somebody now who takes it.
        pend_pendsv();
    }
    restore_irq_pri(state);
}

static bool is_accepted(const struct tcp_pcb *pcb) {
    // modlwip's argument is the connection itself while it waits for accept(), and none once its socket was closed.
    return pcb->callback_arg != NULL && pcb->callback_arg != pcb;
}

// Whether modlwip may have missed that the peer has closed the connection. It marks those that came by a listening
// socket in `connected`, which lwIP does not use for them; told once, the mark is taken away.
static bool is_close_untold(const struct tcp_pcb *pcb) {
    return pcb->state == CLOSE_WAIT && pcb->connected != NULL && pcb->refused_data == NULL;
}

// What came before its connection was accepted is refused by modlwip: data, which lwIP would offer again only by a timer
// of 250 ms, and the peer's close, which it would not. Offer them now. Returns whether something was taken.
static bool offer_refused(void) {
    bool taken = false;
    bool waits = false;
    for (struct tcp_pcb *pcb = tcp_active_pcbs, *next; pcb != NULL; pcb = next) {
        // Taking data may free the connection.
        next = pcb->next;
        if (pcb->refused_data != NULL) {
            bool refused = tcp_process_refused_data(pcb) == ERR_INPROGRESS;
            waits |= refused;
            taken |= !refused;
        } else if (is_close_untold(pcb)) {
            waits |= pcb->callback_arg == pcb;
            if (is_accepted(pcb)) {
                err_t result;
                pcb->connected = NULL;
                TCP_EVENT_CLOSED(pcb, result);
                (void)result;
                taken = true;
            }
        }
    }
    refused_waits = waits;
    return taken;
}

static bool is_of(const struct tcp_pcb *pcb, const struct ip_hdr *ip, const struct tcp_hdr *tcp) {
    return pcb->remote_port == lwip_ntohs(tcp->src) && pcb->local_port == lwip_ntohs(tcp->dest)
           && ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip)) == ip->src.addr
           && ip4_addr_get_u32(ip_2_ip4(&pcb->local_ip)) == ip->dest.addr;
}

// A connection that this side closed first is remembered for two minutes (TIME-WAIT), and a client that comes from the
// same port meanwhile gets no answer from lwIP. As RFC 1122, section 4.2.2.13 allows, the SYN of a new connection ends
// the memory of the old one.
static void forget_old_connection(const struct ip_hdr *ip, const struct tcp_hdr *tcp) {
    for (struct tcp_pcb *pcb = tcp_tw_pcbs; pcb != NULL; pcb = pcb->next) {
        if (is_of(pcb, ip, tcp) && TCP_SEQ_GEQ(lwip_ntohl(tcp->seqno), pcb->rcv_nxt)) {
            tcp_abort(pcb); // of one in this state nothing is sent
            return;
        }
    }
}

// Whether the listener of a SYN, if there is one, has room for another connection that waits for accept(): modlwip resets
// those for which it has none.
static bool has_room(const struct tcp_hdr *tcp) {
    uint16_t port = lwip_ntohs(tcp->dest);
    const struct tcp_pcb_listen *listener = tcp_listen_pcbs.listen_pcbs;
    while (listener != NULL && listener->local_port != port) {
        listener = listener->next;
    }
    size_t waiting = 0;
    for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        waiting += pcb->local_port == port && (pcb->state == SYN_RCVD || pcb->callback_arg == pcb);
    }
    return listener == NULL || waiting < listener->backlog;
}

// Called by lwIP with each IP packet. Returns whether it was taken here: a client whose SYN gets no answer sends it again.
int network_ip4_input(struct pbuf *p, struct netif *netif) {
    const struct ip_hdr *ip = p->payload;
    if (IPH_PROTO(ip) != IP_PROTO_TCP || p->len < IPH_HL_BYTES(ip) + TCP_HLEN) {
        return false;
    }
    const struct tcp_hdr *tcp = (const void *)((const uint8_t *)ip + IPH_HL_BYTES(ip));
    if ((TCPH_FLAGS(tcp) & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN) {
        return false;
    }
    if (!has_room(tcp)) {
        pbuf_free(p);
        return true;
    }
    forget_old_connection(ip, tcp);
    return false;
}

void PendSV_Handler(void) {
    if (!ready) {
        return;
    }
    bool changed = eth_poll();
    changed |= sys_timeouts_sleeptime() == 0;
    sys_check_timeouts();
    changed |= offer_refused();
    if (changed) {
        mp_hal_signal_event();
    }
}
