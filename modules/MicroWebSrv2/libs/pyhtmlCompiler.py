"""Pages with Python in them: turns a template into a generator function that yields the page in pieces.

It knows neither sockets nor requests. The template

    <ul>{{ for x in items }}<li>{{ x }}</li>{{ end }}</ul>

becomes

    def page(request, response, print, items):
     yield b'<ul>'
     for x in items:
      yield b'<li>'
      yield _escape((x))
      yield b'</li>'
     yield b'</ul>'
     yield

A literal of more than a few bytes stays in its file: its place (start, end) is
yielded. So a page costs the memory of its instructions, not of its text.
What differs from request to request is an argument or a local variable, never
a global one: MicroPython binds all functions of a source to one dict of globals.
"""

from array import array

from .interpreter import TraceText, const

_BLOCK = const(512)  # bytes read at a time
_FEW = const(32)  # bytes of a literal that is kept in memory: reading it from the file costs more
_MAX_INSTRUCTION = const(16384)  # bytes between {{ and }}, or of a block of Python: its end is missing

_FRAME = 'File "<string>", line '  # of code that came from exec
_WORDS = (b"py", b"if", b"elif", b"else", b"for", b"end")
_CLOSING = {40: 41, 91: 93, 123: 125}  # ( ) [ ] { }


class PageError(Exception):
    """A template that is no good: `Line` (from 1), and a text that says what is wrong there."""

    def __init__(self, line, text):
        super().__init__(text)
        self.Line = line


def CompilePage(stream, names, escape):
    """Returns (function, lines) of the template that a binary stream holds.

    `function(request, response, print, **variables)` returns a generator of
    pieces: bytes, str, None for nothing, or (start, end) of bytes of the stream.
    `names` are the variables' names, `escape(value)` makes text of an
    expression's value. `lines` maps the lines that errors tell, see `Explain`.
    Raises PageError.
    """
    text = _Template(stream)
    source = _Compiler(text, names).Run()
    made = {"__name__": "pyhtml", "_escape": escape, "HTMLEscape": escape}
    try:
        exec(source.Text, made)
    except (SyntaxError, ValueError, RuntimeError) as ex:  # ValueError: a NUL; RuntimeError: too much code
        line, what, _ = Explain(ex, source.Lines, "")
        if line is None:  # MicroPython's jumps reach 32 KB of bytecode
            line, what = 1, "the page has more code than can be compiled at once (%s): move some into a module" % what
        raise PageError(line, what)
    return made["page"], source.Lines


def Explain(error, lines, path):
    """Returns (line, what, trace) of an exception that a page has raised.

    `line` is the template's, None if it was not raised in the page; `what` the
    exception in a line; `trace` its traceback from the page on, as text.
    `lines` is None for a page that was not compiled.
    """
    line = None
    trace = ""
    for row in TraceText(error).split("\n"):
        at = row.find(_FRAME)
        if at >= 0 and lines:
            number, rest = _SplitNumber(row[at + len(_FRAME) :])
            line = lines[min(max(number, 1), len(lines)) - 1]
            row = '%sFile "%s", line %d%s' % (row[:at], path, line, rest)
        if row.startswith("Traceback "):  # of an exception while another was handled: the last one tells
            trace = ""
        elif line and row:
            trace += row + "\n"
    what = str(error)
    if isinstance(error, SyntaxError):  # CPython's text names the source's line, not the template's
        what = getattr(error, "msg", what).split(" on line ")[0]
    return line, type(error).__name__ + (": " + what if what else ""), trace


def _SplitNumber(text):
    end = 0
    while end < len(text) and "0" <= text[end] <= "9":
        end += 1
    return int(text[:end] or "1"), text[end:]


