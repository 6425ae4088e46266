"""Connections that a hostile client makes up: requests of all kinds, and what becomes of them when bytes are changed.

Each function takes a random.Random and returns the bytes of one connection.
"""

import sys
from pathlib import Path

from tests.http.client import request
from tests.websockets.wire import handshake

FOLDERS = [str(Path(__file__).parent.parent / name) for name in ("syntax", "websockets")]
sys.path[:0] = FOLDERS
import rows  # noqa: E402
from ws_rows import frame  # noqa: E402

for folder in FOLDERS:
    sys.path.remove(folder)

BEHIND = request("GET", "/hello")
FIELDS = [
    *(f"Transfer-Encoding: {value}" for value in ("chunked", "CHUNKED ", "\tchunked", "gzip, chunked", "xchunked")),
    *(f"Content-Length: {value}" for value in ("5", "0", "+5", "5, 5", "05", "0x5", "5_0", "-1", "\x0b5", "5\xa0", "")),
    *("Transfer_Encoding: chunked", "Transfer-Encoding : chunked", "X: y\r\n Transfer-Encoding: chunked"),
    *(f"Host: {value}" for value in ("b", "", "a b", "a@b", "[::1]:80", "[::1", "a:x", "\xe9")),
    *("Expect: 100-continue", "Expect: x", "Connection: close", "Connection: keep-alive", "Connection: Upgrade"),
    *(f"Range: {value}" for value in ("bytes=0-1", "bytes=-5", "bytes=5-", "bytes=5-2", "bytes=0-0,2-3")),
    *("If-None-Match: *", 'If-None-Match: "a", *', "If-Match: *", 'If-Match: "x"', "If-Range: x"),
    *(f"If-Modified-Since: {value}" for value in ("Tue, 14 Nov 2023 22:13:20 GMT", "Tue Nov 14 22:13:21 2023", "0")),
    *("If-Unmodified-Since: Mon, 13 Nov 2023 22:13:20 GMT", "Accept-Encoding: gzip", "Accept-Encoding: *;q=0"),
    *("Content-Type: application/x-www-form-urlencoded", "Authorization: Basic dXPDqXI6cGFzczp3b3Jk", "Cookie: a=1"),
]
PIECES = [
    *(b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b",", b"=", b'"', b"\\", b"#", b"@", b"[", b"]", b"\x0b"),
    *(b"\x7f", b"\x80", b"\xc3\xa9", b"\xff", b"\xc0\xaf", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.2", b"GET", b"CONNECT"),
    *(b"%", b"%00", b"%2e", b"%2f", b"%5c", b"%c0%ae", b"%ed%a0%80", b"..", b"//", b"/../", b"/./", b"?", b"http://a"),
    *(b"0x", b"+", b"-", b"_", b"0", b"ffffffff", b"100000000", b"\xb2", b"--XX", b"--", b"name=", b"filename*="),
    *(field.encode("latin-1") + b"\r\n" for field in FIELDS),
]
PATHS = [
    *("/hello", "/users/12", "/users/x/profile/y", "/page.txt", "/folder", "/folder/", "/packed.js", "/empty.txt", "*"),
    *("/a%20b+c.txt", "/caf%C3%A9.txt", "/data.unknown", "/.hidden.txt", "/auth/basic", "/content", "/own-head"),
    *("/redirect?to=/x", "/%2e%2e/secret.txt", "/folder/../page.txt", "/branch/a/b/right", "/users/%c3%a9"),
]
SEGMENTS = [
    *("..", ".", "", "%2e%2e", "folder", "page.txt", "PAGE.TXT", "page.txt.", "page.txt%20", "page.txt%00", "..%2f"),
    *("%c0%ae%c0%ae", "%252e%252e", "www-secret", "secret.txt", "..%5c", "%u002e", ";a", "~", "-secret"),
]
PAYLOADS = [
    *(b"", b"hello", b"x" * 126, b"z" * 900, "\u00e9\u20ac\U0001f600".encode(), b"\xff", b"\xed\xa0\x80", b"\xe2\x82"),
    *(b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\x03\xe8", b"\x03\xe8bye", b"\x03\xec", b"\x00"),
]


def mangle(data, numbers, times):
    """Change a few bytes, or put in, or take out, what means something."""
    data = bytearray(data)
    for _ in range(times):
        at = numbers.randrange(len(data) + 1)
        way = numbers.random()
        piece = numbers.choice(PIECES)
        if way < 0.5:
            data[at:at] = piece
        elif way < 0.7:
            del data[at : at + numbers.choice((1, 1, 2, 5, 20))]
        elif way < 0.85:
            data[at : at + len(piece)] = piece
        else:
            data[at : at + 1] = bytes([numbers.randrange(256)])
    return bytes(data)


def head(numbers):
    """A request's head, good or one of those of the syntax' rows."""
    if numbers.random() < 0.4:
        data = numbers.choice([row[2] for row in (*rows.GOOD_HEADS, *rows.BAD_HEADS) if len(row[2]) < 1000])
    else:
        method = numbers.choice(("GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"))
        fields = numbers.sample(FIELDS, numbers.choice((0, 0, 1, 2)))
        data = request(method, numbers.choice(PATHS), fields)
    content = numbers.choice((b"", b"hello", b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n"))
    return mangle(data, numbers, numbers.choice((0, 0, 1, 2))) + content + BEHIND


def path(numbers):
    """A path of segments that lead somewhere else, or of one that is changed."""
    if numbers.random() < 0.6:
        target = "/" + "/".join(numbers.choices(SEGMENTS, k=numbers.randint(1, 5)))
    else:
        target = mangle(numbers.choice(PATHS).encode(), numbers, 2).decode("latin-1")
    return request("GET", target + numbers.choice(("", "?a=1"))) + BEHIND


def chunks(numbers):
    """A chunked content, changed or not."""
    data = b""
    for _ in range(numbers.randrange(4)):
        size = numbers.choice((1, 5, 16, 255, 900))
        line = numbers.choice(("%x", "%08X", "%x;a=b", "%x ;x")) % size
        data += line.encode() + b"\r\n" + b"z" * size + b"\r\n"
    data += numbers.choice((b"0\r\n", b"000\r\n", b"0;x\r\n"))
    data += numbers.choice((b"", b"X: y\r\n", b"bad\r\n")) + b"\r\n"
    begin = request("POST", numbers.choice(("/content", "/hello")), ["Transfer-Encoding: chunked"])
    return begin + mangle(data, numbers, numbers.choice((0, 1, 1, 2))) + BEHIND


def parts(numbers):
    """A multipart content, changed or not."""
    heads = (b'name="a"', b"name=b; filename=x.txt", b'name="c"; filename="..\\\\e%22v\\"il"', b'name="skip"')
    data = b""
    for _ in range(numbers.randrange(4)):
        data += b"--XX\r\nContent-Disposition: form-data; " + numbers.choice(heads)
        data += b"\r\n\r\n" + numbers.choice((b"", b"abc", b"\r\n--X", b"z" * 900)) + b"\r\n"
    data = mangle(data + b"--XX--\r\n", numbers, numbers.choice((0, 1, 1, 2)))
    return request("POST", "/parts", ["Content-Type: multipart/form-data; boundary=XX"], data) + BEHIND


def frames(numbers):
    """A WebSocket's frames, most of them good by themselves; nothing stands behind a Close frame."""
    data = b""
    opcode = 0
    while opcode != 8 and len(data) < 3000:
        opcode = numbers.choice((0, 1, 1, 2, 2, 8, 9, 10, 3, 11))
        key = None if numbers.random() < 0.05 else bytes(numbers.choices(range(256), k=4))
        rsv = numbers.choice((0,) * 12 + (0x40, 0x20))
        # What is empty is no message for the echo of the site.
        payload = numbers.choice(PAYLOADS if opcode & 8 else PAYLOADS[1:])
        data += frame(opcode, payload, numbers.random() < 0.7, rsv, key)
    return handshake("/chat") + data


KINDS = {"heads": head, "paths": path, "chunks": chunks, "parts": parts, "frames": frames}
