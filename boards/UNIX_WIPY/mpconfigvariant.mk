# The interpreter of the WiPy 1.0, as MicroPython's unix port: for tests, and to measure what the server takes of its heap.

# Words and pointers of 32 bits, and objects as large as on the board.
MICROPY_FORCE_32BIT = 1

MICROPY_PY_FFI = 0
MICROPY_PY_JNI = 0
MICROPY_PY_BTREE = 0
MICROPY_PY_TERMIOS = 0
MICROPY_PY_SSL = 0
MICROPY_SSL_AXTLS = 0
MICROPY_SSL_MBEDTLS = 0

MICROPY_VFS_FAT = 1
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 0

# Other paths in the debug information would be all that differs between two folders' builds.
CFLAGS_EXTRA += -ffile-prefix-map=$(abspath $(TOP))=micropython -ffile-prefix-map=$(abspath $(BUILD))=build
