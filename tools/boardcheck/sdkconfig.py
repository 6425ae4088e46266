"""The ESP32 boards' settings of ESP-IDF: which fragments a board consists of, and whether they say what they should.

IDF joins the fragments that mpconfigboard.cmake names, the later winning, and warns of an unknown key in the middle of
thousands of lines; here it is an error.
"""

import re

_LINE = re.compile(r"(CONFIG_[A-Z0-9_]+)=(y|n|-?\d+|0x[0-9a-fA-F]+|\"[^\"]*\"|)")
_FRAGMENTS = re.compile(r"set\(SDKCONFIG_DEFAULTS\s+([^)]*)\)")
_TARGET = re.compile(r"set\(IDF_TARGET (\w+)\)")

# Keys that MicroPython's own fragments do not have: from ESP-IDF v5.2, components/lwip/Kconfig and the Kconfig at its
# root.
KNOWN = frozenset(("CONFIG_APP_REPRODUCIBLE_BUILD", "CONFIG_LWIP_MAX_SOCKETS"))


def parse(text):
    """The settings of a fragment, {key: value as written}, and what is wrong with its lines, a text each."""
    settings, faults = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip())
        if not match:
            faults.append(f"line {number}: expected CONFIG_NAME=value, got {line!r}")
        elif match[1] in settings:
            faults.append(f"line {number}: {match[1]} is set a second time")
        else:
            settings[match[1]] = match[2]
    return settings, faults


def known_keys(port_folder):
    """All keys that MicroPython's own boards set, and KNOWN."""
    keys = set(KNOWN)
    for path in port_folder.glob("boards/**/sdkconfig*"):
        keys.update(re.findall(r"^(CONFIG_\w+)=", path.read_text(encoding="utf-8"), re.MULTILINE))
    return keys


def target(board):
    """The chip that the board's mpconfigboard.cmake names, None if it names none."""
    match = _TARGET.search((board.folder / "mpconfigboard.cmake").read_text(encoding="utf-8"))
    return match[1] if match else None


def cmake_files(board):
    """The paths of the board's files for CMake, in the order in which the port includes them."""
    variant = f"mpconfigvariant_{board.variant}.cmake" if board.variant else "mpconfigvariant.cmake"
    return [path for path in (board.folder / "mpconfigboard.cmake", board.folder / variant) if path.is_file()]


def fragments(board, port_folder):
    """The paths of the board's fragments, in the order in which ESP-IDF gets them."""
    lists = [words for path in cmake_files(board) for words in _FRAGMENTS.findall(path.read_text(encoding="utf-8"))]
    found = [word for words in lists for word in words.split() if word != "${SDKCONFIG_DEFAULTS}"]
    return [(port_folder / word.replace("${MICROPY_BOARD_DIR}", str(board.folder))).resolve() for word in found]


def settings_of(paths):
    """The settings that ESP-IDF makes of these fragments: {key: value}. What is set to nothing is left out."""
    merged = {}
    for path in paths:
        merged.update(parse(path.read_text(encoding="utf-8"))[0])
    return {key: value for key, value in merged.items() if value != ""}


def chosen(paths, prefix):
    """Which of the settings whose names begin with `prefix`, and of which one can be on, is: its name's end.

    ESP-IDF takes the one that is set to y last. None if none is.
    """
    last = None
    for path in paths:
        for key, value in parse(path.read_text(encoding="utf-8"))[0].items():
            if key.startswith(prefix) and value == "y":
                last = key[len(prefix) :]
    return last


def definitions(board):
    """The macros that the board's files of CMake define for the compiler: ["NAME=value", ...]."""
    found = []
    for path in cmake_files(board):
        for words in re.findall(r"list\(APPEND MICROPY_DEF_BOARD\s+([^)]*)\)", path.read_text(encoding="utf-8")):
            found += [line.strip() for line in words.splitlines() if line.strip() and not line.strip().startswith("#")]
    return found


def header(board, settings, architecture):
    """The C header that stands for ESP-IDF's sdkconfig.h: the settings and the chip, for MicroPython's mpconfigport.h.

    `architecture` is XTENSA or RISCV.
    """
    lines = [f"#define CONFIG_IDF_TARGET_{board.chip.upper()} 1", f"#define CONFIG_IDF_TARGET_ARCH_{architecture} 1"]
    for key, value in settings.items():
        if value != "n":
            lines.append(f"#define {key} {'1' if value == 'y' else value}")
    return "\n".join(lines) + "\n"
