"""The power is cut at every write to the flash memory: the device starts with the old or the new, never with a half."""

import hashlib
import json
from pathlib import Path

import pytest
from mpremote.transport import Transport

from tools.remote import Remote

SCRIPT = Path(__file__).parent / "on_device" / "cut_power.py"
# What the tools send: the file's path, its old and its new content.
SENT = {
    "upload": ("page.html", b"o" * 3072, b"n" * 3072),
    "edit": ("config.json", b'{"server": {"port": 1001}}', b'{"server": {"port": 1002}}'),
}


class Recorder(Transport):
    """Keeps what a board would be told to execute: `programs`, a list of str."""

    def __init__(self, content):
        self.programs = []
        self._content = content

    def exec(self, command, data_consumer=None):
        self.programs.append(command)
        return b""

    def fs_hashfile(self, path, algorithm, chunk_size=256):
        return hashlib.new(algorithm, self._content).digest()


def programs_to_send(path, content):
    """What `make upload` and `make config` have a board execute for one file, a list of str."""
    remote = Remote.__new__(Remote)  # at no port
    remote._transport = Recorder(content)
    remote.write(path, content)
    return remote._transport.programs


@pytest.mark.parametrize("how", ["before", "torn"])
@pytest.mark.parametrize(
    ("case", "old_and_new", "least_cuts"),
    [
        ("upload", {"o", "n"}, 10),
        ("edit", {"1001", "1002"}, 4),
        ("good", {"1001", "1002"}, 10),
        ("restore", {"1003", "1001"}, 5),
        ("starts", {"1", "2"}, 2),
    ],
)
def test_old_or_new(micropython, tmp_path, case, old_and_new, least_cuts, how):
    programs = [programs_to_send(SENT[case][0], content) for content in SENT[case][1:]] if case in SENT else []
    (tmp_path / "programs.json").write_text(json.dumps(programs))
    result = json.loads(micropython.run(SCRIPT, [case, how, tmp_path / "programs.json"]).splitlines()[-1])
    print(result)
    # Both must have been seen, or the cuts did not fall where they matter.
    assert result["cuts"] > least_cuts
    assert set(result["found"]) == old_and_new


def test_what_is_sent_goes_under_another_name_first():
    programs = programs_to_send("page.html", b"x" * 1000)
    assert programs[0].startswith("f=open('.upload.new','wb')")
    assert programs[-1] == "import os\nos.rename('.upload.new', 'page.html')"
