"""Runs after boot.py: serves until Ctrl-C."""

import device

device.Main()
