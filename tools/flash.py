"""Puts a board's firmware on it for the first time: what was on it is gone afterwards."""

from tools import flashing


def main(arguments):
    """The verb `flash`."""
    flashing.write("flash", flashing.options_of("flash", __doc__, arguments))
