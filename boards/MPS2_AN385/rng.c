// Random numbers by Marsaglia's xorshift ("Xorshift RNGs", 2003), stirred by the times of interrupts.

#include "mps2.h"
#include "rng.h"

static uint32_t state = 2463534242u;

void rng_stir(uint32_t value) {
    uint32_t irq_state = disable_irq();
    // A rotation keeps what earlier stirs brought; a state of zero would stay zero.
    state = ((state << 7 | state >> 25) ^ value);
    if (state == 0) {
        state = 2463534242u;
    }
    enable_irq(irq_state);
}

uint32_t rng_get(void) {
    uint32_t irq_state = disable_irq();
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    uint32_t result = state;
    enable_irq(irq_state);
    return result;
}

void rng_fill(uint8_t *buffer, uint32_t length) {
    for (uint32_t i = 0; i < length; ++i) {
        buffer[i] = rng_get() >> 24;
    }
}
