# The mounted file system and asyncio, as on an ESP32, the board's own module, and what every board freezes.
module("_boot.py", opt=3)
module("board.py", opt=3)
include("$(MPY_DIR)/extmod/asyncio")
include("../../manifest.py")
