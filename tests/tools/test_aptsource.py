"""The mirror is found in the machine's apt configuration, in both of its formats."""

import pytest

from tools.aptsource import debian_source, machine_sources, parse_deb822, parse_one_line, source_list
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
