"""HMAC, PBKDF2, password hashes on every runtime, by the standard library's; attempts, signed values, users."""

import hashlib
import hmac
import json
import os
import re
from pathlib import Path

import pytest

from MicroWebSrv2.libs.passwords import MakeHash

FOLDER = Path(__file__).parent
CHECKS = FOLDER.parent / "sockets" / "programs"
KEYS = ("", "k", "x" * 63, "x" * 64, "x" * 65, "x" * 200, "\u20ac")
SALT = bytes(range(12))


def run_keyed(runtime, path, rows, *arguments):
    path.write_text(json.dumps(rows))
    return json.loads(runtime.run(FOLDER / "programs" / "keyed.py", [path, *arguments], heap="1m"))


@pytest.fixture
def rows_file(tmp_path):
    return tmp_path / "rows.json"


@pytest.mark.parametrize("name", ["sha256", "sha1"])
def test_hmac(runtime, rows_file, name):
    rows = [["hmac", name, key, data] for key in KEYS for data in ("", "a", "x" * 64, "y" * 1000)]
    expected = [hmac.new(row[2].encode(), row[3].encode(), name).hexdigest() for row in rows]
    assert run_keyed(runtime, rows_file, rows) == expected


@pytest.mark.parametrize("name", ["sha256", "sha1"])
def test_pbkdf2(runtime, rows_file, name):
    rows = [["pbkdf2", name, password, "salt", rounds] for password in KEYS[1:] for rounds in (1, 2, 100)]
    expected = [hashlib.pbkdf2_hmac(name, row[2].encode(), b"salt", row[4]).hex() for row in rows]
    assert run_keyed(runtime, rows_file, rows) == expected


def test_without_hashlib(runtime, rows_file):
    """A board without it has SHA-1 in Python."""
    rows = [["hmac", "sha1", key, "data"] for key in KEYS] + [["pbkdf2", "sha1", "password", "salt", 3]]
    expected = [hmac.new(row[2].encode(), b"data", "sha1").hexdigest() for row in rows[:-1]]
    expected.append(hashlib.pbkdf2_hmac("sha1", b"password", b"salt", 3).hex())
    assert run_keyed(runtime, rows_file, rows, "without") == expected


@pytest.mark.parametrize("name", ["sha256", "sha1"])
def test_password_hashes(runtime, rows_file, name):
    stored = MakeHash("p\u00e4ssword:1", SALT, 5, name)
    other = MakeHash("p\u00e4ssword:1", os.urandom(16), 5, name)
    assert stored != other
    rows = [["check", password, each] for each in (stored, other) for password in ("p\u00e4ssword:1", "password:1", "")]
    assert run_keyed(runtime, rows_file, rows) == [True, False, False] * 2


def test_values(runtime):
    program = FOLDER / "programs" / "values.py"
    wanted = re.findall(r"\w+", program.read_text().rpartition("\nrun(")[2].partition("]")[0])
    output = runtime.run(
        f"import sys\nsys.path.insert(0, {str(CHECKS)!r})\nexec(open({str(program)!r}).read())",
        heap="2m", files=[program, CHECKS / "checks.py"],
    )  # fmt: skip
    assert re.findall(r"^ok (\w+)$", output, re.MULTILINE) == wanted, output
