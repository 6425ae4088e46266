"""Writes a firmware's bill of materials, CycloneDX in JSON: what is in the image, its version and its licence.

Which of MicroPython's libraries are in it is taken from the build itself: from the files that the compiler read. The
same build gives the same bytes: no date of today, no random number.
"""

import datetime
import hashlib
import json
import re
import uuid
from dataclasses import dataclass

from tools.micropython import COMMIT, VERSION
from tools.paths import MODULES

NAME = "sbom.cdx.json"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562 section 6.6: of URLs


@dataclass(frozen=True)
class Library:
    """One of MicroPython's libraries: its licence (SPDX), its place on GitHub, and where its own files say its version.

    `version`: a file below lib/NAME and a regular expression whose groups are the version's parts; None where no file
    says it. `tag` and `cpe`: the version's names on GitHub and in the lists of vulnerabilities, {} for the version.
    """

    licence: str = None
    home: str = None
    version: tuple = None
    tag: str = "v{}"
    cpe: str = None


# The licences are those of MicroPython's own LICENSE file.
LIBRARIES = {
    "berkeley-db-1.xx": Library("BSD-4-Clause"),
    "cmsis": Library("BSD-3-Clause"),
    "crypto-algorithms": Library("LicenseRef-public-domain", "B-Con/crypto-algorithms"),
    "cyw43-driver": Library("LicenseRef-cyw43-driver", "georgerobotics/cyw43-driver"),
    "libm": Library("MIT"),
    "libm_dbl": Library("MIT"),
    "littlefs": Library("BSD-3-Clause", "littlefs-project/littlefs", ("lfs2.h", r"LFS2_VERSION 0x(\w{4})(\w{4})")),
    "lwip": Library(
        "BSD-3-Clause",
        "lwip-tcpip/lwip",
        ("src/include/lwip/init.h", r"(?s)_MAJOR\s+(\d+).*?_MINOR\s+(\d+).*?_REVISION\s+(\d+)"),
        cpe="cpe:2.3:a:lwip_project:lwip:{}:*:*:*:*:*:*:*",
    ),
    "mbedtls": Library(
        "Apache-2.0 OR GPL-2.0-or-later",
        "Mbed-TLS/mbedtls",
        ("include/mbedtls/build_info.h", r'MBEDTLS_VERSION_STRING\s+"(\d+)\.(\d+)\.(\d+)"'),
        cpe="cpe:2.3:a:arm:mbed_tls:{}:*:*:*:*:*:*:*",
    ),
    "micropython-lib": Library("MIT", "micropython/micropython-lib"),
    "oofatfs": Library("BSD-1-Clause", None, ("ff.h", r"Filesystem module\s+(R[\w.]+)")),
    "re1.5": Library("BSD-3-Clause"),
    "stm32lib": Library("BSD-3-Clause", "micropython/stm32lib"),
    "tinyusb": Library("MIT", "hathach/tinyusb"),
    "uzlib": Library("Zlib"),
    "wiznet5k": Library("BSD-3-Clause", "andrewleech/wiznet_ioLibrary_Driver"),
}

# Parts of MicroPython that lie beside the libraries, or of the compiler.
NOT_LIBRARIES = frozenset(("gcc", "mbedtls_errors"))


def libraries_of(folder):
    """The names of MicroPython's libraries that the build in `folder` read files of, sorted."""
    found = set()
    for path in folder.rglob("*"):
        if path.suffix in (".P", ".d"):
            found.update(re.findall(r"[./]lib/([\w.-]+)/", path.read_text(encoding="utf-8", errors="replace")))
        elif path.suffix in (".o", ".obj"):
            found.update(re.findall(r"(?:^|/)lib/([\w.-]+)/", path.relative_to(folder).as_posix()))
    return sorted(found - NOT_LIBRARIES)


def version_of(tree, name):
    """The version that a library's own files say, None where they say none."""
    library = LIBRARIES.get(name, Library())
    if library.version is None:
        return None
    file, pattern = library.version
    match = re.search(pattern, (tree / "lib" / name / file).read_text(encoding="utf-8", errors="replace"))
    if not match:
        return None
    if name == "littlefs":  # two halves of a hexadecimal number
        return ".".join(str(int(part, 16)) for part in match.groups())
    return ".".join(match.groups())


def make(board, tree, folder, epoch):
    """The bill of materials of what was built in `folder` for a Board: text. `epoch`: the build's time, seconds."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.output.json import JsonV1Dot6

    firmware = _firmware(board, folder)
    digests = [product.hashes[0].content for product in firmware.components]
    bom = Bom(serial_number=uuid.uuid5(_NAMESPACE, "\n".join([board.name, *digests])), version=1)
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    bom.metadata.component = firmware
    parts = [_component("MicroWebSrv2", package_version(), "MIT")]
    parts.append(_component("MicroPython", VERSION, "MIT", "micropython/micropython", COMMIT))
    parts += [_library(tree, name) for name in libraries_of(folder)]
    parts += [_component("esp-idf", idf, "Apache-2.0", "espressif/esp-idf", idf) for idf in _idf(folder)]
    bom.components.update(parts)
    bom.register_dependency(firmware, parts)
    return json.dumps(json.loads(JsonV1Dot6(bom).output_as_string()), indent=2, sort_keys=True) + "\n"


def _firmware(board, folder):
    """The component that the firmware is, with its files."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType

    files = []
    for name in board.products:
        digest = HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256((folder / name).read_bytes()).hexdigest())
        files.append(Component(name=name, type=ComponentType.FILE, bom_ref=name, hashes=[digest]))
    return Component(
        name=f"MicroWebSrv2 firmware {board.name}",
        version=package_version(),
        type=ComponentType.FIRMWARE,
        bom_ref="firmware",
        description=board.title,
        components=files,
    )


def package_version():
    """The version of this project, from the package itself."""
    text = (MODULES / "MicroWebSrv2" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)[1]


def _component(name, version, licence, home=None, reference=None, cpe=None):
    """A component of the firmware. `home`: owner/name on GitHub; `reference`: its tag or commit there."""
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    purl = None
    if home and reference:
        owner, _, repository = home.partition("/")
        purl = PackageURL("github", owner, repository, reference)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{name}@{version}" if version else name,
        purl=purl,
        cpe=cpe,
        licenses=[LicenseFactory().make_from_string(licence)] if licence else None,
    )


def _library(tree, name):
    library = LIBRARIES.get(name, Library())
    version = version_of(tree, name)
    tag, cpe = (text and version and text.format(version) for text in (library.tag, library.cpe))
    return _component(name, version, library.licence, library.home, tag, cpe)


def _idf(folder):
    """The version of ESP-IDF that the build in `folder` used, in a list: empty where it used none."""
    description = folder / "project_description.json"
    if not description.is_file():
        return []
    return [json.loads(description.read_text(encoding="utf-8"))["git_revision"]]
