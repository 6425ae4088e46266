"""The board, for the firmware around the server: its name, its antenna switch."""

NAME = "PYBD_SF2"


def SetAntenna(isExternal):
    """Connect the radio to the U.FL socket (True) or to the antenna on the module (False, as after power on)."""
    import network

    network.WLAN(network.STA_IF).config(antenna=1 if isExternal else 0)
