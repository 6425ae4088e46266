#ifndef MPS2_AN385_MPNETWORKPORT_H
#define MPS2_AN385_MPNETWORKPORT_H

#include <stdint.h>

// Start lwIP, once: it cannot be started anew.
void network_init(void);

// Called each millisecond, in the clock's interrupt.
void network_tick(uint32_t ticks_ms);

#endif // MPS2_AN385_MPNETWORKPORT_H
