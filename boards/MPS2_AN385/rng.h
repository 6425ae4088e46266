#ifndef MPS2_AN385_RNG_H
#define MPS2_AN385_RNG_H

#include <stdint.h>

// Random numbers without a source of entropy: this machine has none. Good for sequence numbers and tests, not for secrets.

// Mix in what a stranger cannot quite know: the time of an interrupt, the board's address.
void rng_stir(uint32_t value);

uint32_t rng_get(void);
void rng_fill(uint8_t *buffer, uint32_t length);

#endif // MPS2_AN385_RNG_H
