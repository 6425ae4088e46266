"""Runs first: prepares the device without blocking and without raising."""

import device

device.Boot()
