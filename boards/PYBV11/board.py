"""The board, for the firmware around the server: its name, its Ethernet, a W5500 on SPI 1.

It is wired so:

    W5500    INTn  RSTn  SCSn  SCLK  MISO  MOSI    and 3V3, GND
    Pyboard  X3    X4    X5    X6    X7    X8
"""

NAME = "PYBV11"


def Ethernet():
    """Switch the W5500 on and return its interface, which asks for an address by DHCP. Raises OSError."""
    import network
    from machine import SPI, Pin

    # 21 MHz, the bus's quarter; the chip is good for 33 (W5500 data sheet, section 5.5.4).
    spi = SPI(1, baudrate=21000000)
    # Without its interrupt the driver would look for frames 8 times a second only.
    interface = network.WIZNET5K(spi, Pin("X5"), Pin("X4"), Pin("X3"))
    interface.active(True)
    return interface