class _Template:
    """The bytes of a template, taken from a stream a block at a time."""

    def __init__(self, stream):
        self._stream = stream
        self._have = b""  # what was read and not taken yet
        self.Offset = 0  # where in the stream that begins
        self.Line = 1

    def SkipByteOrderMark(self):
        """Goes behind what some editors put in front of UTF-8."""
        while len(self._have) < 3 and self._More():
            pass
        if self._have.startswith(b"\xef\xbb\xbf"):
            self.Take(3)

    def TakeLiteral(self):
        """Goes to the next `{{` or to the end; returns what lies between if it is short, else None."""
        few = b""
        at = self._have.find(b"{{")
        while at < 0:
            few = _Add(few, self.Take(max(len(self._have) - 1, 0)))  # the last byte may be half of a mark
            if not self._More():
                return _Add(few, self.Take(len(self._have)))
            at = self._have.find(b"{{")
        return _Add(few, self.Take(at))

    def IsAtEnd(self):
        """Says whether nothing is left."""
        return not self._have and not self._More()

    def _More(self):
        data = self._stream.read(_BLOCK)
        self._have += data
        return len(data) > 0

    def Take(self, count):
        """Returns the next `count` bytes, which were read, and goes behind them."""
        taken = self._have[:count]
        self._have = self._have[count:]
        self.Offset += count
        self.Line += taken.count(b"\n")
        return taken

    def TakeInstruction(self):
        """Returns what stands between here and the `}}` that is in no string and no bracket, goes behind it."""
        line = self.Line
        at = self._Find(b"}}", 0, line, "this instruction has no }}")
        while not _IsWhole(self._have[:at], line):
            at = self._Find(b"}}", at + 1, line, "this instruction has no }}, or a string or bracket in it no end")
        inside = self.Take(at)
        self.Take(2)
        return inside

    def TakeCode(self):
        """Returns the Python code up to `{{ end }}`, goes behind it."""
        line = self.Line
        at = -1
        word = b""
        while word != b"end":
            at = self._Find(b"{{", at + 1, line, "this {{ py }} has no {{ end }}")
            close = self._Find(b"}}", at, line, "this {{ py }} has no {{ end }}")
            word = self._have[at + 2 : close].strip()
        code = self.Take(at)
        self.Take(close + 2 - at)
        return code

    def _Find(self, mark, start, line, otherwise):
        at = self._have.find(mark, start)
        while at < 0:
            if len(self._have) > _MAX_INSTRUCTION or not self._More():
                raise PageError(line, otherwise)
            at = self._have.find(mark, start)
        return at


def _Add(few, more):
    return few + more if few is not None and len(few) + len(more) <= _FEW else None


class _Syntax:
    """As much of Python's syntax as tells where its strings and brackets end."""

    def __init__(self):
        self.Quote = b""  # the quotes that end the string it is in
        self.Open = []  # the brackets that close those it is in
        self.GoesOn = False  # the line ends with a backslash

    def Feed(self, row, line, isCut=False):
        """Goes over a line of code, the template's line `line`; `isCut` if there is more of it. Raises PageError."""
        at = 0
        self.GoesOn = row.endswith(b"\\")
        while at < len(row):
            at = self._InString(row, at) if self.Quote else self._InCode(row, at, line)
        if len(self.Quote) == 1 and not self.GoesOn and not isCut:
            raise PageError(line, "a string has no closing %s" % self.Quote.decode())

    def IsWhole(self):
        """Says whether no string and no bracket is open."""
        return not self.Quote and not self.Open

    def _InString(self, row, at):
        if row[at] == 92:  # a backslash, and what it escapes
            return at + 2
        if not row.startswith(self.Quote, at):
            return at + 1
        at += len(self.Quote)
        self.Quote = b""
        return at

    def _InCode(self, row, at, line):
        byte = row[at]
        if byte == 34 or byte == 39:
            mark = row[at : at + 1]
            self.Quote = mark * 3 if row.startswith(mark * 3, at) else mark
            return at + len(self.Quote)
        if byte == 35:  # a comment
            self.GoesOn = False
            return len(row)
        if byte in _CLOSING:
            self.Open.append(_CLOSING[byte])
        elif byte in b")]}" and (not self.Open or self.Open.pop() != byte):
            raise PageError(line, "%s closes nothing that is open" % chr(byte))
        word = _Word(row, at)
        if word == b"global":
            raise PageError(line, "`global` would be shared by all requests: `nonlocal` means the page's variables")
        return at + (len(word) or 1)


def _Word(text, start):
    """Returns the bytes of the word (letters, digits, underscores) that begins at an offset."""
    end = start
    while end < len(text) and (text[end : end + 1].isalpha() or text[end] == 95 or 48 <= text[end] <= 57):
        end += 1
    return text[start:end]


def _IsWhole(text, line):
    syntax = _Syntax()
    rows = text.split(b"\n")
    for i, row in enumerate(rows):
        syntax.Feed(row, line + i, i == len(rows) - 1)
    return syntax.IsWhole()


class _Source:
    """Python's source as it is written, and the template's line of each of its lines."""

    def __init__(self, head):
        self.Text = bytearray(head)  # one object and no parts: `exec` takes it as it is
        self.Lines = array("H", (1,))

    def Put(self, indent, text, line):
        """Writes a statement, perhaps of several lines."""
        self.Text.extend((" " * indent + text + "\n").encode())
        for i in range(text.count("\n") + 1):
            self.Lines.append(min(line + i, 65535))


