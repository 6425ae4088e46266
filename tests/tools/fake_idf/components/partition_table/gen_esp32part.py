"""Stands in for ESP-IDF's gen_esp32part.py, as far as MicroPython's makeimg.py asks for it."""

import os
import sys

sys.path.insert(0, os.environ["REPOSITORY"])

from tools.flashing import partitions

APP_TYPE = "app"


class PartitionTable:
    """The table's rows."""

    @staticmethod
    def from_binary(data):
        """The rows of a binary table."""
        return partitions.parse(data, "the table")
