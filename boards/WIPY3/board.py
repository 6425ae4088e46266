"""The board, for the firmware around the server: its name, its antenna switch."""

NAME = "WIPY3"

# GPIO 21, the header's P12. (It was GPIO 16 on the WiPy 2: here that one is the external memory's chip select.)
_ANTENNA_PIN = 21


def SetAntenna(isExternal):
    """Connect the radio to the U.FL socket (True) or to the antenna on the module (False)."""
    from machine import Pin

    if isExternal:
        Pin(_ANTENNA_PIN, Pin.OUT, value=1)
    else:
        # A resistor pulls the switch to the module's own antenna: the pin is free for the application.
        Pin(_ANTENNA_PIN, Pin.IN)
