// What mbedTLS asks of a machine without an operating system.

#include "py/mphal.h"
#include "py/runtime.h"
#include "mbedtls_config_port.h"
#include "mbedtls/platform_time.h"
#include "shared/timeutils/timeutils.h"
#include "rng.h"

// The machine has no source of entropy: keys made here are no secret from somebody who wants them.
int mbedtls_hardware_poll(void *data, unsigned char *output, size_t length, size_t *written) {
    rng_fill(output, length);
    *written = length;
    return 0;
}

time_t mps2_seconds(time_t *timer) {
    time_t seconds = mp_hal_time_ns() / 1000000000;
    if (timer) {
        *timer = seconds;
    }
    return seconds;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
    return mp_hal_time_ns() / 1000000;
}

// The epoch is the port's, as in mps2_seconds.
struct tm *gmtime(const time_t *seconds) {
    static struct tm tm;
    timeutils_struct_time_t parts;
    timeutils_seconds_since_epoch_to_struct_time(*seconds, &parts);
    tm.tm_sec = parts.tm_sec;
    tm.tm_min = parts.tm_min;
    tm.tm_hour = parts.tm_hour;
    tm.tm_mday = parts.tm_mday;
    tm.tm_mon = parts.tm_mon - 1;
    tm.tm_year = parts.tm_year - 1900;
    tm.tm_wday = (parts.tm_wday + 1) % 7;
    tm.tm_yday = parts.tm_yday - 1;
    tm.tm_isdst = -1;
    return &tm;
}
