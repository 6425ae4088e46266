"""Stands in for the WiPy's module `machine`."""


def unique_id():
    return b"\x00\x01\x02\xab\xcd\xef"


class UART:
    def __init__(self, number, baud):
        self.settings = (number, baud)
