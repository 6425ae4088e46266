"""Keyed digests on any runtime. Argument: a JSON file with rows; prints the digests in hex as a JSON list.

A row is ["hmac", name, key, data], ["pbkdf2", name, password, salt, rounds], all texts, or ["check", password, hash].
With a second argument the runtime has no `hashlib`, as some boards.
"""

import json
import sys
from binascii import hexlify

if len(sys.argv) > 2:
    sys.modules["hashlib"] = sys

from MicroWebSrv2.libs import passwords, seals


def result(row):
    if row[0] == "hmac":
        return hexlify(seals.Hmac(row[1], row[2].encode(), row[3].encode())).decode()
    if row[0] == "pbkdf2":
        return hexlify(seals.Pbkdf2(row[1], row[2].encode(), row[3].encode(), row[4])).decode()
    return passwords.CheckHash(row[1].encode(), row[2])


with open(sys.argv[1]) as file:
    rows = json.load(file)
print(json.dumps([result(row) for row in rows]))
