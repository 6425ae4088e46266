# The port's own modules, the name of the board, then what every board freezes.
include("$(PORT_DIR)/boards/manifest.py")
module("board.py", opt=3)
include("../../manifest.py")
