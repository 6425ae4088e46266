# What the WiPy freezes.
include("../WIPY/manifest.py")
