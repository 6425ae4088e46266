"""What `pip install .` gives to CPython's users: the package, typed, and nothing of the boards."""

import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from tools.paths import MODULES, ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package's wheel, built from a copy: setuptools leaves its marks where it builds."""
    folder = tmp_path_factory.mktemp("package")
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(MODULES, folder / "modules", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_only_the_package_is_in_it(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = MODULES / "MicroWebSrv2"
    expected = {str(path.relative_to(MODULES)) for path in package.rglob("*.py")}
    assert expected | {"MicroWebSrv2/py.typed", "MicroWebSrv2/__init__.pyi"} <= names
    assert {name.split("/")[0] for name in names} == {"MicroWebSrv2"}


def test_its_version_is_the_packages_own(wheel):
    text = (MODULES / "MicroWebSrv2" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r"^__version__ = ['\"]([0-9.]+)['\"]", text, re.MULTILINE).group(1)
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        described = archive.read(metadata).decode()
    assert f"\nVersion: {version}\n" in described
    assert "\nLicense-Expression: MIT\n" in described
    assert "\nRequires-Python: >=3.9\n" in described
    assert "\nRequires-Dist:" not in described


def test_it_can_be_imported_from_the_wheel(wheel):
    """A wheel of pure Python can be put on the path as it is. The import prints nothing."""
    path = str(wheel)
    program = f"import sys; sys.path.insert(0, {path!r}); import MicroWebSrv2; assert {path!r} in MicroWebSrv2.__file__"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
