"""Files as answers: validators, conditions, ranges, compressed twins (RFC 9110 sections 8.8, 13, 14).

Imported by the first request for a file.
"""

from .httpResponse import PutBody
from .libs.httpDate import HttpDate, ParseHttpDate
from .libs.httpHeadWriter import END
from .libs.httpSyntax import SEEN_ACCEPT, SEEN_CONDITION, SEEN_NONE_MATCH, SEEN_RANGE
from .libs.interpreter import FileStat, IsInside, MayKeep, ModifiedTicks, OpenFile, const
from .libs.urlUtils import UrlUtils
from .webRoute import ROUTES

_IS_DIRECTORY = const(0x4000)
_IS_REGULAR = const(0x8000)
_KIND = const(0xF000)
_MODE = const(0)  # indices of a stat tuple
_INODE = const(1)
_SIZE = const(6)
_MTIME = const(8)

_VARY = b"\r\nVary: Accept-Encoding"


def ResolvePath(web, path):
    """Returns (physical path, stat) of a decoded URL path below the root, or (None, None).

    A directory stands for its default page; a name that begins with a dot is
    never found, nor is what lies outside the root.
    """
    if not path or path[0] != "/" or "/." in path or "\0" in path or "\\" in path:
        return None, None
    root = web.RootPath
    physical = (root if root != "/" else "") + path
    stat = FileStat(physical[:-1] if physical[-1] == "/" else physical)
    if stat and stat[_MODE] & _KIND == _IS_DIRECTORY:
        base = physical if physical[-1] == "/" else physical + "/"
        for page in web.DefaultPages:
            stat = FileStat(base + page)
            if _IsFile(stat) and IsInside(base + page, root):
                return base + page, stat
        return None, None
    if path[-1] == "/" or not _IsFile(stat) or not IsInside(physical, root):
        return None, None
    return physical, stat


class _File:
    """What is said of a file, ready to be sent; right as long as the file is the one that was looked at."""

    def __init__(self, path, stat, mimeType, caching, twin):
        self.Path = path
        self.Type = mimeType
        self.Size = stat[_SIZE]
        self.Modified = int(stat[_MTIME])
        self._inode = stat[_INODE]
        self.Twin = twin  # _File: the same content compressed
        self.Second = -1  # of the worker's clock, when it was resolved; -1: it will not be asked for again
        self.Turn = -1  # of the worker's loop, when it was what is described here
        self.Routes = -1  # their version, of which none takes the path
        self.ETag = ('"%x-%x"' % (ModifiedTicks(stat), self.Size)).encode()
        fields = [b"\r\nETag: ", self.ETag]
        if self.Modified > 0:
            fields.append(("\r\nLast-Modified: %s" % _Date(self.Modified)).encode())
        if caching:  # kept by the client, and asked for again by its ETag
            fields.append(b"\r\nCache-Control: no-cache")
        if twin:
            fields.append(_VARY)
        if path[-3:] != ".gz":  # a part of a compressed twin would be a part of something else
            fields.append(b"\r\nAccept-Ranges: bytes")
        self.Fields = b"".join(fields)
        self._content = None  # bytes: kept where there is memory for it
        self._head = self._head304 = None  # bytes: the answers' heads, in the second in which they were made

    def IsFresh(self, turn):
        """Says whether the file is still what it was: looked at once a turn of the worker's loop."""
        if self.Turn == turn:
            return True
        stat = FileStat(self.Path)
        if (
            stat is None
            or stat[_SIZE] != self.Size
            or int(stat[_MTIME]) != self.Modified
            or stat[_INODE] != self._inode
        ):
            return False
        self.Turn = turn
        return True


    def Content(self):
        """Returns what is sent of the whole file: its bytes, or the open file. Raises OSError.

        """
        if self._content is None:
            if not MayKeep(self.Size, self.Modified):
                return OpenFile(self.Path)
            with OpenFile(self.Path) as file:
                content = file.read(self.Size + 1)
            if len(content) != self.Size:  # it changes at this very moment
                return OpenFile(self.Path)
            self._content = content
        return self._content


    def Send(self, exchange, code, content, length):
        """Answers 200 with the whole file, or 304 without it.

        A plain request gets the head that was made for the one before it: that is
        a third of the work. No head is older than a second, as its date is.
        """
        connection = exchange.Connection
        head = connection.Share.Head()
        kept = self._head if code == 200 else self._head304
        if self.Second < 0 or exchange.Custom or exchange.WebServer.AllowOrigins or not connection.NeedsNoField():
            exchange.Response.SendFile(code, content, length, self.Type)
        elif not kept or exchange._method == "HEAD":
            self._SendFirst(exchange, head, code, content, length)
        else:
            exchange.Answered = True
            exchange.Body = content
            exchange.BodyLength = length
            head.Length = 0
            head.Put(kept)
            if content is not None and length <= head.Size - head.Length:
                PutBody(exchange, head)
            connection.Transmit(code, head)

    def _SendFirst(self, exchange, head, code, content, length):
        exchange.Response.SendFile(code, content, length, self.Type)
        end = head.Buffer.find(END, 0, head.Length) + len(END)
        kept = bytes(head.View[:end])
        if code == 200:
            self._head = kept
        else:
            self._head304 = kept


