"""Edits a board's config.json: reads it over the serial port or by FTP, opens it in your editor, checks it, sends it.

It is sent whole or not at all.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import reach
from tools.failure import ToolError

FILE = "config.json"
SCHEMA = Path(__file__).with_name("config_schema.json")
MAX_BYTES = 8192  # as the firmware has it, modules/firmware/config.py
FIRST = {"hostname": "mws2", "wifi": {"networks": []}, "server": {"port": 80, "root": "webroot"}}


def problems(text):
    """What is wrong with the configuration `text` (str), a list of sentences; empty when it is good."""
    import jsonschema

    if len(text.encode()) > MAX_BYTES:
        return [f"it has {len(text.encode()):,} bytes, {MAX_BYTES:,} at most are read"]
    try:
        data = json.loads(text)
    except ValueError as error:
        return [f"it is no JSON: {error}"]
    except RecursionError:
        return ["it is nested too deeply"]
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    found = sorted(validator.iter_errors(data), key=lambda error: error.json_path)
    # The value itself may be a password: say where and what was expected, never what was found.
    return [f"{error.json_path.removeprefix('$').lstrip('.') or 'the file'}: {_expected(error)}" for error in found]


# How a rule of the schema is said, with what it asks for.
_SAYINGS = {
    "type": lambda wanted: wanted if isinstance(wanted, str) else " or ".join(wanted),
    "enum": lambda wanted: " or ".join(map(json.dumps, wanted)),
    "minLength": "{} characters or more".format,
    "maxLength": "{} characters or less".format,
    "maxItems": "{} elements at most".format,
}


def _expected(error):
    """What a jsonschema error says was expected, without the value that was found."""
    rule, schema = error.validator, error.schema
    if rule in ("additionalProperties", "required"):
        return error.message
    if "minimum" in schema:
        return f"expected {schema['minimum']}..{schema['maximum']}"
    if rule in _SAYINGS:
        return f"expected {_SAYINGS[rule](error.validator_value)}"
    return f"expected {schema.get('description', rule)}"


def edit(text):
    """Let the user edit `text` in their editor until it is good or they give up. Returns it.

    Raises ToolError, with the name of the file that keeps what was written, if they give up.
    """
    with tempfile.NamedTemporaryFile("w", suffix=f"-{FILE}", delete=False, encoding="utf-8") as file:
        file.write(text)
    path = Path(file.name)
    while True:
        run_editor(path)
        try:
            edited = path.read_text(encoding="utf-8-sig")
            found = problems(edited)
        except UnicodeDecodeError:
            found = ["it is no text in UTF-8: have your editor save it so"]
        if not found:
            path.unlink()
            return edited
        print("config: not sent, it is not right:\n" + "\n".join(f"  {problem}" for problem in found), flush=True)
        if not wants_to_go_on():
            raise ToolError(f"nothing was sent, the board is as it was. What you wrote is in {path}")


def run_editor(path):
    """Open `path` in the editor that VISUAL or EDITOR names. Raises ToolError if there is none, or if it fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "editor"
    try:
        status = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode
    except OSError as error:
        raise ToolError(f"the editor {editor!r} cannot be run ({error.strerror}). Name yours: EDITOR=nano") from None
    if status:
        raise ToolError(f"the editor {editor!r} ended with status {status}: nothing was sent. Your text is in {path}")


def wants_to_go_on():
    """Whether the user wants to edit again; somebody who cannot be asked does not."""
    return sys.stdin.isatty() and input("Edit again? [Y/n] ").strip().lower() in ("", "y", "yes")


def main(arguments):
    """The verb `config`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools config", description=__doc__)
    reach.add_options(parser)
    options = parser.parse_args(arguments)
    with reach.connected(options) as remote:
        data = remote.read(FILE)
    # The board serves on while its user thinks.
    old = json.dumps(FIRST, indent=2) + "\n" if data is None else data.decode("utf-8-sig", "replace")
    new = edit(old)
    if data is not None and new == old:
        print("config: unchanged, nothing was sent")
        return
    with reach.connected(options) as remote:
        remote.write(FILE, new.encode())
        print(f"config: sent {FILE} ({len(new.encode()):,} bytes)")
        remote.restart_and_tell("config")
