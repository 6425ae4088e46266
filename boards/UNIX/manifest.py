# The port's share, as far as its sources have it without micropython-lib, then what every board freezes.
include("$(MPY_DIR)/extmod/asyncio")
include("../../manifest.py")
