#!/usr/bin/env python3
"""Stands in for ESP-IDF's idf.py: says how it was called, and leaves the files that its build would leave."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, os.environ["REPOSITORY"])

from tools.boardcheck import partitions as table
from tools.flashing import partitions as binary

words = sys.argv[1:]
given = dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "-D")
build = Path(words[words.index("-B") + 1])
folder = Path(given["MICROPY_BOARD_DIR"])
name = "partitions-ota.csv" if given.get("MICROPY_BOARD_VARIANT") == "OTA" else "partitions.csv"
rows, faults = table.parse((folder / name).read_text())
assert not faults and words[-1] == "build"
for part in ("bootloader", "partition_table"):
    (build / part).mkdir(parents=True, exist_ok=True)
(build / "called.json").write_text(json.dumps(given))
(build / "sdkconfig").write_text(os.environ["FAKE_SDKCONFIG"])
(build / "bootloader/bootloader.bin").write_bytes(b"\xe9boot loader")
(build / "partition_table/partition-table.bin").write_bytes(binary.build(rows))
(build / "micropython.bin").write_bytes(b"\xe9application")
(build / "project_description.json").write_text('{"git_revision": "v5.2.2"}')
