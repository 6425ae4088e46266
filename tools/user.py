"""Makes the entry of a user for a device's config.json: the name, and a salted hash of the password.

The password is asked for twice and not shown. With --config the entry goes into that file; otherwise it is printed.
"""

import argparse
import getpass
import json
import os
import secrets
import sys
from pathlib import Path

from tools.failure import ToolError
from tools.paths import MODULES

sys.path.insert(0, str(MODULES))

from firmware import config
from MicroWebSrv2.libs.passwords import ROUNDS, MakeHash

LEAST_LENGTH = 8
SALT_BYTES = 12
# SHA-1 in Python takes a board without `hashlib` some milliseconds a round.
SHA1_ROUNDS = 20


def entry(name, password, rounds, algorithm):
    """The user as an element of `users`, a dict. Raises ToolError for a name that the device does not take."""
    user = {"name": name, "hash": MakeHash(password, secrets.token_bytes(SALT_BYTES), rounds, algorithm)}
    problems = config.Check({"users": [user]})[1]
    if problems:
        raise ToolError("; ".join(problems))
    return user


def ask_password():
    """The password, typed twice. Raises ToolError for one too short, two that differ, or where nobody types."""
    password = _typed("Password: ")
    if len(password) < LEAST_LENGTH:
        raise ToolError(f"the password has {len(password)} characters, {LEAST_LENGTH} are the least. Longer is better.")
    if _typed("Again: ") != password:
        raise ToolError("the two passwords differ. Try again.")
    return password


def _typed(prompt):
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise ToolError("no password was typed. Expected it twice, at the terminal.") from None


def read_config(path):
    """The object in the file, {} if there is no such file. Raises ToolError if it holds something else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise ToolError(f"{path}: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("users", []), list):
        raise ToolError(f"{path}: expected an object whose `users` is a list")
    return data


def put(data, user):
    """Put a user into a configuration, in the place of one of the same name."""
    users = [other for other in data.get("users", []) if not is_named(other, user["name"])]
    data["users"] = [*users, user]


def is_named(other, name):
    """Whether an element of `users` is the user `name`; it may be anything, a file says what it likes."""
    return isinstance(other, dict) and other.get("name") == name


def write_config(path, data):
    """Write the file whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def main(arguments):
    """The verb `user`. Raises ToolError."""
    parser = argparse.ArgumentParser(prog="python3 -m tools user", description=__doc__)
    parser.add_argument("name", help="the user's name, without colons")
    parser.add_argument("--config", type=Path, help="a config.json to put the user into")
    parser.add_argument("--remove", action="store_true", help="take the user out of --config")
    parser.add_argument("--sha1", action="store_true", help="for a board without hashlib, as the WiPy 1.0")
    parser.add_argument("--rounds", type=int, help=f"of the hash (default: {ROUNDS}, with --sha1 {SHA1_ROUNDS})")
    options = parser.parse_args(arguments)
    data = read_config(options.config) if options.config else {}
    if options.remove:
        remove(options, data)
        return
    usual = SHA1_ROUNDS if options.sha1 else ROUNDS
    rounds = usual if options.rounds is None else options.rounds
    if not 1 <= rounds <= 9999999:
        raise ToolError(f"--rounds: expected 1 to 9999999, got {rounds}")
    entry(options.name, "name", 1, "sha1")  # a bad name is told before the password is asked for
    user = entry(options.name, ask_password(), rounds, "sha1" if options.sha1 else "sha256")
    if not options.config:
        print(json.dumps({"users": [user]}, ensure_ascii=False))
        return
    put(data, user)
    write_config(options.config, data)
    print(f"{options.config}: the user {options.name} is in it; the device asks for it after its next start")


def remove(options, data):
    """Take the user out of the file. Raises ToolError if it is not there."""
    users = data.get("users", [])
    left = [other for other in users if not is_named(other, options.name)]
    if not options.config or len(left) == len(users):
        raise ToolError(f"there is no user {options.name} in {options.config or '--config, which is not given'}.")
    data["users"] = left
    write_config(options.config, data)
    print(f"{options.config}: the user {options.name} is out of it{'' if left else '; nobody is asked any more'}")
