"""Rows of multipart/form-data contents, plain data that every runtime can import.

A row is (name, section, boundary, content, expected): expected is a list of (name, filename, content type, bytes) for
each part, or the status (int) that the content is refused with.
"""


def _part(head, content=b"x", boundary=b"B"):
    """A content of one part."""
    return b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n--" + boundary + b"--\r\n"


def _named(rest, content=b"x"):
    return _part(b"Content-Disposition: form-data; " + rest, content)


_BROWSER = (
    b'------WebKitFormBoundaryAbC123\r\nContent-Disposition: form-data; name="title"\r\n\r\nHello\r\n'
    b'------WebKitFormBoundaryAbC123\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nline 1\r\nline 2\r\n\r\n"
    b"------WebKitFormBoundaryAbC123--\r\n"
)
_PLAIN = [("a", None, "text/plain", b"x")]

GOOD = [
    (
        "a browser's form with a file",
        "RFC 7578 section 4.2",
        "----WebKitFormBoundaryAbC123",
        _BROWSER,
        [("title", None, "text/plain", b"Hello"), ("file", "a.txt", "text/plain", b"line 1\r\nline 2\r\n")],
    ),
    ("one part", "RFC 7578 section 4.2", "B", _named(b'name="a"'), _PLAIN),
    ("no part's content", "RFC 2046 section 5.1.1", "B", _named(b'name="a"', b""), [("a", None, "text/plain", b"")]),
    ("nothing behind the end", "RFC 2046 section 5.1.1", "B", _named(b'name="a"')[:-2], _PLAIN),
    ("a preamble", "RFC 2046 section 5.1.1", "B", b"to be\r\n--ignored\r\n" + _named(b'name="a"'), _PLAIN),
    ("a CRLF before all", "RFC 2046 section 5.1.1", "B", b"\r\n" + _named(b'name="a"'), _PLAIN),
    ("an epilogue", "RFC 2046 section 5.1.1", "B", _named(b'name="a"') + b"--B\r\nignored" * 300, _PLAIN),
    (
        "blanks behind the boundaries",
        "RFC 2046 section 5.1.1",
        "B",
        b'--B \t\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--B-- \t',
        _PLAIN,
    ),
    (
        "what is nearly a boundary",
        "RFC 2046 section 5.1.1",
        "Bound",
        (
            b'--Bound\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
            b"\r\r\n\r\n-\r\n--\r\n--B\r\n--Boun\r\n--boundary\r\n-Bound--\r\n--Bound--\r\n"
        ),
        [("a", None, "text/plain", b"\r\r\n\r\n-\r\n--\r\n--B\r\n--Boun\r\n--boundary\r\n-Bound--")],
    ),
    (
        "every byte",
        "RFC 2046 section 5.1.1",
        "B",
        _named(b'name="a"', bytes(range(256)) * 20),
        [("a", None, "text/plain", bytes(range(256)) * 20)],
    ),
    (
        "a boundary of 70 characters",
        "RFC 2046 section 5.1.1",
        "'()+_,-./:=?" + "x" * 58,
        _part(b"Content-Disposition: form-data; name=a", b"x", b"'()+_,-./:=?" + b"x" * 58),
        _PLAIN,
    ),
    (
        "a part for each of 256 names",
        "RFC 7578 section 4.3",
        "B",
        b"".join([b"--B\r\nContent-Disposition: form-data; name=n%d\r\n\r\n%d\r\n" % (i, i) for i in range(256)])
        + b"--B--",
        [(f"n{i}", None, "text/plain", b"%d" % i) for i in range(256)],
    ),
    ("names in UTF-8", "RFC 7578 section 5.1", "B", _named('name="é"; filename="日本.txt"'.encode()),
     [("é", "日本.txt", "text/plain", b"x")]),
    ("a quoted quote", "RFC 2822 section 3.2.5", "B", _named(b'name="a\\"b\\\\c;d=e"'),
     [('a"b\\c;d=e', None, "text/plain", b"x")]),
    ("a quote as browsers write it", "WHATWG HTML, multipart/form-data encoding", "B",
     _named(b'name="a%22b"; filename="100%25 %22.txt"'), [('a"b', '100%25 ".txt', "text/plain", b"x")]),
    ("an end of line as browsers write it", "WHATWG HTML", "B", _named(b'name="a%0D%0Ab"; filename="a%0D%0Ab"'),
     [("a\r\nb", "a__b", "text/plain", b"x")]),
    ("a field for a file without one", "WHATWG HTML", "B", _named(b'name="a"; filename=""', b""),
     [("a", "", "text/plain", b"")]),
    ("a path of Unix", "RFC 7578 section 4.2", "B", _named(b'name="a"; filename="../../etc/passwd"'),
     [("a", "passwd", "text/plain", b"x")]),
    ("a path of Windows", "RFC 7578 section 4.2", "B", _named(b'name="a"; filename="C:\\new\\temp.txt"'),
     [("a", "temp.txt", "text/plain", b"x")]),
    ("a path with its backslashes quoted", "RFC 7578 section 4.2", "B", _named(b'name=a; filename="C:\\\\n\\\\t.txt"'),
     [("a", "t.txt", "text/plain", b"x")]),
    ("the parent folder for a file", "RFC 7578 section 4.2", "B", _named(b'name="a"; filename="a/.."'),
     [("a", "", "text/plain", b"x")]),
    ("a control character in a file's name", "RFC 7578 section 4.2", "B", _named(b'name="a"; filename="a\x1b\x7fb"'),
     [("a", "a__b", "text/plain", b"x")]),
    ("the name in other letters", "RFC 7578 section 4.2", "B", _named(b"name=a; filename=\"f\"; filename*=UTF-8''g"),
     [("a", "f", "text/plain", b"x")]),
    ("tokens, blanks, a last semicolon", "RFC 2183 section 2", "B",
     _part(b"CONTENT-disposition:FORM-data ;  NAME = a ; filename=my file.txt;"),
     [("a", "my file.txt", "text/plain", b"x")]),
    ("a type with parameters, other fields", "RFC 7578 section 4.4", "B",
     _part(b'X-Other: 1\r\nContent-Type:  text/html; charset="utf-8" \r\nContent-Disposition: form-data; name=a\r\n'
           b"Content-Transfer-Encoding: binary"),
     [("a", None, 'text/html; charset="utf-8"', b"x")]),
    ("a head of 1024 bytes", "limit", "B",
     _part(b"Content-Disposition: form-data; name=a\r\nX: " + b"y" * 977), _PLAIN),
]  # fmt: skip

