# The port's own modules, asyncio, and what every board freezes.
freeze("modules", ("_boot.py", "board.py"), opt=3)
include("$(MPY_DIR)/extmod/asyncio")
include("../../manifest.py")
