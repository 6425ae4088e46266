#ifndef MPS2_AN385_LWIPOPTS_H
#define MPS2_AN385_LWIPOPTS_H

#include <stdint.h>

#define LWIP_IPV6 0

// For mDNS: announce the name when an address comes or the link is back.
#define LWIP_NETIF_EXT_STATUS_CALLBACK 1

extern uint32_t rng_get(void);
#define LWIP_RAND() rng_get()
// See there: a client may come again from the port that it had, and waits where many come at once.
struct pbuf;
struct netif;
extern int network_ip4_input(struct pbuf *p, struct netif *netif);
#define LWIP_HOOK_IP4_INPUT(p, netif) network_ip4_input(p, netif)

// Leases are kept to the second, and not to the minute: what a board does at the end of one is soon to be seen.
// lwIP's own 16 bits would count such ones no further than 18 hours.
#define DHCP_COARSE_TIMER_SECS (1)
#define DHCP_TIMEOUT_SIZE_T u32_t
#define DHCP_DEFINE_CUSTOM_TIMEOUTS (1)
#define DHCP_SET_TIMEOUT_FROM_OFFERED_T0_LEASE(result, dhcp) ((result) = LWIP_MAX((dhcp)->offered_t0_lease, 1))
#define DHCP_SET_TIMEOUT_FROM_OFFERED_T1_RENEW(result, dhcp) ((result) = LWIP_MAX((dhcp)->offered_t1_renew, 1))
#define DHCP_SET_TIMEOUT_FROM_OFFERED_T2_REBIND(result, dhcp) ((result) = LWIP_MAX((dhcp)->offered_t2_rebind, 1))
#define DHCP_NEXT_TIMEOUT_THRESHOLD (60)
#define DHCP_REQUEST_BACKOFF_SEQUENCE(tries) ((u16_t)(((tries) < 6 ? 1 << (tries) : 60) * 1000))

// By default lwIP's are as good as equal for each connection.
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) rng_get()

// A browser opens six connections; one more than there are would hang without a word.
#define MEMP_NUM_TCP_PCB (64)
#define MEMP_NUM_TCP_PCB_LISTEN (8)

// Full segments, and a window and a send buffer of eight of them for each connection.
#define TCP_MSS (1460)
#define TCP_WND (8 * TCP_MSS)
#define TCP_SND_BUF (8 * TCP_MSS)
#define TCP_SND_QUEUELEN (4 * TCP_SND_BUF / TCP_MSS)

// Enough for every connection to fill its send buffer: when this memory runs out, modlwip waits 50 ms at a time, even
// for a socket that must not block.
#define MEM_SIZE (MEMP_NUM_TCP_PCB * (TCP_SND_BUF + 1024))
#define MEMP_NUM_TCP_SEG (MEMP_NUM_TCP_PCB * TCP_SND_QUEUELEN)

// Frames received and not yet read, of 1.5 KB each.
#define PBUF_POOL_SIZE (256)

// Several connections at once from an address that is not known yet: their answers wait for ARP, all of them.
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN (16)
#define MEMP_NUM_ARP_QUEUE (16)

#include "extmod/lwip-include/lwipopts_common.h"

#undef MEMP_NUM_UDP_PCB
#define MEMP_NUM_UDP_PCB (12)

// A few of modlwip's functions take memory from lwIP without the lock: so its pools have their own.
#undef SYS_ARCH_DECL_PROTECT
#undef SYS_ARCH_PROTECT
#undef SYS_ARCH_UNPROTECT

#endif // MPS2_AN385_LWIPOPTS_H
