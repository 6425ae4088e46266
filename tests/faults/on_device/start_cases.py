"""Counts starts as argv says and prints what each was: `h` a hard start, `s` a soft one, `ok` it served, `^C` a person.

Prints `safe` or `normal` for each start, and what the file holds at the end.
"""

import sys

from firmware import runtime, starts

path = sys.argv[1]
soft = [False]
runtime.IsSoftReset = lambda: soft[0]
for event in sys.argv[2:]:
    if event == "ok":
        starts.Forget(path)
    elif event == "^C":
        starts.Interrupt(path)
    else:
        soft[0] = event == "s"
        print("safe" if starts.Begin(path) else "normal")
try:
    with open(path) as file:
        print("file", file.read())
except OSError:
    print("no file")
