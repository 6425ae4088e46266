# The Pyboard D SF2 as MicroPython has it, without Bluetooth: its memory is the server's.
MICROPY_PY_BLUETOOTH = 0
MICROPY_BLUETOOTH_NIMBLE = 0
include boards/PYBD_SF2/mpconfigboard.mk

# The frozen modules run from the flash memory outside of the chip, as mbedTLS does.
LD_FILES := $(BOARD_DIR)/frozen.ld $(LD_FILES)
TEXT1_SECTIONS += .frozen_ext

# Other paths in the debug information would be all that differs between two folders' builds.
CFLAGS_EXTRA += -ffile-prefix-map=$(abspath $(TOP))=micropython -ffile-prefix-map=$(abspath $(BUILD))=build