def AnswerPath(exchange):
    """Answers GET or HEAD with the file that the request's path stands for; 403, 404, or a redirect to a directory."""
    file = exchange.File
    worker = exchange.Connection.Share.Worker
    if not file or file.Turn != worker.Turn and not _IsStillIt(file, worker):
        file = _Resolve(exchange)
        if not file:
            return
        _Remember(exchange.Connection.Share, file, exchange)
    _Answer(exchange, file)


def _IsStillIt(file, worker):
    """Says whether a file is still what its path stands for, and unchanged; once a second it is resolved anew."""
    return file.Second == worker.Now // 1000 and file.IsFresh(worker.Turn)


def _Remember(share, file, exchange):
    files = share.Files
    file.Second = share.Worker.Now // 1000
    file.Turn = share.Worker.Turn
    if file.Twin:
        file.Twin.Second = file.Second
    file.Routes = ROUTES.Version
    if len(files) >= exchange.WebServer.BufferSlotsCount // 2:
        files.clear()
    files[exchange.Path] = file


def _Resolve(exchange):
    """Returns the _File of the request's path, or None when the request was answered otherwise."""
    web = exchange.WebServer
    response = exchange.Response
    path = exchange.Request.Path
    physical, stat = (None, None) if b"%2f" in exchange.Path.lower() else ResolvePath(web, path)
    if not physical:  # also a slash inside a name
        response.ReturnNotFound()
        return None
    if path[-1] != "/" and not physical.endswith(path):
        # Relative links of the default page need the slash. The root's own
        # name never comes first, so "//host" cannot be made of it.
        query = exchange.Request.QueryString
        location = "/" + str(exchange.Path, "ascii").lstrip("/") + "/"
        response.ReturnRedirect(location + ("?" + query if query else ""))
        return None
    mimeType = web.GetMimeTypeFromFilename(physical)
    if not mimeType or IsTemplate(physical):
        response.ReturnForbidden()
        return None
    return _Describe(physical, stat, mimeType, True)


def AnswerFile(response, filename, attachmentName):
    """Answers with a file of the filesystem; 404 where there is none, 403 for a template."""
    stat = FileStat(filename)
    if not _IsFile(stat):
        response.ReturnNotFound()
        return
    if IsTemplate(filename):
        response.ReturnForbidden()
        return
    exchange = response._exchange
    mimeType = response.ContentType or exchange.WebServer.GetMimeTypeFromFilename(filename)
    if attachmentName:
        response.SetHeader("Content-Disposition", _Disposition(attachmentName))
    _Answer(exchange, _Describe(filename, stat, mimeType or "application/octet-stream", response.AllowCaching))


def _Describe(path, stat, mimeType, caching):
    """Returns the _File of a path, with its compressed twin `path`.gz if there is one (RFC 9110 section 12.5.3)."""
    twin = None
    gzStat = FileStat(path + ".gz")
    # One older than the file itself holds what the file was before.
    if _IsFile(gzStat) and gzStat[_MTIME] >= stat[_MTIME]:
        twin = _File(path + ".gz", gzStat, mimeType, caching, None)
        twin.Fields += b"\r\nContent-Encoding: gzip" + _VARY
    return _File(path, stat, mimeType, caching, twin)


def IsTemplate(filename):
    """Says whether a file holds a page's code, which is never sent, whatever its MIME type is."""
    return filename.lower().rstrip(". ").endswith(".pyhtml")  # FAT takes "a.pyhtml." for the same name


def _IsFile(stat):
    return stat is not None and stat[_MODE] & _KIND == _IS_REGULAR


def _Disposition(name):
    """Returns the Content-Disposition (RFC 6266) that makes the browser save under a name."""
    plain = "".join([c if " " <= c <= "~" and c not in '"\\%/' else "_" for c in name])
    if plain == name:
        return 'attachment; filename="%s"' % plain
    return "attachment; filename=\"%s\"; filename*=UTF-8''%s" % (plain, UrlUtils.Quote(name, ""))


def _Answer(exchange, file):
    """Answers with a file, or as the request's conditions and range ask."""
    seen = exchange._seen
    twin = file.Twin
    turn = exchange.Connection.Share.Worker.Turn
    if twin and seen & SEEN_ACCEPT and not seen & SEEN_RANGE and _TakesGzip(exchange) and twin.IsFresh(turn):
        file = twin
    exchange.Fields = file.Fields
    if seen & (SEEN_CONDITION | SEEN_NONE_MATCH):
        status = _Precondition(exchange, file)
        if status:
            if status == 304:
                file.Send(exchange, 304, None, 0)
            else:
                exchange.Response.Return(status)
            return
    if seen & SEEN_RANGE:
        _AnswerRange(exchange, file)
    else:
        _Send(exchange, file, 200, 0, file.Size)


