# MicroPython's unix port as a stand-in for a board: the modules a board has, none that need a host's library.

# One executable that needs the C library alone: no libffi, no Java, no Berkeley DB.
MICROPY_PY_FFI = 0
MICROPY_PY_JNI = 0
MICROPY_PY_BTREE = 0

# TLS compiled in from lib/mbedtls, as the boards have it.
MICROPY_PY_SSL = 1
MICROPY_SSL_AXTLS = 0
MICROPY_SSL_MBEDTLS = 1

# LittleFS 2 is the ESP32's file system, FAT the Pyboard's. LittleFS 1 is nobody's any more.
MICROPY_VFS_FAT = 1
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 1

# Other paths in the debug information would be all that differs between two folders' builds.
CFLAGS_EXTRA += -ffile-prefix-map=$(abspath $(TOP))=micropython -ffile-prefix-map=$(abspath $(BUILD))=build

# As quick as the boards' builds, which are not as short of space: -Os costs a tenth of the server's speed.
COPT = -O2
