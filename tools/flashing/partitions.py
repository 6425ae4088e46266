"""The partition table of an ESP32's flash memory, as it lies there: 32 bytes an entry, then an MD5 of them.

Source: ESP-IDF, Programming Guide, "Partition Tables", and components/partition_table/gen_esp32part.py.
"""

import hashlib
import struct
from dataclasses import dataclass

from tools.failure import ToolError

OFFSET = 0x8000
MOST_BYTES = 0xC00

APP = 0x00
DATA = 0x01
APP_FACTORY = 0x00
APP_OTA_0 = 0x10
DATA_OTA = 0x00

_ENTRY = struct.Struct("<2sBBII16sI")
_MAGIC = b"\xaa\x50"
_MD5_MAGIC = b"\xeb\xeb" + b"\xff" * 14
_END = b"\xff" * _ENTRY.size


@dataclass(frozen=True)
class Partition:
    """One entry: `type` and `subtype` as the constants above, `offset` and `size` in bytes of the flash memory."""

    name: str
    type: int
    subtype: int
    offset: int
    size: int


def parse(data, where):
    """The Partitions of a table's bytes, in their order; `where` names their place to the user.

    Raises ToolError for what is no table, or one whose MD5 is another.
    """
    found, at = [], 0
    while data[at : at + 2] == _MAGIC and at + _ENTRY.size <= len(data):
        _, kind, subtype, offset, size, name, _ = _ENTRY.unpack_from(data, at)
        found.append(Partition(name.rstrip(b"\0").decode("utf-8", "replace"), kind, subtype, offset, size))
        at += _ENTRY.size
    last = data[at : at + _ENTRY.size]
    if last[:16] == _MD5_MAGIC:
        if last[16:] != hashlib.md5(data[:at]).digest():
            raise ToolError(f"{where}: the partition table is damaged, its MD5 is another.")
    elif last != _END:
        found = []
    if not found:
        raise ToolError(f"{where}: there is no partition table.")
    return found


def first_app(table):
    """The Partition that runs after a first flash: the factory's, or the first of two for updates; None without one."""
    for wanted in (APP_FACTORY, APP_OTA_0):
        for partition in table:
            if (partition.type, partition.subtype) == (APP, wanted):
                return partition
    return None


def ota_data(table):
    """The Partition that says which of two apps runs, or None."""
    return next((one for one in table if (one.type, one.subtype) == (DATA, DATA_OTA)), None)


def named(table, name):
    """The Partition of that name, or None."""
    return next((one for one in table if one.name == name), None)
