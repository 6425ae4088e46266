#ifndef MPS2_AN385_LWIP_ARCH_CC_H
#define MPS2_AN385_LWIP_ARCH_CC_H

// What lwIP asks of the compiler. MicroPython's own extmod/lwip-include/arch/cc.h is older than lwIP 2.2.

#include <assert.h>

#define LWIP_NO_CTYPE_H 1
#define LWIP_NO_UNISTD_H 1
#define LWIP_PLATFORM_DIAG(message)
#define LWIP_PLATFORM_ASSERT(message) { assert(!message); }

#endif // MPS2_AN385_LWIP_ARCH_CC_H
