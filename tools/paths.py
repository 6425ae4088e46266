"""Where things lie in the repository. Everything made lies under BUILD or DIST."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOARDS = ROOT / "boards"
MODULES = ROOT / "modules"
WEBROOT = ROOT / "webroot"
BUILD = ROOT / "build"
DIST = ROOT / "dist"
VENV = BUILD / "venv"
LOGS = BUILD / "logs"


def shown(path):
    """`path` as a user reads it best: relative to the repository if it lies there."""
    try:
        return str(Path(path).relative_to(ROOT))
    except ValueError:
        return str(path)