BAD = [
    ("nothing", "RFC 2046 section 5.1.1", "B", b"", 400),
    ("no boundary at all", "RFC 2046 section 5.1.1", "B", b"a=1&b=2" * 1000, 400),
    ("the boundary in the middle of a line", "RFC 2046 section 5.1.1", "B", b"x" + _named(b"name=a")[:-10], 400),
    ("no end", "RFC 2046 section 5.1.1", "B", _named(b"name=a")[:-7], 400),
    ("an end cut off", "RFC 2046 section 5.1.1", "B", _named(b"name=a")[:-3], 400),
    ("the first boundary alone", "RFC 2046 section 5.1.1", "B", b"--B", 400),
    ("the first boundary's line alone", "RFC 2046 section 5.1.1", "B", b"--B\r\n", 400),
    ("a CR at the end", "RFC 2046 section 5.1.1", "B", _named(b"name=a")[:-1], 400),
    ("a longer boundary", "RFC 2046 section 5.1.1", "B", _named(b"name=a", b"x\r\n--Bx"), 400),
    ("text behind the end's hyphens", "RFC 2046 section 5.1.1", "B", _named(b"name=a")[:-2] + b"x", 400),
    ("a bare LF behind a boundary", "RFC 2046 section 5.1.1", "B",
     _named(b"name=a").replace(b"--B\r\n", b"--B\n"), 400),
    ("33 blanks behind a boundary", "limit", "B", b"--B" + b" " * 33 + _named(b"name=a")[3:], 400),
    ("33 blanks behind the end", "limit", "B", _named(b"name=a")[:-2] + b" " * 33 + b"\r\n", 400),
    ("no head", "RFC 7578 section 4.2", "B", b"--B\r\n\r\nx\r\n--B--", 400),
    ("no Content-Disposition", "RFC 7578 section 4.2", "B", _part(b"Content-Type: text/plain"), 400),
    ("two Content-Disposition", "RFC 7578 section 4.2", "B",
     _part(b"Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b"), 400),
    ("an attachment", "RFC 7578 section 4.2", "B", _part(b"Content-Disposition: attachment; name=a"), 400),
    ("no name", "RFC 7578 section 4.2", "B", _named(b'filename="a"'), 400),
    ("two names", "RFC 7578 section 4.2", "B", _named(b"name=a; name=b"), 400),
    ("a parameter without value", "RFC 2045 section 5.1", "B", _named(b"name=a; b"), 400),
    ("a parameter without name", "RFC 2045 section 5.1", "B", _named(b"name=a; =b"), 400),
    ("a quoted string without end", "RFC 2822 section 3.2.5", "B", _named(b'name="a'), 400),
    ("a quoted end of a quoted string", "RFC 2822 section 3.2.5", "B", _named(b'name="a\\"'), 400),
    ("text behind a quoted string", "RFC 2045 section 5.1", "B", _named(b'name="a"b'), 400),
    ("a quote in a token", "RFC 2045 section 5.1", "B", _named(b'name=a"b"'), 400),
    ("a name that is not UTF-8", "RFC 7578 section 5.1", "B", _named(b'name="\xff"'), 400),
    ("a dot in two bytes", "RFC 3629 section 3", "B", _named(b'name="a"; filename="\xc0\xae"'), 400),
    ("a NUL in a head", "RFC 2822 section 2.2", "B", _named(b'name="a\x00"'), 400),
    ("a bare LF in a head", "RFC 2822 section 2.2", "B", _named(b'name="a"\nX: y'), 400),
    ("a bare CR in a head", "RFC 2822 section 2.2", "B", _named(b'name="a"\rX: y'), 400),
    ("a folded line", "RFC 2822 section 2.2.3", "B", _named(b"\r\n name=a"), 400),
    ("a blank before a colon", "RFC 2822 section 2.2", "B", _part(b"Content-Disposition : form-data; name=a"), 400),
    ("a line without colon", "RFC 2822 section 2.2", "B", _named(b"name=a\r\nX"), 400),
    ("base64", "RFC 7578 section 4.7", "B", _named(b"name=a\r\nContent-Transfer-Encoding: base64"), 400),
    ("a head of 1025 bytes", "limit", "B", _part(b"Content-Disposition: form-data; name=a\r\nX: " + b"y" * 978), 431),
    ("a head without end", "limit", "B", b"--B\r\n" + b"X: y\r\n" * 5000, 431),
    ("257 parts", "limit", "B", b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 257 + b"--B--", 413),
]  # fmt: skip

