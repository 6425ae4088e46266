"""Checks each JSON value of the list in the file argv[1]; prints [configuration, problems] of each, a JSON line."""

import json
import sys

from firmware import config

with open(sys.argv[1], "rb") as file:
    values = json.load(file)
for value in values:
    print(json.dumps(config.Check(value)))
