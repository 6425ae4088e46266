"""Renders the page whose path is the first argument, without a server; prints its length and its CRC-32.

The second argument are the bytes of the buffer that it is rendered into, piece by piece.
"""

import gc
import sys
from binascii import crc32

from MicroWebSrv2.libs.pyhtmlCompiler import CompilePage
from MicroWebSrv2.libs.pyhtmlStream import PageStream


def main(path, size):
    gc.collect()
    with open(path, "rb") as file:
        function, lines = CompilePage(file, (), str)
    stream = PageStream(path, None)
    stream.Lines = lines
    buf = memoryview(bytearray(size))
    assert stream.Begin(function(None, None, stream.Print), bytearray(size)) is None, "fits into the buffer"
    total = crc = 0
    count = stream.readinto(buf)
    while count:
        total += count
        crc = crc32(buf[:count], crc)
        count = stream.readinto(buf)
    print("RENDERED", total, crc)


main(sys.argv[1], int(sys.argv[2]))
