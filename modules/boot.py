"""Runs first on a board: prepares the device without blocking and without raising."""

from firmware import launcher

launcher.Boot()
