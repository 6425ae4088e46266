"""Files as answers: validators, conditions, ranges, compressed twins (RFC 9110 sections 8.8, 13, 14).

Imported by the first request for a file.
"""

from time import gmtime

from . import pipeline
from .filePaths import IsFile, IsTemplate, ResolvePath
from .httpResponse import PutBody
from .libs.httpDate import HttpDate
from .libs.httpHeadWriter import END
from .libs.httpSyntax import SEEN_ACCEPT, SEEN_CONDITION, SEEN_NONE_MATCH, SEEN_RANGE
from .libs.interpreter import FileStat, IsInside, MayKeep, ModifiedTicks, OpenFile, const
from .webRoute import ROUTES

_INODE = const(1)  # indices of a stat tuple
_SIZE = const(6)
_MTIME = const(8)

_MAX_KEPT_PATH = const(128)  # bytes: slashes can be repeated, and make a path of a small file as long as a head

_VARY = b"\r\nVary: Accept-Encoding"


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
            fields.append(("\r\nLast-Modified: %s" % HttpDate(gmtime(self.Modified))).encode())
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
        """Returns what is sent of the whole file: its bytes, or the open file. Raises OSError."""
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
        if kept.find(self.ETag) < 0:  # somebody else was answered meanwhile: a slow client, that gave its buffer away
            return
        if code == 200:
            self._head = kept
        else:
            self._head304 = kept


def AnswerPath(exchange):
    """Answers GET or HEAD with the file that the request's path stands for; 403, 404, or a redirect to a directory."""
    file = exchange.File
    worker = exchange.Connection.Share.Worker
    if file is None or file.Turn != worker.Turn and not _IsStillIt(file, worker):
        file = _Resolve(exchange)
        if file is None:
            return
        _Remember(exchange.Connection.Share, file, exchange)
    _Answer(exchange, file)


def _IsStillIt(file, worker):
    """Says whether a file is still what its path stands for, and unchanged; once a second it is resolved anew."""
    return file.Second == worker.Now // 1000 and file.IsFresh(worker.Turn)


def _Remember(share, file, exchange):
    if len(exchange.Path) > _MAX_KEPT_PATH:
        return
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
    if not path.endswith("/") and not physical.endswith(path):
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
    if not IsFile(stat):
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
    # One older than the file itself holds what the file was before; one that lies elsewhere is nobody's twin.
    isNew = IsFile(gzStat) and gzStat[_MTIME] >= stat[_MTIME]
    if isNew and IsInside(path + ".gz", path[: path.rfind("/") + 1]):
        twin = _File(path + ".gz", gzStat, mimeType, caching, None)
        twin.Fields += b"\r\nContent-Encoding: gzip" + _VARY
    return _File(path, stat, mimeType, caching, twin)


def _Disposition(name):
    """Returns the Content-Disposition (RFC 6266) that makes the browser save under a name."""
    raw = [b if 32 <= b <= 126 and b not in b'"\\%/' else 95 for b in name.encode() if b & 0xC0 != 0x80]
    plain = str(bytes(raw), "ascii")
    if plain == name:
        return 'attachment; filename="%s"' % plain
    from .libs.urlUtils import UrlUtils

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
        status = 304 if _HasETag(exchange, file.ETag) else _Precondition(exchange.Request, file)
        if status == 304:
            file.Send(exchange, 304, None, 0)
        elif status:
            exchange.Response.Return(status)
        if status:
            return
    if seen & SEEN_RANGE:
        _AnswerRange(exchange, file)
    else:
        _Send(exchange, file, 200, 0, file.Size)


def _HasETag(exchange, etag):
    """Says whether the request asks for what has changed since this one ETag: the usual condition, read in place."""
    if exchange._seen & SEEN_CONDITION:
        return False
    buf = exchange._buf
    at = exchange._noneMatch + 1
    return buf.startswith(etag, at) and buf[at + len(etag)] == 13 and buf[at - 1] == 32


def _Precondition(request, file):
    from .fileConditions import Precondition

    return Precondition(request, file)


def _AnswerRange(exchange, file):
    from .fileConditions import Range

    bounds = Range(exchange.Request, file)
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


pipeline.AnswerPath = AnswerPath