def _AnswerRange(exchange, file):
    bounds = _Range(exchange.Request, file)
    response = exchange.Response
    if bounds is None:
        _Send(exchange, file, 200, 0, file.Size)
    elif not bounds:
        response.SetHeader("Content-Range", "bytes */%d" % file.Size)
        response.Return(416)
    else:
        response.SetHeader("Content-Range", "bytes %d-%d/%d" % (bounds[0], bounds[1], file.Size))
        _Send(exchange, file, 206, bounds[0], bounds[1] - bounds[0] + 1)


def _Send(exchange, file, code, first, length):
    try:
        content = OpenFile(file.Path) if code == 206 else file.Content()
    except OSError:  # it was there a moment ago, or may not be read
        exchange.Fields = None
        exchange.Response.ReturnForbidden()
        return
    if code == 200:
        file.Send(exchange, 200, content, length)
    else:
        content.seek(first)
        exchange.Response.SendFile(code, content, length, file.Type)


def _TakesGzip(exchange):
    return AcceptsGzip(exchange.Request._Field(b"accept-encoding"))


def AcceptsGzip(value):
    """Says whether an Accept-Encoding value lets gzip pass: named, or by *, and not with weight 0."""
    accepted = False
    for item in value.lower().split(","):
        parts = item.split(";")
        coding = parts[0].strip(" \t")
        if coding == "gzip" or coding == "*":
            weight = parts[1].strip(" \t").replace(" ", "") if len(parts) > 1 else ""
            refused = weight.startswith("q=0") and not weight[3:].strip(".0")
            refused = refused and weight.strip("q=.0") == ""
            if coding == "gzip":
                return not refused
            accepted = not refused
    return accepted


def _Date(seconds):
    from time import gmtime

    return HttpDate(gmtime(seconds))


def _Precondition(exchange, file):
    """Returns the status that the request's conditions ask for instead of the file, or 0 (RFC 9110 section 13.2.2)."""
    if not exchange._seen & SEEN_CONDITION:  # the usual one: has this one ETag changed? It is read in place.
        buf = exchange._buf
        at = exchange._noneMatch + 1
        if buf.startswith(file.ETag, at) and buf[at + len(file.ETag)] == 13 and buf[at - 1] == 32:
            return 304
    request = exchange.Request
    etag = str(file.ETag, "ascii")
    mtime = file.Modified
    value = request._Field(b"if-match")
    if value:
        if not _Matches(value, etag, False):
            return 412
    else:
        value = request._Field(b"if-unmodified-since")
        if value and not _UnmodifiedSince(value, mtime):
            return 412
    value = request._Field(b"if-none-match")
    if value:
        return 304 if _Matches(value, etag, True) else 0
    value = request._Field(b"if-modified-since")
    if value and mtime > 0 and ParseHttpDate(value) and _UnmodifiedSince(value, mtime):
        return 304
    return 0


def _Matches(value, etag, weak):
    for tag in value.split(","):
        tag = tag.strip(" \t")
        if weak and tag.startswith("W/"):
            tag = tag[2:]
        if tag == etag or tag == "*":
            return True
    return False


def _UnmodifiedSince(value, mtime):
    """Says whether the file is no newer than a date; a date that is none says nothing."""
    from time import gmtime

    since = ParseHttpDate(value)
    return since is None or tuple(gmtime(mtime)[:6]) <= since


def _Range(request, file):
    """Returns (first, last) of the one range asked for, () if it cannot be had, None to send the whole.

    Several ranges, and what is no range, are answered with the whole file,
    as RFC 9110 section 14.2 allows.
    """
    size = file.Size
    value = request._Field(b"range")
    if request.Method != "GET" or not value.startswith("bytes="):
        return None
    condition = request._Field(b"if-range")
    if condition and condition.encode() != file.ETag and (condition[0] == '"' or condition != _Date(file.Modified)):
        return None
    bounds = value[6:].strip(" \t").split("-")
    if len(bounds) != 2 or not (_IsNumber(bounds[0]) and _IsNumber(bounds[1])) or bounds == ["", ""]:
        return None
    if not bounds[0]:  # the last n bytes
        count = int(bounds[1])
        return (max(size - count, 0), size - 1) if count and size else ()
    first = int(bounds[0])
    last = min(int(bounds[1]), size - 1) if bounds[1] else size - 1
    if bounds[1] and int(bounds[1]) < first:
        return None
    return (first, last) if first < size else ()


def _IsNumber(text):
    for char in text:
        if not "0" <= char <= "9":
            return False
    return len(text) <= 18
