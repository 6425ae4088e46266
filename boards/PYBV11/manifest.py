# The port's own modules, the board with its Ethernet, then what every board freezes.
include("$(PORT_DIR)/boards/manifest.py")
include("$(PORT_DIR)/boards/manifest_pyboard.py")
module("board.py", opt=3)
include("../../manifest.py")
