"""What must hold of the value of a single field, for any bytes; and what a well formed one means, by its grammar.

A field is read as in a request: out of a head, through HttpRequest.
"""

import base64
import email.utils
import os
import re
from types import SimpleNamespace

from MicroWebSrv2 import MicroWebSrv2
from MicroWebSrv2.exchange import Exchange
from MicroWebSrv2.fileConditions import Precondition, Range
from MicroWebSrv2.libs.credentials import BasicBytes, IsBearer
from MicroWebSrv2.libs.httpSyntax import ContentError, HttpError
from MicroWebSrv2.libs.wsDeflate import Agree
from MicroWebSrv2.libs.wsHandshake import AcceptKey, HasToken, IsKey
from MicroWebSrv2.staticFiles import AcceptsGzip, _File

TIME = 1_700_000_000  # when the file was modified
DATE = email.utils.formatdate(TIME, usegmt=True).encode()
TAG = b'"%x-64"' % (TIME * 10**9)
SIZES = (100, 0, 1, 1 << 40)
SERVER = MicroWebSrv2()

# RFC 9110, RFC 3986, RFC 6265: what is well formed, in as many words.
OWS = rb"[ \t]*"
TCHAR = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
ETAG = rb'(?:W/)?"[!#-~\x80-\xff]*"'
ETAGS = rb"(?:\*|%s(?:%s,%s%s)*)" % (ETAG, OWS, OWS, ETAG)
WEIGHT = rb"(?:%s;%sq=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?" % (OWS, OWS)
CODING = rb"(?:gzip|br|deflate|identity|\*|%s+)%s" % (TCHAR, WEIGHT)
CODINGS = rb"%s(?:%s,%s%s)*" % (CODING, OWS, OWS, CODING)
RANGE = rb"bytes=(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
COOKIE_OCTET = rb"[!#-+\x2d-\x3a\x3c-\x5b\x5d-\x7e]"
COOKIE = rb"%s+=(?:%s*|\"%s*\")" % (TCHAR, COOKIE_OCTET, COOKIE_OCTET)
COOKIES = rb"%s(?:; %s)*" % (COOKIE, COOKIE)
REG_NAME = rb"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
HOST = rb"(?:%s|\[[0-9A-Fa-f:.]{2,}\])(?::[0-9]*)?" % REG_NAME
# What nobody may take for a host: it would be a path, a user, a port that is none.
LEAST_HOST = rb"(?:\[[^\[\]/@\\ \"<>]*\]|[^:\[\]/@\\ \"<>]*)(?::[0-9]*)?"

GRAMMAR = {
    "ranges": RANGE,
    "conditions": rb"(?:%s)?\n(?:%s)?\n(?:%s)?\n(?:%s)?" % (ETAGS, re.escape(DATE), ETAGS, re.escape(DATE)),
    "encodings": CODINGS,
    "cookie_fields": COOKIES,
    "hosts": HOST,
}


def asking(*fields, method=b"GET", content=None):
    """The HttpRequest with these fields, (name, value) as bytes, None where it is refused, or they would be others."""
    if any(b"\n" in value for _, value in fields):
        return None
    lines = b"".join(b"%s: %s\r\n" % field for field in fields)
    if not any(name == b"Host" for name, _ in fields):
        lines += b"Host: a\r\n"
    head = method + b" / HTTP/1.1\r\n" + lines + b"\r\n"
    connection = SimpleNamespace(WebServer=SERVER, Share=SimpleNamespace(Files={}))  # no field asks for a real one
    exchange = Exchange(connection)
    buffer = bytearray(head)
    try:
        exchange.Parse(buffer, memoryview(buffer), 0, len(buffer))
    except HttpError:
        return None
    exchange.Content = content
    return exchange.Request


def matches(pattern, value):
    """Whether the whole of a value (bytes) has a shape."""
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def ranges(data):
    """RFC 9110 section 14.1.2: a part of the file, none that can be had, or the whole."""
    size, value = SIZES[data[0] % 4] if data else 0, data[1:]
    request = asking((b"Range", value))
    if request is None:
        return
    found = Range(request, file_of(size))
    assert not found or 0 <= found[0] <= found[1] < size, found
    if matches(RANGE, value):
        assert found == range_of(value, size)


def range_of(value, size):
    """What a well formed range means."""
    first, last = value[6:].split(b"-")
    if not first:
        return (max(0, size - int(last)), size - 1) if size and int(last) else ()
    if last and int(last) < int(first):
        return None
    end = min(int(last), size - 1) if last else size - 1
    return (int(first), end) if int(first) < size else ()


