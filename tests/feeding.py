"""Runs a program that feeds rows to the package, on any runtime; usage: feeding.py FOLDER MODULE [ARGUMENT ...].

The program's `everything(*arguments)` yields (name, what is wrong or None) of each thing that it has tried.
"""

import sys


def main(folder, module, *arguments):
    sys.path.insert(0, folder)  # where the program's rows are, too
    count = 0
    for name, wrong in __import__(module).everything(*arguments):
        count += 1
        if wrong:
            print(f"FAILED {name}: {wrong}")
    print("FED", count)


if __name__ == "__main__":
    main(*sys.argv[1:])
