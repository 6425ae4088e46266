"""Reads a board's manifest.py without MicroPython's source: which modules it freezes, and how they are optimised.

A manifest is a program that calls `include`, `module` and `package`, in the folder where it lies. What it takes from
the port or from MicroPython's library, by $(PORT_DIR) and $(MPY_DIR), a stock firmware has already: it is left out.
"""

import contextlib
import os
from pathlib import Path


class _Reader:
    """Collects what manifests name: {path of the module on the device: (Path of its source, level of -O)}."""

    def __init__(self):
        self.found = {}

    def include(self, path, **_options):
        if not path.startswith("$("):
            self.read(Path(path))

    def module(self, name, base_path=".", opt=None):
        self.found[name] = (Path(base_path, name).resolve(), opt or 0)

    def package(self, name, files=None, base_path=".", opt=None):
        folder = Path(base_path, name)
        for file in files or sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py")):
            self.module(f"{name}/{file}", base_path, opt)

    def read(self, path):
        """Run the manifest at `path`."""
        source = path.read_text(encoding="utf-8")
        with _in_folder(path.parent):
            functions = {"include": self.include, "module": self.module, "package": self.package}
            ignored = dict.fromkeys(("metadata", "options", "require", "freeze"), lambda *_, **__: None)
            exec(compile(source, str(path), "exec"), {**ignored, **functions})


@contextlib.contextmanager
def _in_folder(folder):
    """Be in `folder` for a while; contextlib.chdir came with Python 3.11."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def modules(manifest):
    """What `manifest`, the Path of a board's manifest.py, freezes of ours.

    {path on the device, as "MicroWebSrv2/__init__.py": (Path of the source, level of mpy-cross's -O)}, sorted.
    """
    reader = _Reader()
    reader.read(manifest.resolve())
    return dict(sorted(reader.found.items()))