def conditions(data):
    """RFC 9110 section 13.2.2: If-Match or else If-Unmodified-Since, then If-None-Match or else If-Modified-Since."""
    names = (b"If-Match", b"If-Unmodified-Since", b"If-None-Match", b"If-Modified-Since")
    values = (data.split(b"\n") + [b""] * 4)[:4]
    request = asking(*[field for field in zip(names, values) if field[1]])
    if request is None:
        return
    status = Precondition(request, file_of(100))
    assert status in (0, 304, 412)
    if all(not value or matches(ETAGS, value) for value in values[::2]) and set(values[1::2]) <= {b"", DATE}:
        assert status == status_of(*values)


def status_of(match, unmodified, none_match, modified):
    """What well formed conditions mean for a file that was modified at DATE."""
    strong, weak = tags(match), [tag.removeprefix(b"W/") for tag in tags(none_match)]
    if match and not {b"*", TAG} & set(strong):
        return 412
    if none_match:
        return 304 if {b"*", TAG} & set(weak) else 0
    return 304 if modified else 0


def tags(value):
    """The entity tags of a well formed list."""
    return re.findall(ETAG, value) or [value]


def encodings(data):
    """RFC 9110 section 12.5.3: whether gzip may be sent."""
    accepts = AcceptsGzip(data.decode("latin-1"))
    assert accepts in (True, False)
    if matches(CODINGS, data):
        weights = {}
        for item in data.lower().split(b","):
            coding, _, weight = item.strip(b" \t").partition(b";")
            weights.setdefault(coding.strip(b" \t"), []).append(float(weight.partition(b"=")[2] or 1))
        said = weights.get(b"gzip") or weights.get(b"*") or [0]
        if len(said) == 1:  # what it means twice nobody says
            assert accepts == (said[0] > 0), weights


def cookie_fields(data):
    """RFC 6265 section 4.2: the cookies of a request."""
    request = asking((b"Cookie", data))
    if request is None:
        return
    for cookie in request.Cookies:
        assert cookie == cookie.strip(" \t") and cookie and ";" not in cookie
        name = cookie.partition("=")[0]
        assert isinstance(request.GetCookie(name), str) == any(c.startswith(name + "=") for c in request.Cookies)
    if matches(COOKIES, data):
        text = data.decode()
        assert request.Cookies == text.split("; ")
        assert request.GetCookie(text.partition("=")[0]) == text.split("; ")[0].partition("=")[2].strip('"')


def hosts(data):
    """RFC 9110 section 7.2: a name or an address, and perhaps a port."""
    request = asking((b"Host", data))
    value = data.strip(b" \t")
    if matches(HOST, value):
        assert request is not None and request.Host == value.decode()
    if request is not None:
        assert matches(LEAST_HOST, value)


def credentials(data):
    """RFC 7617, RFC 6750: credentials, or none."""
    text = data.decode("latin-1")
    assert isinstance(BasicBytes(text), bytes)
    assert not IsBearer(text, "a token") or text[6:].strip(" ") == "a token"
    assert BasicBytes("Basic " + base64.b64encode(data).decode()) == data


def forms(data):
    """WHATWG URL: a posted form, a repeated name's last value, all of them by their name."""
    fields = (b"Content-Type", b"application/x-www-form-urlencoded"), (b"Content-Length", b"%d" % len(data))
    request = asking(*fields, method=b"POST", content=memoryview(data))
    try:
        form = request.GetPostedURLEncodedForm()
    except ContentError as error:
        assert error.Status == 400
        return
    for name, value in form.items():
        assert request.GetAll(name)[-1] == value


def upgrades(data):
    """RFC 6455 section 4.2, RFC 7692: a handshake's key, its tokens, the extensions that are offered."""
    text = data.decode("latin-1")
    if IsKey(text):
        assert len(base64.b64decode(text)) == 16 and len(AcceptKey(text)) == 28
    assert HasToken(text, "upgrade") == ("upgrade" in [item.strip(" \t").lower() for item in text.split(",")])
    try:
        Agree(text, None)
    except ValueError:
        pass  # malformed: the handshake is refused


PROPERTIES = {
    f.__name__: f for f in (ranges, conditions, encodings, cookie_fields, hosts, credentials, forms, upgrades)
}


def file_of(size):
    """A file as staticFiles.py describes it."""
    stat = os.stat_result((0x8000, 0, 0, 1, 0, 0, size, TIME, TIME, TIME), {"st_mtime_ns": TIME * 10**9})
    return _File("a.txt", stat, "text/plain", True)
