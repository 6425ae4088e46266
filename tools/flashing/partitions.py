"""The partition table as it lies in an ESP32's flash memory: 32 bytes an entry, then an MD5 of them.

Source: ESP-IDF, Programming Guide, "Partition Tables", and components/partition_table/gen_esp32part.py. The CSV form,
and what is asked of a table of ours, are in boardcheck/partitions.py.
"""

import hashlib
import struct

from tools.boardcheck.partitions import Partition
from tools.failure import ToolError

OFFSET = 0x8000
MOST_BYTES = 0xC00

_ENTRY = struct.Struct("<2sBBII16sI")
_MAGIC = b"\xaa\x50"
_MD5_MAGIC = b"\xeb\xeb" + b"\xff" * 14
_END = b"\xff" * _ENTRY.size

# By the names of the CSV form; another number is written as itself.
TYPES = {0x00: "app", 0x01: "data"}
SUBTYPES = {
    "app": {0x00: "factory", **{0x10 + slot: f"ota_{slot}" for slot in range(16)}},
    "data": {0x00: "ota", 0x01: "phy", 0x02: "nvs", 0x81: "fat", 0x82: "spiffs", 0x83: "littlefs"},
}


def parse(data, where):
    """The Partitions of a table's bytes, in their order; `where` names their place to the user.

    Raises ToolError for what is no table, or one whose MD5 is another.
    """
    found, at = [], 0
    while data[at : at + 2] == _MAGIC and at + _ENTRY.size <= len(data):
        found.append(_partition(*_ENTRY.unpack_from(data, at)))
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


def _partition(_magic, kind, subtype, offset, size, name, _flags):
    kind = TYPES.get(kind, f"{kind:#x}")
    subtype = SUBTYPES.get(kind, {}).get(subtype, f"{subtype:#x}")
    return Partition(name.rstrip(b"\0").decode("utf-8", "replace"), kind, subtype, offset, size)


def build(table):
    """The bytes of a list of Partitions, as `parse` reads them."""
    data = b""
    for one in table:
        kind = next(number for number, name in TYPES.items() if name == one.type)
        subtype = next(number for number, name in SUBTYPES[one.type].items() if name == one.subtype)
        data += _ENTRY.pack(_MAGIC, kind, subtype, one.offset, one.size, one.name.encode(), 0)
    data += _MD5_MAGIC + hashlib.md5(data).digest()
    return data.ljust(MOST_BYTES, b"\xff")


def ota_record(table):
    """The Partition that says which of two apps runs, or None."""
    return next((one for one in table if (one.type, one.subtype) == ("data", "ota")), None)
