"""Puts a property to inputs that libFuzzer makes, led by what the code does with them (the package atheris).

Arguments: the property's name, then libFuzzer's. `make fuzz` runs it, see tools/fuzz.py.
"""

import sys
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "modules")]
with atheris.instrument_imports(include=["MicroWebSrv2"]):
    import every


def main(name, *options):
    """Does not return: libFuzzer ends the program."""
    atheris.Setup([name, *options], every.PROPERTIES[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
