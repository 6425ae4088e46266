"""Starts the device of the current folder as a board would, with the fake driver of the folder argv[1].

When Main returns, as it does on a board whose threads serve, it says so and stays as the REPL would. Ctrl-C there
stands for its user who types the start again.
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
    try:
        runtime.SleepMs(100)
    except KeyboardInterrupt:
        launcher.Main()
