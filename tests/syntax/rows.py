"""Rows of bytes for the HTTP syntax, which every runtime can import.

A row is (name, section, bytes, expected); the section is of RFC 9112 where no other is named. `expected` of a head or a
chunked content that is refused is the answer's status; of a good one, what it says.
"""

H = b"Host: a\r\n"
GET = b"GET / HTTP/1.1\r\n"
POST = b"POST / HTTP/1.1\r\n" + H


def _get(target):
    return b"GET " + target + b" HTTP/1.1\r\n" + H + b"\r\n"


def _line(line):
    return line + b"\r\n" + H + b"\r\n"


def _field(line):
    return GET + H + line + b"\r\n\r\n"


def _length(value):
    return POST + b"Content-Length: " + value + b"\r\n\r\n"


def _coding(value):
    return POST + b"Transfer-Encoding: " + value + b"\r\n\r\n"


# What a good head says is given as a dict of: method, target, minor, length (-1: chunked), host, keep, value (of X).
GOOD_HEADS = (
    ("least", "3", GET + H + b"\r\n", {"method": "GET", "target": "/", "minor": 1, "length": 0, "host": "a"}),
    ("1.0 without Host", "3.2", b"GET / HTTP/1.0\r\n\r\n", {"minor": 0, "length": 0, "host": "", "keep": False}),
    ("higher minor version", "9110 2.5", _line(b"GET / HTTP/1.9"), {"minor": 1}),
    ("query", "3.2.1", _get(b"/a?b=c&d"), {"target": "/a?b=c&d"}),
    ("all characters of a path", "3.2.1", _get(b"/-._~!$&'()*+,;=:@%20aZ0"), {"target": "/-._~!$&'()*+,;=:@%20aZ0"}),
    ("query with slash and mark", "3986 3.4", _get(b"/?a/b?c"), {"target": "/?a/b?c"}),
    ("absolute", "3.2.2", _get(b"http://h:80/a?b"), {"target": "/a?b", "host": "h:80"}),
    ("absolute without path", "3.2.2", _get(b"http://h"), {"target": "/", "host": "h"}),
    ("absolute without path, query", "3.2.2", _get(b"http://h?q"), {"target": "/?q", "host": "h"}),
    ("absolute, scheme in capitals", "3.2.2", _get(b"HTTPS://h/"), {"target": "/", "host": "h"}),
    ("asterisk", "3.2.4", b"OPTIONS * HTTP/1.1\r\n" + H + b"\r\n", {"method": "OPTIONS", "target": "*"}),
    ("method of all kinds of tchar", "9110 5.6.2", _line(b"M-1!#$%&'*+.^_`|~ / HTTP/1.1"), {"target": "/"}),
    ("method is case-sensitive", "9110 9.1", _line(b"get / HTTP/1.1"), {"method": "get"}),
    ("method of 32 bytes", "3.1", _line(b"M" * 32 + b" / HTTP/1.1"), {"method": "M" * 32}),
    ("empty Host", "3.2", GET + b"Host:\r\n\r\n", {"host": ""}),
    ("Host with port", "3.2", GET + b"Host: a.b:8080\r\n\r\n", {"host": "a.b:8080"}),
    ("Host of IPv6", "3.2", GET + b"Host: [::1]:80\r\n\r\n", {"host": "[::1]:80"}),
    ("blanks around a value", "5.1", GET + b"Host: \t a \t \r\n\r\n", {"host": "a"}),
    ("no blank before a value", "5.1", GET + b"Host:a\r\n\r\n", {"host": "a"}),
    ("name in any case", "9110 5.1", GET + b"hOsT: a\r\n\r\n", {"host": "a"}),
    ("empty value", "9110 5.5", _field(b"X:"), {"value": ""}),
    ("value of Latin-1", "9110 5.5", _field(b"X: caf\xe9"), {"value": "caf\u00e9"}),
    ("value that could be UTF-8", "9110 5.5", _field(b"X: \xc3\xa9"), {"value": "\u00c3\u00a9"}),
    ("value with blanks inside", "9110 5.5", _field(b"X: a \t b"), {"value": "a \t b"}),
    ("value with colon", "9110 5.5", _field(b"X: a:b"), {"value": "a:b"}),
    ("only space and tab are blanks", "9110 5.6.3", _field(b"X: \xa0a\x0b"), {"value": "\u00a0a\x0b"}),
    ("close", "9.3", _field(b"Connection: close"), {"keep": False}),
    ("close in a list, any case", "9.3", _field(b"Connection: x, Close"), {"keep": False}),
    ("close in a second field", "9110 5.3", _field(b"Connection: x\r\nConnection: close"), {"keep": False}),
    ("close outweighs keep-alive", "9.3", _field(b"Connection: keep-alive, close"), {"keep": False}),
    ("1.1 keeps alive", "9.3", GET + H + b"\r\n", {"keep": True}),
    ("1.0 keeps alive if asked", "9.3", b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", {"keep": True}),
    ("option only like close", "9110 7.6.1", _field(b"Connection: closed"), {"keep": True}),
    ("Content-Length", "6.2", _length(b"5"), {"length": 5}),
    ("Content-Length 0", "6.2", _length(b"0"), {"length": 0}),
    ("Content-Length with zeros ahead", "9110 8.6", _length(b"005"), {"length": 5}),
    ("Content-Length of 15 digits", "9110 8.6", _length(b"9" * 15), {"length": 10**15 - 1}),
    ("Content-Length with blanks", "5.1", _length(b" \t5\t "), {"length": 5}),
    ("neither length nor coding", "6.3", POST + b"\r\n", {"length": 0}),
    ("chunked", "6.1", _coding(b"chunked"), {"length": -1}),
    ("chunked in any case", "7", _coding(b"Chunked"), {"length": -1}),
    ("Expect", "9110 10.1.1", POST + b"Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n", {"length": 1}),
    ("100 fields", "9110 5.4", GET + H + b"X: 1\r\n" * 99 + b"\r\n", {"value": "1"}),
    ("a request line of 8 KB", "3", _get(b"/" + b"a" * 8000), {"method": "GET"}),
)  # fmt: skip

BAD_HEADS = (
    # the request line
    ("no version (HTTP/0.9)", "3", _line(b"GET /"), 400),
    ("method alone", "3", _line(b"GET"), 400),
    ("empty line in the place of method", "3", b" \r\n" + H + b"\r\n", 400),
    ("two blanks", "3", _line(b"GET  / HTTP/1.1"), 400),
    ("two blanks before the version", "3", _line(b"GET /  HTTP/1.1"), 400),
    ("blank at the end", "3", _line(b"GET / HTTP/1.1 "), 400),
    ("blank at the beginning", "3", _line(b" GET / HTTP/1.1"), 400),
    ("tabs", "3", _line(b"GET\t/\tHTTP/1.1"), 400),
    ("blank in the target", "3.2", _line(b"GET /a b HTTP/1.1"), 400),
    ("version in small letters", "2.3", _line(b"GET / http/1.1"), 400),
    ("version of two digits", "2.3", _line(b"GET / HTTP/1.10"), 400),
    ("version of two digits ahead", "2.3", _line(b"GET / HTTP/11.1"), 400),
    ("version without minor", "2.3", _line(b"GET / HTTP/1."), 400),
    ("version with a letter", "2.3", _line(b"GET / HTTP/1.x"), 400),
    ("version with a letter ahead", "2.3", _line(b"GET / HTTP/x.1"), 400),
    ("version with a sign", "2.3", _line(b"GET / HTTP/+1.1"), 400),
    ("another protocol", "2.3", _line(b"GET / HTTPS/1.1"), 400),
    ("HTTP/2.0", "9110 15.6.6", _line(b"GET / HTTP/2.0"), 505),
    ("HTTP/0.9", "9110 15.6.6", _line(b"GET / HTTP/0.9"), 505),
    ("HTTP/9.9", "9110 15.6.6", _line(b"GET / HTTP/9.9"), 505),
    ("preface of HTTP/2", "9113 3.4", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("TLS on the port of HTTP", "3", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ("method with a delimiter", "9110 5.6.2", _line(b"GE(T / HTTP/1.1"), 400),
    ("method with a high byte", "9110 5.6.2", _line(b"G\xc9T / HTTP/1.1"), 400),
    ("method with a NUL", "9110 5.6.2", _line(b"GET\0 / HTTP/1.1"), 400),
    ("method of 33 bytes", "3.1", _line(b"M" * 33 + b" / HTTP/1.1"), 501),
    ("CONNECT", "3.2.3", _line(b"CONNECT a:80 HTTP/1.1"), 501),
    # the target
    ("target without slash", "3.2", _get(b"a"), 400),
    ("target that begins with a dash", "3.2", _get(b"-secret/x"), 400),
    ("authority without CONNECT", "3.2.3", _get(b"a:80"), 400),
    ("asterisk without OPTIONS", "3.2.4", _get(b"*"), 400),
    ("asterisk and more", "3.2.4", _line(b"OPTIONS *a HTTP/1.1"), 400),
    ("absolute without authority", "9110 4.2.1", _get(b"http:///a"), 400),
    ("absolute with user", "9110 4.2.4", _get(b"http://u@h/"), 400),
    ("absolute of another scheme", "3.2.2", _get(b"ftp://h/"), 400),
    ("fragment", "3.2", _get(b"/a#b"), 400),
    ("backslash", "3986 2", _get(b"/a\\b"), 400),
    ("control character in the target", "3986 2", _get(b"/a\x01"), 400),
    ("DEL in the target", "3986 2", _get(b"/a\x7f"), 400),
    ("NUL in the target", "3986 2", _get(b"/a\0"), 400),
    ("high byte in the target", "3986 2", _get(b"/\xe9"), 400),
    ("UTF-8 in the target", "3986 2", _get(b"/\xc3\xa9"), 400),
    # ends of lines
    ("bare LF everywhere", "2.2", b"GET / HTTP/1.1\nHost: a\n\n", 400),
    ("bare LF after the request line", "2.2", b"GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
    ("bare LF after a field", "2.2", GET + b"Host: a\nX: 1\r\n\r\n", 400),
    ("bare LF before the empty line", "2.2", GET + b"Host: a\n\r\n\r\n", 400),
    ("bare LF for the empty line", "2.2", GET + b"Host: a\r\n\nGET / HTTP/1.1\r\n\r\n", 400),
    ("bare CR in a value", "2.2", _field(b"X: a\rb"), 400),
    ("bare CR at a value's end", "2.2", _field(b"X: a\r"), 400),
    ("bare CR in a name", "2.2", _field(b"X\r: a"), 400),
    ("bare CR in the request line", "2.2", _line(b"GET /\r HTTP/1.1"), 400),
    ("bare CR in Host", "2.2", GET + b"Host: a\rX: b\r\n\r\n", 400),
    ("NUL in a value", "9110 5.5", _field(b"X: a\0b"), 400),
    # fields
    ("folded by blank", "5.2", _field(b"X: a\r\n b"), 400),
    ("folded by tab", "5.2", _field(b"X: a\r\n\tb"), 400),
    ("folded before the first field", "2.2", GET + b" X: a\r\n" + H + b"\r\n", 400),
    ("folded Content-Length", "5.2", POST + b"Content-Length:\r\n 5\r\n\r\n", 400),
    ("blank before the colon", "5.1", GET + b"Host : a\r\n\r\n", 400),
    ("tab before the colon", "5.1", _field(b"X\t: a"), 400),
    ("blank before the colon of Content-Length", "5.1", POST + b"Content-Length : 5\r\n\r\n", 400),
    ("blank before the colon of Transfer-Encoding", "5.1", POST + b"Transfer-Encoding : chunked\r\n\r\n", 400),
    ("no name", "9110 5.1", _field(b": a"), 400),
    ("no colon", "5", _field(b"abc"), 400),
    ("name with a delimiter", "9110 5.1", _field(b"X(a): b"), 400),
    ("name with a NUL", "9110 5.1", _field(b"X\0: b"), 400),
    ("name with a high byte", "9110 5.1", _field(b"X\xe9: b"), 400),
    ("name with a blank inside", "9110 5.1", _field(b"X Y: b"), 400),
    # Host
    ("no Host", "3.2", GET + b"\r\n", 400),
    ("no Host, absolute target", "3.2", b"GET http://a/ HTTP/1.1\r\n\r\n", 400),
    ("two Hosts", "3.2", GET + H + H + b"\r\n", 400),
    ("two Hosts in different case", "3.2", GET + H + b"hOST: b\r\n\r\n", 400),
    ("Host with a slash", "9110 7.2", GET + b"Host: a/b\r\n\r\n", 400),
    ("Host with a user", "9110 7.2", GET + b"Host: u@a\r\n\r\n", 400),
    ("Host with a blank", "9110 7.2", GET + b"Host: a b\r\n\r\n", 400),
    ("Host with a backslash", "9110 7.2", GET + b"Host: a\\b\r\n\r\n", 400),
    ("Host with a high byte", "9110 7.2", GET + b"Host: \xe9\r\n\r\n", 400),
    # Content-Length
    ("two lengths, the same", "6.3", POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400),
    ("two lengths", "6.3", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
    ("two lengths in different case", "6.3", POST + b"Content-Length: 5\r\ncontent-length: 6\r\n\r\n", 400),
    ("list of lengths", "6.3", _length(b"5, 5"), 400),
    ("length with plus", "9110 8.6", _length(b"+5"), 400),
    ("length with minus", "9110 8.6", _length(b"-5"), 400),
    ("length with underscore", "9110 8.6", _length(b"1_0"), 400),
    ("length with a blank inside", "9110 8.6", _length(b"1 0"), 400),
    ("length in hexadecimal", "9110 8.6", _length(b"0x5"), 400),
    ("length with a point", "9110 8.6", _length(b"5.0"), 400),
    ("length of nothing", "9110 8.6", _length(b""), 400),
    ("length of letters", "9110 8.6", _length(b"five"), 400),
    ("length with a superscript", "9110 8.6", _length(b"5\xb2"), 400),
    ("length in Arabic digits", "9110 8.6", _length(b"\xd9\xa5"), 400),
    ("length with a vertical tab", "9110 8.6", _length(b"5\x0b"), 400),
    ("length with a no-break space", "9110 8.6", _length(b"\xa05"), 400),
    ("length of 16 digits", "9110 15.5.14", _length(b"9" * 16), 413),
    ("length of 400 digits", "9110 15.5.14", _length(b"9" * 400), 413),
    # Transfer-Encoding
    ("coding and length", "6.3", POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400),
    ("length and coding", "6.3", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("coding in 1.0", "6.1", b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("two codings in two fields", "6.1", POST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n", 400),
    ("another coding", "6.1", _coding(b"gzip"), 501),
    ("another coding, then chunked", "6.1", _coding(b"gzip, chunked"), 501),
    ("chunked, then another", "6.1", _coding(b"chunked, gzip"), 501),
    ("chunked twice", "7.1", _coding(b"chunked, chunked"), 501),
    ("identity", "7", _coding(b"identity"), 501),
    ("chunked with a parameter", "7", _coding(b"chunked;a=b"), 501),
    ("chunked in quotes", "7", _coding(b'"chunked"'), 501),
    ("chunked with something ahead", "7", _coding(b"xchunked"), 501),
    ("chunked with a vertical tab", "7", _coding(b"\x0bchunked"), 501),
    ("no coding", "7", _coding(b""), 501),
    # what else is refused
    ("another expectation", "9110 10.1.1", _field(b"Expect: 200-ok"), 417),
    ("content without length", "9110 15.5.12", POST + b"Content-Type: text/plain\r\n\r\n", 411),
    ("101 fields", "6585 5", GET + H + b"X: 1\r\n" * 100 + b"\r\n", 431),
    ("1000 equal fields", "6585 5", GET + H + b"X: 1\r\n" * 1000 + b"\r\n", 431),
    ("head of more than 8 KB", "6585 5", GET + H + b"X: " + b"a" * 9000 + b"\r\n\r\n", 431),
    ("name of more than 8 KB", "6585 5", GET + H + b"a" * 9000 + b": 1\r\n\r\n", 431),
    ("request line of more than 8 KB", "9110 15.5.15", _get(b"/" + b"a" * 9000), 414),
    ("line without end", "9110 15.5.15", b"a" * 9000, 414),
)  # fmt: skip

# The content that the chunks hold, or the status of the refusal.
CHUNKED = (
    ("one chunk", "7.1", b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
    ("no chunk", "7.1", b"0\r\n\r\n", b""),
    ("three chunks", "7.1", b"1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n", b"abcdef"),
    ("size in small letters", "7.1", b"a\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    ("size in capitals", "7.1", b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    ("size with zeros ahead", "7.1", b"00000005\r\nhello\r\n000\r\n\r\n", b"hello"),
    ("data with CRLF inside", "7.1", b"4\r\n\r\n\r\n\r\n0\r\n\r\n", b"\r\n\r\n"),
    ("data like a chunk", "7.1", b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"0\r\n\r\n"),
    ("extension", "7.1.1", b"5;a=b\r\nhello\r\n0;c\r\n\r\n", b"hello"),
    ("extension in quotes", "7.1.1", b'5;a="b c"\r\nhello\r\n0\r\n\r\n', b"hello"),
    ("extension with blanks", "7.1.1", b"5 ; a = b\r\nhello\r\n0\r\n\r\n", b"hello"),
    ("extension of 250 bytes", "7.1.1", b"5;" + b"a" * 248 + b"\r\nhello\r\n0\r\n\r\n", b"hello"),
    ("trailers", "7.1.2", b"5\r\nhello\r\n0\r\nX: 1\r\nY: 2\r\n\r\n", b"hello"),
    ("100 trailers", "7.1.2", b"0\r\n" + b"X: 1\r\n" * 100 + b"\r\n", b""),
    ("large chunk", "7.1", b"1000\r\n" + b"x" * 4096 + b"\r\n0\r\n\r\n", b"x" * 4096),
    ("no size", "7.1", b"\r\nhello\r\n", 400),
    ("size with a plus", "7.1", b"+5\r\nhello\r\n", 400),
    ("size with a minus", "7.1", b"-5\r\nhello\r\n", 400),
    ("size with 0x", "7.1", b"0x5\r\nhello\r\n", 400),
    ("size with an underscore", "7.1", b"0_5\r\nhello\r\n", 400),
    ("size with a blank ahead", "7.1", b" 5\r\nhello\r\n", 400),
    ("size with a blank behind", "7.1", b"5 \r\nhello\r\n", 400),
    ("size with a tab behind", "7.1", b"5\t\r\nhello\r\n", 400),
    ("size with a letter", "7.1", b"g\r\nhello\r\n", 400),
    ("size with a high byte", "7.1", b"\xb2\r\nhello\r\n", 400),
    ("size with a NUL", "7.1", b"5\0\r\nhello\r\n", 400),
    ("size of 9 digits", "7.1", b"000000005\r\nhello\r\n", 400),
    ("size that overflows 64 bits", "7.1", b"1" + b"0" * 16 + b"\r\nhello\r\n", 400),
    ("extension alone", "7.1", b";a=b\r\nhello\r\n", 400),
    ("extension with a CR", "7.1.1", b"5;a\rb\r\nhello\r\n", 400),
    ("extension with a NUL", "7.1.1", b"5;a\0b\r\nhello\r\n", 400),
    ("extension of 300 bytes", "7.1.1", b"5;" + b"a" * 300 + b"\r\nhello\r\n", 400),
    ("extension without end", "7.1.1", b"5;" + b"a" * 300, 400),
    ("bare LF after the size", "7.1", b"5\nhello\r\n0\r\n\r\n", 400),
    ("CR CR LF after the size", "7.1", b"5\r\r\nhello\r\n", 400),
    ("data longer than its size", "7.1", b"5\r\nhello!\r\n0\r\n\r\n", 400),
    ("data without CRLF", "7.1", b"5\r\nhello0\r\n\r\n", 400),
    ("data closed by LF", "7.1", b"5\r\nhello\n0\r\n\r\n", 400),
    ("data closed by CR and another byte", "7.1", b"5\r\nhello\rX", 400),
    ("trailer without colon", "7.1.2", b"0\r\nabc\r\n\r\n", 400),
    ("trailer without name", "7.1.2", b"0\r\n: a\r\n\r\n", 400),
    ("trailer with a blank before the colon", "7.1.2", b"0\r\nX : a\r\n\r\n", 400),
    ("folded trailer", "5.2", b"0\r\nX: a\r\n b\r\n\r\n", 400),
    ("bare LF in a trailer", "7.1.2", b"0\r\nX: a\n\r\n", 400),
    ("101 trailers", "7.1.2", b"0\r\n" + b"X: 1\r\n" * 101 + b"\r\n", 400),
    ("trailer of 300 bytes", "7.1.2", b"0\r\nX: " + b"a" * 300 + b"\r\n\r\n", 400),
)  # fmt: skip

# (tuple, text): gmtime's tuple of a moment and its IMF-fixdate (RFC 9110 section 5.6.7).
DATES = (
    ((1994, 11, 6, 8, 49, 37, 6, 310), "Sun, 06 Nov 1994 08:49:37 GMT"),
    ((2026, 1, 1, 0, 0, 0, 3, 1), "Thu, 01 Jan 2026 00:00:00 GMT"),
    ((2028, 2, 29, 23, 59, 59, 1, 60), "Tue, 29 Feb 2028 23:59:59 GMT"),
    ((2026, 12, 31, 12, 0, 1, 3, 365), "Thu, 31 Dec 2026 12:00:01 GMT"),
)

# The forms that were, and that a recipient has to take all the same.
OLD_DATES = (
    ((1994, 11, 6, 8, 49, 37), "Sunday, 06-Nov-94 08:49:37 GMT"),
    ((2026, 11, 22, 0, 0, 0), "Sunday, 22-Nov-26 00:00:00 GMT"),
    ((1994, 11, 6, 8, 49, 37), "Sun Nov  6 08:49:37 1994"),
    ((2026, 11, 22, 23, 59, 59), "Sun Nov 22 23:59:59 2026"),
)

NO_DATES = ("", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49:3 GMT", "Sun, 06 Nov 1994 08-49-37 GMT",
            "Sun, 06 Nov 19_4 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT",
            "Sun, 0\u00b2 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-\u00b2\u00b2 08:49:37 GMT",
            "Sun Nov  6 08:49:37 19\u00b24", "Sun, 06 Nov 1994 ::::::::: GMT")  # fmt: skip

# RFC 9110 section 15 and RFC 6585; a status without a phrase has an empty one.
REASONS = {
    100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
    206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
    307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 411: "Length Required",
    412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable",
    417: "Expectation Failed", 426: "Upgrade Required", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
    505: "HTTP Version Not Supported", 299: "", 420: "", 999: "",
}  # fmt: skip

# (encoded path, without its dot segments): RFC 3986 section 5.2.4, and a client's ways to hide one.
DOT_SEGMENTS = (
    ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/a/b/..", "/a/"),
    ("/a/b/.", "/a/b/"), ("/..", "/"), ("/../..", "/"), ("/../a", "/a"), ("/a/../../b", "/b"), ("/...", "/..."),
    ("/a/%2e%2e/b", "/b"), ("/a/%2E./b", "/b"), ("/a/.%2e/b", "/b"), ("/%2e%2e%2fb", "/%2e%2e%2fb"),
    ("/a//../b", "/a/b"),
)  # fmt: skip

# (text, encoded): the text back from it is the same.
QUOTED = (
    ("", ""), ("abc-._~019", "abc-._~019"), ("a/b", "a/b"), ("a b", "a%20b"), ("100%", "100%25"), ("a+b", "a%2Bb"),
    ("caf\u00e9", "caf%C3%A9"), ("\u20ac", "%E2%82%AC"), ("\U0001f600", "%F0%9F%98%80"), ("\0\r\n", "%00%0D%0A"),
    ("?#&=", "%3F%23%26%3D"),
)  # fmt: skip

BAD_QUOTED = ("%", "%4", "%zz", "%4g", "%+5", "% 5", "a%", "%%41", "%e9", "%c3", "%ff", "%c3%28", "%80")

# (query, pairs): WHATWG URL, application/x-www-form-urlencoded.
QUERIES = (
    ("", []), ("a=1", [("a", "1")]), ("a=1&b=2", [("a", "1"), ("b", "2")]), ("a", [("a", "")]), ("a=", [("a", "")]),
    ("=1", [("", "1")]), ("a=1&&b=2&", [("a", "1"), ("b", "2")]), ("a=b=c", [("a", "b=c")]),
    ("a+b=c+d", [("a b", "c d")]),
    ("a%20b=%2B", [("a b", "+")]), ("a=1&a=2", [("a", "1"), ("a", "2")]), ("n=%C3%A9", [("n", "\u00e9")]),
    ("a%3Db=c%26d", [("a=b", "c&d")]),
)  # fmt: skip
