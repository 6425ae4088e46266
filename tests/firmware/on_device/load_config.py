"""Loads the configuration file argv[1]; prints [configuration, problems] as JSON."""

import json
import sys

from firmware import config

print(json.dumps(config.Load(sys.argv[1])))
