"""What the firmware wants to know of this board: its name and its wired network."""

import network

NAME = "MPS2_AN385"


def Ethernet():
    """Switch the wired interface on and return it; its address comes from DHCP a little later."""
    lan = network.LAN()
    lan.active(True)
    return lan