# (value of Content-Type, section, boundary or status)
CONTENT_TYPES = [
    ("multipart/form-data; boundary=abc", "RFC 7578 section 4.1", "abc"),
    ('Multipart/Form-Data;charset=utf-8; Boundary="a b:c"', "RFC 2046 section 5.1.1", "a b:c"),
    ("multipart/form-data; boundary=----=_Part_1.2", "RFC 2046 section 5.1.1", "----=_Part_1.2"),
    ("multipart/form-data; boundary=" + "x" * 70, "RFC 2046 section 5.1.1", "x" * 70),
    ("multipart/form-data; boundary=" + "x" * 71, "RFC 2046 section 5.1.1", 400),
    ("multipart/form-data", "RFC 7578 section 4.1", 400),
    ("multipart/form-data; boundary=", "RFC 2046 section 5.1.1", 400),
    ('multipart/form-data; boundary="a "', "RFC 2046 section 5.1.1", 400),
    ("multipart/form-data; boundary=a*b", "RFC 2046 section 5.1.1", 400),
    ('multipart/form-data; boundary="é"', "RFC 2046 section 5.1.1", 400),
    ("multipart/form-data; boundary=a; boundary=b", "RFC 2045 section 5.1", 400),
    ("multipart/mixed; boundary=abc", "RFC 7578 section 4.1", 415),
    ("application/x-www-form-urlencoded", "RFC 7578 section 4.1", 415),
    ("", "RFC 7578 section 4.1", 415),
]
