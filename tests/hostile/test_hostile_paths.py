"""No path leads to what is not to be served, on the file systems that devices have."""

from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "on_device" / "paths.py"


@pytest.mark.parametrize("kind", ["VfsLfs2", "VfsFat"])
def test_nothing_is_had_that_is_not_served(firmware, kind):
    """Dotfiles, templates, the configuration beside the root; FAT's second names for them (HIDDEN~1.TXT) too."""
    pages = "/disk/www/index.html /disk/www/index.html /disk/www/named~1.html"
    assert firmware.run(PROGRAM, [kind]).splitlines() == [f"PAGE {pages}"]
