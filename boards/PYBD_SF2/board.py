"""The board, for the firmware around the server: its name, its antenna switch."""

NAME = "PYBD_SF2"


def SetAntenna(isExternal):
    """Connect the radio to the U.FL socket (True) or to the antenna on the module (False)."""
    import network

    station = network.WLAN(network.STA_IF)
    if isExternal:
        # Switched on first: the driver chooses the module's own antenna whenever it starts the radio.
        station.active(True)
    if station.active():
        station.config(antenna=1 if isExternal else 0)
