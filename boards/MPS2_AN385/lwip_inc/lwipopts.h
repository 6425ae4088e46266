#ifndef MPS2_AN385_LWIPOPTS_H
#define MPS2_AN385_LWIPOPTS_H

#include <stdint.h>

#define LWIP_IPV6 0

// For mDNS: announce the name when an address comes or the link is back.
#define LWIP_NETIF_EXT_STATUS_CALLBACK 1

extern uint32_t rng_get(void);
#define LWIP_RAND() rng_get()
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
