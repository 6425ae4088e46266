"""Makes memory short: for programs that run on a MicroPython."""

import gc

LARGEST = 65536  # bytes of the first piece that is tried


def hold(held, free):
    """Fill the list `held` with pieces of memory until no more than `free` bytes can be had, or the list is full."""
    spare = bytearray(free) if free else None
    i, size = 0, LARGEST
    while size >= 16 and i < len(held):
        try:
            held[i] = bytearray(size)
            i += 1
        except MemoryError:
            size //= 2
    del spare
    gc.collect()


def give_back(held):
    """Hold nothing."""
    for i in range(len(held)):
        held[i] = None
    gc.collect()
