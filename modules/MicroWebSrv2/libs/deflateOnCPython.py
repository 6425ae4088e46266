"""The CPython side of DEFLATE without a wrapper (RFC 1951), message by message, as RFC 7692 section 7.2 uses it."""

import zlib

PREFERRED_BITS = 15  # of the window, where the client leaves it to us

_TAIL = b"\x00\x00\xff\xff"  # what a sender leaves off (section 7.2.1)
_END = b"\x01\x00\x00\xff\xff"  # an empty last block: without it nobody would see that a message is cut short


def LargestWindowBits(allow):
    """Returns the bits of the largest window that may be asked of this machine."""
    return 15


def Deflate(data, windowBits):
    """Returns the compressed bytes of a message, with a window of 2 ** `windowBits` bytes at most."""
    # zlib's window of 2 ** 9 never reaches further back than 250 bytes; it has no smaller one.
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -max(windowBits, 9))
    packed = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
    return packed[:-4]


class Inflater:
    """Inflates one message: each `Put` of compressed bytes is followed by as many `Take`s as give whole chunks."""

    CHUNK = 16384  # bytes
    GATHERS = False

    def __init__(self, windowBits):
        self._unzip = zlib.decompressobj(-15)
        self._rest = b""

    def Put(self, view, isLast):
        """Takes the next bytes of the message."""
        self._rest = bytes(view)
        if isLast and (self._rest or not self._unzip.eof):  # else it has ended with a last block of its own
            self._rest += _TAIL + _END
        self._isLast = isLast

    def Take(self):
        """Returns the next bytes, `CHUNK` of them unless there are no more for now. Raises ValueError."""
        if self._unzip.eof and not self._rest:  # the last chunk was whole
            return b""
        try:
            piece = self._Some(self.CHUNK)
            while len(piece) < self.CHUNK and self._rest:  # behind a last block another one may begin
                piece += self._Some(self.CHUNK - len(piece))
        except zlib.error as ex:
            raise ValueError(str(ex))
        if len(piece) < self.CHUNK and self._isLast and not self._unzip.eof:
            raise ValueError("the message is cut short")
        return piece

    def _Some(self, size):
        unzip = self._unzip
        if unzip.eof:
            unzip = self._unzip = zlib.decompressobj(-15)
        piece = unzip.decompress(self._rest, size)
        self._rest = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
        if unzip.eof and self._rest in (_TAIL + _END, _END):
            self._rest = b""  # the message's own last block was the end of it
        return piece
