"""CRC-32 as `binascii.crc32` has it, for interpreters without that function."""


def _entry(byte):
    for _ in range(8):
        byte = (byte >> 1) ^ (0xEDB88320 if byte & 1 else 0)
    return byte


_TABLE = [_entry(byte) for byte in range(256)]


def crc32(data, crc=0):
    """Return the checksum of `data` (bytes-like), going on from that of what came before."""
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF
