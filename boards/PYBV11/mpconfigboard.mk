# The Pyboard v1.1 as MicroPython has it, with Ethernet by a W5500.
include boards/PYBV11/mpconfigboard.mk

# lwIP on the board, the W5500 carrying its frames: the chip's own sockets would block.
MICROPY_PY_LWIP = 1
MICROPY_PY_NETWORK_WIZNET5K = 5500

# TLS, and with it SHA-1, which WebSockets begin with.
MICROPY_PY_SSL = 1
MICROPY_SSL_MBEDTLS = 1

# Other paths in the debug information would be all that differs between two folders' builds.
CFLAGS_EXTRA += -ffile-prefix-map=$(abspath $(TOP))=micropython -ffile-prefix-map=$(abspath $(BUILD))=build
