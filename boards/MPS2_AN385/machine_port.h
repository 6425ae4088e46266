#ifndef MPS2_AN385_MACHINE_PORT_H
#define MPS2_AN385_MACHINE_PORT_H

#include <stdint.h>

// Find out why the board started. Called once, first thing after a reset.
void machine_reset_cause_init(void);
// Python begins anew, the board does not.
void machine_reset_cause_soft(void);

#endif // MPS2_AN385_MACHINE_PORT_H
