"""Fetches Debian's source packages of another release, changing nothing on the host.

apt-get gets private directories and a source list of its own; the mirror is the machine's own, read from its
configuration, so that a local mirror or a proxy serves here as for everything else. apt checks the signatures.
"""

import platform
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from debian.deb822 import Deb822

from tools.failure import ToolError
from tools.step import run_step

APT_CONFIGURATION = Path("/etc/apt")

# How a source list may name the main archive of a Debian release.
RELEASES = {"bullseye", "bookworm", "trixie", "forky", "duke", "oldoldstable", "oldstable", "stable", "testing",
            "unstable", "sid"}  # fmt: skip

# A list's options that tell how to trust and read the mirror: they hold for another release on it as well.
# `Trusted` is not among them: it would turn the check of the signatures off.
KEPT_OPTIONS = ("Signed-By", "Check-Valid-Until")

MIRROR_HINT = (
    "If a public key is not available: upgrade the package debian-archive-keyring. If the mirror does not answer or\n"
    "lacks this release: name another in /etc/apt, or give a full checkout of MicroPython's tag v1.25.0:\n\n"
    "    make MPY_DIR=/path/to/micropython ..."
)


@dataclass
class AptSource:
    """One entry of apt's source lists, in either format. `options` has the names of the deb822 format."""

    uris: list
    suites: list
    components: list
    options: dict = field(default_factory=dict)


def parse_one_line(text):
    """The entries of a `.list` file: `deb [option=value ...] uri suite component ...` a line."""
    sources = []
    for line in text.splitlines():
        match = re.match(r"\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s*)?([^#]*)", line)
        words = match.group(2).split() if match else []
        if len(words) < 2:
            continue
        options = dict(word.split("=", 1) for word in (match.group(1) or "").split() if "=" in word)
        options = {name.rstrip("+-").title(): value for name, value in options.items()}
        sources.append(AptSource(words[:1], words[1:2], words[2:], options))
    return sources


def parse_deb822(text):
    """The entries of a `.sources` file: paragraphs of `Field: value`. Those with `Enabled: no` are left out."""
    sources = []
    for paragraph in Deb822.iter_paragraphs(text.splitlines(), use_apt_pkg=False):
        if paragraph.get("Enabled", "yes").lower() in ("no", "false", "0", "off", "without", "disable"):
            continue
        uris, suites, components = (paragraph.get(name, "").split() for name in ("URIs", "Suites", "Components"))
        options = {name: paragraph[name] for name in KEPT_OPTIONS if name in paragraph}
        sources.append(AptSource(uris, suites, components, options))
    return sources


def machine_sources(configuration=APT_CONFIGURATION):
    """All entries of the machine's source lists, in apt's order."""
    sources = []
    for path in [configuration / "sources.list", *sorted((configuration / "sources.list.d").glob("*"))]:
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".list":
            sources += parse_one_line(text)
        elif path.suffix == ".sources":
            sources += parse_deb822(text)
    return sources


def debian_source(sources):
    """The first entry that is the main archive of a Debian release. Raises ToolError if there is none."""
    for source in sources:
        if source.uris and RELEASES.intersection(source.suites) and "main" in source.components:
            return source
    raise ToolError(
        "no Debian mirror in this machine's apt configuration (/etc/apt/sources.list, /etc/apt/sources.list.d), so\n"
        f"there is nowhere to take MicroPython's source from on this {platform.system()} machine. Give a full checkout "
        "of its tag v1.25.0 instead:\n\n    make MPY_DIR=/path/to/micropython ..."
    )


def source_list(source, suite):
    """The text of a `.sources` file for the source packages of `suite` on the mirror of `source`."""
    lines = ["Types: deb-src", f"URIs: {source.uris[0]}", f"Suites: {suite}", "Components: main"]
    lines += [f"{name}: {source.options[name]}" for name in KEPT_OPTIONS if name in source.options]
    return "\n".join(lines) + "\n"


def fetch_sources(packages, suite, folder, configuration=APT_CONFIGURATION):
    """Download the source packages named in `packages` from Debian's `suite` into `folder` (new or empty).

    What comes is unpacked by nobody yet: a .dsc file and its archives each. Raises ToolError.
    """
    apt = folder / "apt"
    for private in ("lists/partial", "cache/archives/partial"):
        (apt / private).mkdir(parents=True)
    listed = apt / "debian.sources"
    listed.write_text(source_list(debian_source(machine_sources(configuration)), suite), encoding="utf-8")
    private_options = {
        "Dir::Etc::sourcelist": listed,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "Acquire::Languages": "none",
        "APT::Get::AllowUnauthenticated": "false",
        "Acquire::AllowInsecureRepositories": "false",
        # apt warns and goes on with the old list where a mirror fails; here there is no old list to go on with.
        "APT::Update::Error-Mode": "any",
    }
    apt_get = ["apt-get", *(word for name, value in private_options.items() for word in ("-o", f"{name}={value}"))]
    try:
        run_step(f"Debian {suite}: reading the list of sources", [*apt_get, "update"], "apt-sources")
    except ToolError as error:
        raise ToolError(f"{error}\n\n{MIRROR_HINT}") from None
    run_step(
        f"Debian {suite}: downloading {shlex.join(packages)}",
        [*apt_get, "source", "--download-only", "--only-source", *packages],
        "apt-download",
        cwd=folder,
    )
