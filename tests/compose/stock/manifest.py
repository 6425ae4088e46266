# What a stock firmware of the emulated board would freeze: what mounts its files, and MicroPython's own library.
module("_boot.py", base_path="$(BOARD_DIR)", opt=3)
include("$(MPY_DIR)/extmod/asyncio")
