"""The requests that are served with too little memory: each way through the server once. Read on the host too."""

FORM = b"a=1&b=%41+2"
PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n--x--\r\n'
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
KINDS = {
    "plain": b"GET /plain HTTP/1.1\r\nHost: a\r\n\r\n",
    "pipelined": b"GET /plain HTTP/1.1\r\nHost: a\r\n\r\nGET /page.txt HTTP/1.1\r\nHost: a\r\n\r\n",
    "json": b"GET /item/12?a=b+c&d=%41 HTTP/1.1\r\nHost: a\r\nUser-Agent: test\r\n\r\n",
    "options": b"OPTIONS /plain HTTP/1.1\r\nHost: a\r\n\r\n",
    "cookies": b"GET /cookies HTTP/1.1\r\nHost: a\r\nCookie: a=1; b=2\r\n\r\n",
    "password": b"GET /secret HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YWRtaW46c2VjcmV0\r\n\r\n",
    "no password": b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n",
    "redirect": b"GET /old HTTP/1.1\r\nHost: a\r\n\r\n",
    "file": b"GET /page.txt HTTP/1.1\r\nHost: a\r\n\r\n",
    "head": b"HEAD /page.txt HTTP/1.1\r\nHost: a\r\n\r\n",
    "not modified": b"GET /page.txt HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n",
    "range": b"GET /page.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=1-5\r\n\r\n",
    "large": b"GET /large.txt HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
    "pieces": b"GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n",
    "missing": b"GET /no/such HTTP/1.1\r\nHost: a\r\n\r\n",
    "malformed": b"GET /plain HTTP/1.1\r\nHost : a\r\n\r\n",
    "raises": b"GET /raises HTTP/1.1\r\nHost: a\r\n\r\n",
    "raises later": b"POST /raises HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "form": b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\n" % len(FORM) + FORM,
    "posted json": b"POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b'Transfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n0\r\n\r\n',
    "expected": b"POST /form HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    "unread": b"POST /plain HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "stream": b"POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "parts": b"POST /parts HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    b"Content-Length: %d\r\n\r\n" % len(PARTS) + PARTS,
    "pyhtml": b"GET /page.pyhtml HTTP/1.1\r\nHost: a\r\n\r\n",
    "pyhtml raises": b"GET /raises.pyhtml HTTP/1.1\r\nHost: a\r\n\r\n",
    "websocket": UPGRADE + b"\x81\x85\0\0\0\0hello",
    "websocket fragments": UPGRADE + b"\x01\x83\0\0\0\0hel\x89\x80\0\0\0\0\x80\x82\0\0\0\0lo",
    "websocket raises": UPGRADE + b"\x81\x85\0\0\0\0raise",
    "websocket close": UPGRADE + b"\x88\x82\0\0\0\0\x03\xe8",
    "websocket fault": UPGRADE + b"\x83\x80\0\0\0\0",
    "deferred": b"GET /later HTTP/1.1\r\nHost: a\r\n\r\n",
    "half a head": b"GET /plain HTTP/1.1\r\nHost: a",
    "half a content": b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
}
LATE = ("deferred", "half a head", "half a content")  # those that are refused when their time is over

# What is served, {name: content}.
FILES = {
    "page.txt": b"0123456789\n",
    "large.txt": b"0123456789\n" * 3000,
    "page.pyhtml": b"<p>{{ 1 + 1 }}</p>{{ for i in range(3) }}{{ i }}{{ end }}",
    "raises.pyhtml": b"<p>{{ missing }}</p>",
}
