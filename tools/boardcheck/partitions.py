"""The partition tables of the ESP32 boards: read from their CSV files, and checked.

The format and the rules are ESP-IDF's, from its guide "Partition Tables". Where IDF would fill an offset in, a table
here has to give it: the tools that flash read the same numbers.
"""

from dataclasses import dataclass

TABLE_END = 0x9000  # the table itself lies at 0x8000, 0x1000 long
APP_ALIGNMENT = 0x10000
DATA_ALIGNMENT = 0x1000
OTA_RECORD_SIZE = 0x2000  # two sectors, written by turns
LEAST_NVS = 0x3000
LONGEST_NAME = 16
FILES = "vfs"  # the name that MicroPython's flashbdev looks for


@dataclass(frozen=True)
class Partition:
    """A row of a table: `offset` and `size` in bytes."""

    name: str
    type: str
    subtype: str
    offset: int
    size: int

    @property
    def end(self):
        """The first byte behind it."""
        return self.offset + self.size

    @property
    def is_app(self):
        """Whether an application lies there."""
        return self.type == "app"


def parse(text):
    """The Partitions of a CSV table, in its order, and what is wrong with its rows, a text each."""
    found, faults = [], []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.partition("#")[0].split(",")]
        if cells == [""]:
            continue
        try:
            name, kind, subtype, offset, size = (cells + [""])[:5] if len(cells) < 6 else cells[:5]
            found.append(Partition(name, kind, subtype, int(offset, 0), int(size, 0)))
        except ValueError:
            faults.append(f"line {number}: expected name, type, subtype, offset, size with both numbers given")
    return found, faults


def check(partitions, flash_size):
    """What is wrong with a table for a flash memory of `flash_size` bytes: a list of texts, empty if all is well."""
    faults = []
    end = TABLE_END
    for partition in partitions:
        faults += _row_faults(partition)
        if partition.offset < end:
            faults.append(f"{partition.name}: begins at {partition.offset:#x}, what is before it ends at {end:#x}")
        end = partition.end
    if end > flash_size:
        faults.append(f"ends at {end:#x}, the flash memory at {flash_size:#x}")
    names = [partition.name for partition in partitions]
    faults += [f"{name}: there are two of that name" for name in sorted(set(names)) if names.count(name) > 1]
    return faults + _app_faults(partitions) + _data_faults(partitions)


def _row_faults(partition):
    faults = []
    if not 1 <= len(partition.name) < LONGEST_NAME:
        faults.append(f"{partition.name}: a name has 1 to {LONGEST_NAME - 1} letters")
    alignment = APP_ALIGNMENT if partition.is_app else DATA_ALIGNMENT
    if partition.offset % alignment:
        faults.append(f"{partition.name}: {partition.offset:#x} is no multiple of {alignment:#x}")
    if partition.size % DATA_ALIGNMENT or not partition.size:
        faults.append(f"{partition.name}: its size {partition.size:#x} is no multiple of {DATA_ALIGNMENT:#x}")
    return faults


def _app_faults(partitions):
    """One application, or two equal slots with the record that says which one starts."""
    apps = [partition for partition in partitions if partition.is_app]
    records = [partition for partition in partitions if (partition.type, partition.subtype) == ("data", "ota")]
    kinds = [app.subtype for app in apps]
    if kinds == ["factory"]:
        return ["there is one application, and an OTA record for two"] if records else []
    if kinds != ["ota_0", "ota_1"]:
        return [f"applications: expected factory, or ota_0 and ota_1, got {', '.join(kinds) or 'none'}"]
    faults = []
    if apps[0].size != apps[1].size:
        faults.append(f"the slots are not equal: {apps[0].size:#x} and {apps[1].size:#x}")
    if [record.size for record in records] != [OTA_RECORD_SIZE]:
        faults.append(f"two slots need one OTA record of {OTA_RECORD_SIZE:#x} bytes")
    return faults


def _data_faults(partitions):
    by_name = {partition.name: partition for partition in partitions}
    faults = []
    if FILES not in by_name or by_name[FILES].type != "data":
        faults.append(f"there is no data partition {FILES!r}: MicroPython would have no file system")
    nvs = [partition for partition in partitions if (partition.type, partition.subtype) == ("data", "nvs")]
    if not nvs or nvs[0].size < LEAST_NVS:
        faults.append(f"there is no data partition of subtype nvs with {LEAST_NVS:#x} bytes: Wi-Fi needs it")
    return faults


def first_app(partitions):
    """The Partition that an image flashed as the application goes to, None if there is none."""
    return next((partition for partition in partitions if partition.is_app), None)
