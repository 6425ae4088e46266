"""Puts a newer firmware on a board, which keeps its config.json and its webroot."""

from tools import flashing


def main(arguments):
    """The verb `update`."""
    flashing.write("update", flashing.options_of("update", __doc__, arguments))
