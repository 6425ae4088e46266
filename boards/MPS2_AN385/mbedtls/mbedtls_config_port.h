#ifndef MPS2_AN385_MBEDTLS_CONFIG_PORT_H
#define MPS2_AN385_MBEDTLS_CONFIG_PORT_H

#include <time.h>
extern time_t mps2_seconds(time_t *timer);
#define MBEDTLS_PLATFORM_TIME_MACRO mps2_seconds
#define MBEDTLS_PLATFORM_MS_TIME_ALT mbedtls_ms_time

#define MICROPY_MBEDTLS_CONFIG_BARE_METAL (1)

// Reduction by the shape of the NIST primes: a handshake takes an eighth of the instructions.
#define MBEDTLS_ECP_NIST_OPTIM

#include "extmod/mbedtls/mbedtls_config_common.h"

#endif // MPS2_AN385_MBEDTLS_CONFIG_PORT_H
