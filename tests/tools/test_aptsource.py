"""The mirror is found in the machine's apt configuration, in both of its formats."""

import hashlib
import shutil

import pytest

from tools import step
from tools.aptsource import debian_source, fetch_sources, machine_sources, parse_deb822, parse_one_line, source_list
from tools.failure import ToolError

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/other.gpg] https://packages.example/other stable-x main
deb-src http://sources.example/debian bookworm contrib
deb\t[ signed-by=/usr/share/keyrings/mirror.gpg check-valid-until=no trusted=yes ]  http://mirror.example/debian  bookworm  main contrib # ours
deb http://security.example/debian-security bookworm-security main
nonsense
deb
"""  # noqa: E501

DEB822 = """\
# The first paragraph is off.
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

# An old mirror.
Types: deb deb-src
URIs: http://first.example/debian http://second.example/debian
Suites: bookworm bookworm-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
Trusted: yes
"""

INLINE_KEY = """\
Types: deb
URIs: http://keyed.example/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEZMI3VBYJKwYBBAHaRw8BAQdA
 -----END PGP PUBLIC KEY BLOCK-----
"""


def test_one_line_format():
    sources = parse_one_line(ONE_LINE)
    assert [(source.uris, source.suites, source.components) for source in sources] == [
        (["https://packages.example/other"], ["stable-x"], ["main"]),
        (["http://sources.example/debian"], ["bookworm"], ["contrib"]),
        (["http://mirror.example/debian"], ["bookworm"], ["main", "contrib"]),
        (["http://security.example/debian-security"], ["bookworm-security"], ["main"]),
    ]


def test_the_mirror_of_the_one_line_format():
    assert source_list(debian_source(parse_one_line(ONE_LINE)), "trixie") == (
        "Types: deb-src\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/mirror.gpg\nCheck-Valid-Until: no\n"
    )


def test_the_mirror_of_the_deb822_format():
    assert source_list(debian_source(parse_deb822(DEB822)), "trixie") == (
        "Types: deb-src\nURIs: http://first.example/debian\nSuites: trixie\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )


def test_signatures_stay_checked():
    """`Trusted: yes` would turn the check off; it is never handed on."""
    for source in parse_one_line(ONE_LINE) + parse_deb822(DEB822):
        assert "Trusted" not in source_list(source, "trixie")


def test_a_key_in_the_list_itself_is_kept_whole():
    (source,) = parse_deb822(INLINE_KEY)
    (again,) = parse_deb822(source_list(source, "trixie"))
    assert again.options["Signed-By"] == source.options["Signed-By"]
    assert "mDMEZMI3VBYJKwYBBAHaRw8BAQdA" in again.options["Signed-By"]


def test_all_lists_of_a_machine_are_read(tmp_path):
    (tmp_path / "sources.list").write_text("deb http://a.example/debian bookworm main\n")
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "b.list").write_text("deb http://b.example/debian bookworm main\n")
    (tmp_path / "sources.list.d" / "c.sources").write_text(INLINE_KEY)
    (tmp_path / "sources.list.d" / "d.list.save").write_text("deb http://d.example/debian bookworm main\n")
    assert [source.uris[0] for source in machine_sources(tmp_path)] == [
        "http://a.example/debian",
        "http://b.example/debian",
        "http://keyed.example/debian",
    ]


@pytest.mark.parametrize("lists", ["", "deb http://ubuntu.example/ubuntu noble main universe\n"])
def test_no_debian_mirror(lists):
    with pytest.raises(ToolError, match=r"no Debian mirror(?s:.*)make MPY_DIR="):
        debian_source(parse_one_line(lists))


@pytest.mark.skipif(not shutil.which("apt-get"), reason="this system has no apt-get")
def test_an_unsigned_mirror_is_refused(tmp_path, monkeypatch):
    """Even where the machine itself trusts it. A mirror on the disk will do: apt treats it as any other."""
    monkeypatch.setattr(step, "LOGS", tmp_path / "logs")
    release = tmp_path / "mirror" / "dists" / "trixie"
    sources = release / "main" / "source" / "Sources"
    sources.parent.mkdir(parents=True)
    sources.write_bytes(b"")
    entry = f" {hashlib.sha256(b'').hexdigest()} 0 main/source/Sources"
    (release / "Release").write_text(f"Suite: stable\nCodename: trixie\nComponents: main\nSHA256:\n{entry}\n")
    (tmp_path / "apt").mkdir()
    (tmp_path / "apt" / "sources.list").write_text(f"deb [trusted=yes] file:{tmp_path}/mirror bookworm main\n")
    (tmp_path / "fetched").mkdir()
    with pytest.raises(ToolError, match=r"is not signed(?s:.*)debian-archive-keyring(?s:.*)make MPY_DIR="):
        fetch_sources(["micropython"], "trixie", tmp_path / "fetched", tmp_path / "apt")
    assert list((tmp_path / "fetched").iterdir()) == [tmp_path / "fetched" / "apt"]
