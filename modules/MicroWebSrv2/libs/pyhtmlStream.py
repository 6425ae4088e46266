"""A page as a stream: runs the page's code just as far as there is room for what it gives.

It knows neither sockets nor requests; `pyhtmlCompiler.py` says what a page yields.
"""


class PageStream:
    """What `ReturnStream` takes, with `readinto` and `close`.

    `onFailure(stream, error)` is told what the page raises after `Begin`. It
    returns text to be shown at the page's broken end, or None.
    """

    def __init__(self, path, onFailure):
        self.Path = path
        self.Lines = None  # see `Explain`
        self._onFailure = onFailure
        self._pieces = None  # the page's generator
        self._first = None  # memoryview: what `Begin` has rendered
        self._printed = bytearray()  # by `print`, since the last piece
        self._held = None  # the piece that comes behind what was printed
        self._text = None  # memoryview: the rest of a piece
        self._file = None  # the template, once a literal of it is wanted
        self._left = 0  # bytes of the literal that are still to be read
        self._count = 0  # bytes that stand in the buffer that is being filled
        self._hasFailed = False

    def Begin(self, pieces, buf):
        """Renders the beginning of a page, a generator of pieces, into `buf` (bytearray).

        Returns the page (memoryview) if that is the whole of it, else None: the
        stream gives it from its beginning. So most of what a page raises
        comes from here, before anything was sent.
        """
        self._pieces = pieces
        view = memoryview(buf)
        count = self._Fill(view)
        if count == len(view):
            self._first = view
            return None
        self.close()
        return view[:count]

    def Print(self, *values, sep=" ", end="\n"):
        """The page's `print`: writes into the page as is."""
        text = (" " if sep is None else sep).join([str(value) for value in values])
        self._printed.extend((text + ("\n" if end is None else end)).encode())

    def readinto(self, buf):
        """Renders on; returns the count of bytes, 0 at the end. Raises OSError if the page has failed."""
        if self._first:
            return self._GiveFirst(buf)
        if not self._hasFailed:
            try:
                return self._Fill(buf)
            except Exception as ex:
                self._hasFailed = True
                self._first = memoryview((self._onFailure(self, ex) or "").encode())
            self.close()
            if self._count:  # what the page gave before
                return self._count
            if self._first:
                return self._GiveFirst(buf)
        raise OSError("the page failed")  # only a cut connection tells that this was not all

    def _GiveFirst(self, buf):
        count = min(len(buf), len(self._first))
        buf[:count] = self._first[:count]
        self._first = self._first[count:]
        return count

    def _Fill(self, buf):
        """Renders until `buf` is full, or the page at its end; returns the count of bytes."""
        self._count = 0
        while self._count < len(buf) and (self._left or self._text or self._Next()):
            room = buf[self._count :]
            if self._left:
                self._count += self._Read(room[: self._left])
            elif self._text:
                size = min(len(room), len(self._text))
                room[:size] = self._text[:size]
                self._text = self._text[size:]
                self._count += size
        return self._count

    def _Read(self, buf):
        count = self._file.readinto(buf)
        if not count:
            raise OSError("the file has become shorter meanwhile")
        self._left -= count
        return count

    def _Next(self):
        """Lets the page's code run up to its next piece; False at the end."""
        piece = self._held
        self._held = None
        if piece is None:
            if not self._pieces:
                return False
            try:
                piece = next(self._pieces)
            except StopIteration:
                self._pieces = None
            if self._printed:
                self._held = piece
                piece = self._printed
                self._printed = bytearray()
        self._Take(piece)
        return True

    def _Take(self, piece):
        if isinstance(piece, tuple):
            if not self._file:
                self._file = open(self.Path, "rb")
            self._file.seek(piece[0])
            self._left = piece[1] - piece[0]
        elif isinstance(piece, (str, bytes, bytearray, memoryview)):
            self._text = memoryview(piece.encode() if isinstance(piece, str) else piece)
        elif piece is not None:
            raise TypeError("a page can yield str, bytes or None, got %r" % (piece,))

    def close(self):
        """Ends the page's code, closes its file."""
        pieces = self._pieces
        file = self._file
        self._pieces = self._file = self._held = self._text = None
        self._left = 0
        if file:
            file.close()
        if pieces:
            try:
                pieces.close()
            except Exception as ex:  # from a `finally` in the page
                self._onFailure(self, ex)