class _Compiler:
    """Goes through a template once and writes the function that yields it."""

    def __init__(self, text, names):
        self._text = text
        names = ", ".join(("request", "response", "print") + tuple(names))
        self._source = _Source(("def page(%s):\n" % names).encode())
        self._blocks = []  # (word, line, depth) of the instructions that wait for their end
        self._depth = 1
        self._isBare = False  # nothing stands yet in the innermost block

    def Run(self):
        """Returns the _Source. Raises PageError."""
        text = self._text
        text.SkipByteOrderMark()
        while not text.IsAtEnd():
            self._PutLiteral(text)
            if not text.IsAtEnd():
                self._PutInstruction(text)
        if self._blocks:
            raise PageError(self._blocks[-1][1], "this {{ %s }} has no {{ end }}" % self._blocks[-1][0])
        self._Put("yield", text.Line)  # makes it a generator, whatever stands in the page
        return self._source

    def _Put(self, statement, line):
        self._source.Put(self._depth, statement, line)
        self._isBare = False

    def _PutLiteral(self, text):
        line = text.Line
        start = text.Offset
        few = text.TakeLiteral()
        if few is None:
            self._Put("yield %d, %d" % (start, text.Offset), line)
        elif few:
            self._Put("yield %r" % few, line)

    def _PutInstruction(self, text):
        line = text.Line
        text.Take(2)
        inside = text.TakeInstruction().replace(b"\r\n", b"\n")
        bare = inside.strip()
        line += inside[: inside.find(bare)].count(b"\n")
        word = _Word(bare, 0)
        if word not in _WORDS:
            if not bare:
                raise PageError(line, "{{ }} is empty: an expression or an instruction is expected")
            self._Put("yield _escape((%s))" % _Code(bare, line), line)
            return
        rest = bare[len(word) :].strip()
        word = word.decode()
        if word in ("py", "else", "end") and rest:
            raise PageError(line, "nothing can stand behind `%s`: {{ %s }}" % (word, word))
        if word in ("if", "elif", "for") and not rest:
            raise PageError(line, "`%s` wants %s" % (word, "`name in iterator`" if word == "for" else "a condition"))
        self._PutWord(word, rest, line)

    def _PutWord(self, word, rest, line):
        if word == "py":
            self._PutCode(self._text.TakeCode(), line)
        elif word == "end":
            self._CloseBranch(line, "end", ("if", "else", "for"))
            self._depth = self._blocks.pop()[2]
        elif word == "if":
            self._Open("if (%s):" % _Code(rest, line), word, line, self._depth)
        elif word == "for":
            self._Open("for %s:" % _Code(rest, line).replace("\n", " "), word, line, self._depth)
        else:
            self._CloseBranch(line, word, ("if",))
            depth = self._blocks.pop()[2]
            self._Open("else:", "else", line, depth)
            if word == "elif":  # a statement of its own: MicroPython tells the line of nothing less
                self._blocks.pop()
                self._Open("if (%s):" % _Code(rest, line), "if", line, depth)

    def _Open(self, statement, word, line, depth):
        """Begins a block; at its end the statements are indented by `depth` again."""
        self._Put(statement, line)
        self._blocks.append((word, line, depth))
        self._depth += 1
        self._isBare = True

    def _CloseBranch(self, line, word, expected):
        if not self._blocks or self._blocks[-1][0] not in expected:
            raise PageError(line, "{{ %s }} without a {{ %s }} before it" % (word, " }} or {{ ".join(expected)))
        if self._isBare:
            self._Put("pass", line)
        self._depth -= 1

    def _PutCode(self, code, line):
        """Writes a block of Python with its own indentation replaced by the page's."""
        syntax = _Syntax()
        indent = None  # what the block's lines begin with, once known
        deeper = b""
        for i, row in enumerate(code.replace(b"\r\n", b"\n").split(b"\n")):
            bare = row.strip()
            if syntax.Quote:  # the line begins inside a string
                self._source.Put(0, _Decode(row, line + i), line + i)
            elif not bare or bare.startswith(b"#"):
                continue
            elif i == 0:  # it begins beside {{ py }}: what its indentation would be cannot be told
                deeper = b" " if bare.endswith(b":") else b""
                self._Put(_Decode(bare, line), line)
            elif syntax.Open or syntax.GoesOn:
                self._Put(_Decode(bare, line + i), line + i)
            else:
                if indent is None:
                    indent = row[: row.find(bare)]
                if not row.startswith(indent):
                    raise PageError(line + i, "this line is indented less than the first of its {{ py }}")
                self._Put(_Decode(deeper + row[len(indent) :], line + i), line + i)
            syntax.Feed(row, line + i)
        if not syntax.IsWhole():
            raise PageError(line, "a string or a bracket in this {{ py }} has no end")
        self._Put("yield", line + code.count(b"\n"))  # lets out what was printed


def _Decode(text, line):
    try:
        return text.decode()
    except UnicodeError:
        raise PageError(line, "this is not UTF-8")


def _Code(text, line):
    """Returns an expression as str; what is put behind it does not become a part of a comment."""
    code = _Decode(text, line)
    return code + "\n" if "#" in code else code
