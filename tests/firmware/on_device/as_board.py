"""Starts the device of the current folder as a board would, with the fake driver of the folder argv[1].

When Main returns, as it does on a board whose threads serve, it says so and stays as the REPL would.
"""

import sys

sys.path.append(sys.argv[1])

import network as driver

from firmware import launcher, runtime


class Now:
    """The fake driver's clock shows the device's uptime."""

    def __getitem__(self, index):
        return runtime.UptimeSec()


driver.now = Now()
driver.JOIN_SEC = 0
driver.air["home"] = "home home home"
runtime.IsHosted = lambda: False

launcher.Boot()
print("BOOTED")
launcher.Main()
print("RETURNED")
while True:
    runtime.SleepMs(100)
