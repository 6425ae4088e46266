"""The board, for the firmware around the server: its name, its Ethernet."""

NAME = "MPS2_AN385"


def Ethernet():
    """Switch the wired interface on and return it; its address comes from DHCP a little later. Raises OSError."""
    import network

    interface = network.LAN()
    interface.active(True)
    return interface
