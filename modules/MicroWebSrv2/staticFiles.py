"""Files as answers: validators, conditions, ranges, compressed twins (RFC 9110 sections 8.8, 13, 14).

Imported by the first request for a file.
"""

from time import gmtime

from . import pipeline
from .filePaths import IsFile, IsTemplate, ResolvePath
from .libs.httpDate import HttpDate
from .libs.httpHeadWriter import END
from .libs.httpSyntax import SEEN_ACCEPT, SEEN_CONDITION, SEEN_NONE_MATCH, SEEN_RANGE, SEEN_SINCE
from .libs.interpreter import FileStat, IsInside, MayKeep, ModifiedTicks, OpenFile, const
from .webRoute import ROUTES

_INODE = const(1)  # indices of a stat tuple
_SIZE = const(6)
_MTIME = const(8)

_MAX_KEPT_PATH = const(128)  # bytes: slashes can be repeated, and make a path of a small file as long as a head

_MATCHES = SEEN_CONDITION | SEEN_NONE_MATCH
_CONDITIONS = _MATCHES | SEEN_SINCE
_ASKS_MORE = _CONDITIONS | SEEN_RANGE

# The last Accept-Encoding: a browser says the same each time, and to compare it is a tenth of the work to read it.
_lastAccepted = [(b"\0", False)]
_MAX_ACCEPTED = const(64)  # bytes
_ACCEPT_LINE = b"\r\nAccept-Encoding: "

_VARY = b"\r\nVary: Accept-Encoding"


class _File:
    """What is said of a file, ready to be sent; right as long as the file is the one that was looked at.

    A plain request gets the bytes that were made for the one before it: that is
    a third of the work. None are older than a second, as their date is.
    """

    def __init__(self, path, stat, mimeType, caching):
        self.Path = path
        self.Type = mimeType
        self.Size = stat[_SIZE]
        self.Modified = int(stat[_MTIME])
        self._inode = stat[_INODE]
        self.Twin = None  # _File: the same content compressed
        self.Asks = _ASKS_MORE  # SEEN_… bits: who has one of them asks for something else than the file as it is
        self.Second = -1  # of the worker's clock, when it was resolved; -1: it will not be asked for again
        self.Turn = -1  # of the worker's loop, when it was what is described here
        self.Routes = -1  # their version, of which none takes the path
        self.ETag = ('"%x-%x"' % (ModifiedTicks(stat), self.Size)).encode()
        self.Condition = b" " + self.ETag + b"\r"  # what follows If-None-Match and its colon, as all browsers write it
        self.Fields = self._FieldLines(caching)
        self._content = None  # bytes: kept where there is memory for it
        self._head = None  # bytes: of 200, in the second in which it was made ...
        self._end = 0  # ... its length ...
        self._whole = None  # ... with the content behind it: bytes, or a memoryview ...
        self._room = None  # ... into whose end the content is read each time: this memoryview, a byte longer
        self._head304 = None  # bytes

    def _FieldLines(self, caching):
        lines = b"\r\nETag: " + self.ETag
        if self.Modified > 0:
            lines += ("\r\nLast-Modified: %s" % HttpDate(gmtime(self.Modified))).encode()
        if caching:  # kept by the client, and asked for again by its ETag
            lines += b"\r\nCache-Control: no-cache"
        if self.Path[-3:] != ".gz":  # a part of a compressed twin would be a part of something else
            lines += b"\r\nAccept-Ranges: bytes"
        return lines

    def SeekTwin(self, caching):
        """Finds the file's compressed twin, `path`.gz, if there is one (RFC 9110 section 12.5.3)."""
        path = self.Path + ".gz"
        stat = FileStat(path)
        # One older than the file itself holds what the file was before; one that lies elsewhere is nobody's twin.
        if IsFile(stat) and stat[_MTIME] >= self.Modified and IsInside(path, path[: path.rfind("/") + 1]):
            self.Twin = _File(path, stat, self.Type, caching)
            self.Twin.Fields += b"\r\nContent-Encoding: gzip" + _VARY
            self.Fields += _VARY
            self.Asks |= SEEN_ACCEPT

    def IsFresh(self, worker):
        """Says whether the file is still what it was, looked at once a turn of the worker's loop.

        Once a second it is resolved anew: another may be what its path stands for.
        """
        if self.Turn == worker.Turn:
            return True
        if 0 <= self.Second != worker.Now // 1000:
            return False
        stat = FileStat(self.Path)
        if stat is None or stat[_SIZE] != self.Size or stat[_MTIME] != self.Modified or stat[_INODE] != self._inode:
            return False
        self.Turn = worker.Turn
        return True

    def Content(self):
        """Returns what is sent of the whole file: its bytes, or the open file, or None where it cannot be opened."""
        if self._content is None:
            file = OpenFile(self.Path)
            if file is None or not MayKeep(self.Size, self.Modified):
                return file
            self._content = file.read(self.Size + 1)
            file.close()
            if len(self._content) != self.Size:  # it changes at this very moment
                self._content = None
                return OpenFile(self.Path)
        return self._content

    def Send(self, exchange):
        """Answers 200 with the whole file; 403 where it cannot be opened."""
        connection = exchange.Connection
        if self._head is None or not connection.TakesKept():
            self._SendAnew(exchange, 200)
        elif self._whole is None:
            self._SendLong(exchange)
        elif self._room is None or self._ReadBehindHead():
            connection.TransmitKept(200, self._whole)
        else:  # it has gone, or changed, since it was looked at
            self._SendAnew(exchange, 200)

    def SendAtHand(self, exchange):
        """Answers 200 with what the file holds now, if that is read each time anyway and is as long as it was.

        So nobody needs to look at the file before. Returns False where it did not answer.
        """
        connection = exchange.Connection
        if self._room is None or self.Second != connection.Share.Worker.Now // 1000 or not connection.TakesKept():
            return False
        if not self._ReadBehindHead():
            return False
        connection.TransmitKept(200, self._whole)
        return True

    def SendNotModified(self, exchange):
        """Answers 304."""
        if self._head304 is None or not exchange.Connection.TakesKept():
            self._SendAnew(exchange, 304)
        else:
            exchange.Connection.TransmitKept(304, self._head304)

    def _ReadBehindHead(self):
        file = OpenFile(self.Path)
        if file is not None:
            count = file.readinto(self._room)
            file.close()
            if count == self.Size:
                self._whole[: self._end] = self._head
                return True
        self.Turn = -1  # it is another than it was when somebody looked
        return False

    def _SendLong(self, exchange):
        content = self.Content()
        if content is None:
            exchange.Response.ReturnForbidden()
            return
        head = exchange.Connection.Share.Head()
        head.Length = 0
        head.Put(self._head)
        exchange.Answered = True
        exchange.Body = content
        exchange.BodyLength = self.Size
        exchange.Connection.Transmit(200, head)

    def _SendAnew(self, exchange, code):
        """Answers in full, and keeps the answer's bytes for the next who asks."""
        content = self.Content() if code == 200 else None
        if code == 200 and content is None:  # it was there a moment ago, or may not be read
            exchange.Response.ReturnForbidden()
            return
        exchange.Fields = self.Fields
        mayKeep = self.Second >= 0 and exchange.Connection.TakesKept()
        exchange.Response.SendFile(code, content, self.Size if code == 200 else 0, self.Type)
        if mayKeep:
            self._Keep(exchange.Connection.Share.Head(), code)

    def SendPart(self, exchange, bounds):
        """Answers 206 with the bytes from bounds[0] to bounds[1]; 403 where the file cannot be opened."""
        file = OpenFile(self.Path)
        if file is None:
            exchange.Response.ReturnForbidden()
            return
        exchange.Fields = self.Fields
        exchange.Response.SetHeader("Content-Range", "bytes %d-%d/%d" % (bounds + (self.Size,)))
        file.seek(bounds[0])
        exchange.Response.SendFile(206, file, bounds[1] - bounds[0] + 1, self.Type)

    def _Keep(self, head, code):
        end = head.Buffer.find(END, 0, head.Length) + len(END)
        kept = bytes(head.View[:end])
        if kept.find(self.ETag) < 0:  # somebody else was answered meanwhile: a slow client, that gave its buffer away
            return
        if code == 304:
            self._head304 = kept
            return
        self._head = kept
        self._end = end
        size = end + self.Size
        if size >= head.Size:
            return
        if self._content is not None:
            self._whole = kept + self._content
        else:
            self._whole = head.View[:size]
            self._room = head.View[end : size + 1]


def AnswerPath(exchange):
    """Answers GET or HEAD with the file that the request's path stands for; 403, 404, or a redirect to a directory."""
    file = exchange._kept
    if file is not None and not exchange._seen & file.Asks and file.SendAtHand(exchange):
        return
    worker = exchange.Connection.Share.Worker
    if file is None or not file.IsFresh(worker):
        file = _Resolve(exchange)
        if file is None:
            return
        _Remember(exchange.Connection.Share, file, exchange)
    if exchange._seen & file.Asks:
        _AnswerAsked(exchange, file)
    else:
        file.Send(exchange)


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
    response = exchange.Response
    path = exchange.Request.Path
    physical = stat = None
    if b"%2f" not in exchange.Path.lower():  # a slash inside a name
        physical, stat = ResolvePath(exchange.WebServer, path)
    if not physical:
        response.ReturnNotFound()
    elif not path.endswith("/") and not physical.endswith(path):
        _RedirectToFolder(exchange)
    else:
        mimeType = exchange.WebServer.GetMimeTypeFromFilename(physical)
        if mimeType and not IsTemplate(physical):
            return _Describe(physical, stat, mimeType, True)
        response.ReturnForbidden()
    return None


def _RedirectToFolder(exchange):
    """Sends the client to where the relative links of a default page lead to the right place: behind a slash."""
    query = exchange.Request.QueryString
    # The root's own name never comes first, so "//host" cannot be made of it.
    location = "/" + str(exchange.Path, "ascii").lstrip("/") + "/"
    exchange.Response.ReturnRedirect(location + ("?" + query if query else ""))


def AnswerFile(response, filename, attachmentName):
    """Answers with a file of the filesystem; 404 where there is none, 403 for a template."""
    stat = FileStat(filename)
    if not IsFile(stat):
        response.ReturnNotFound()
        return
    if IsTemplate(filename):
        response.ReturnForbidden()
        return
    if attachmentName:
        response.SetHeader("Content-Disposition", _Disposition(attachmentName))
    file = _Describe(filename, stat, _TypeOf(response, filename), response.AllowCaching)
    _AnswerAsked(response._exchange, file)


def _TypeOf(response, filename):
    mimeType = response.ContentType or response._exchange.WebServer.GetMimeTypeFromFilename(filename)
    return mimeType or "application/octet-stream"


def _Describe(path, stat, mimeType, caching):
    """Returns the _File of a path, with its compressed twin."""
    file = _File(path, stat, mimeType, caching)
    file.SeekTwin(caching)
    return file


def _Disposition(name):
    """Returns the Content-Disposition (RFC 6266) that makes the browser save under a name."""
    raw = [b if 32 <= b <= 126 and b not in b'"\\%/' else 95 for b in name.encode() if b & 0xC0 != 0x80]
    plain = str(bytes(raw), "ascii")
    if plain == name:
        return 'attachment; filename="%s"' % plain
    from .libs.urlUtils import UrlUtils

    return "attachment; filename=\"%s\"; filename*=UTF-8''%s" % (plain, UrlUtils.Quote(name, ""))


def _AnswerAsked(exchange, file):
    """Answers with a file as the request's conditions, its range, the codings that it takes ask."""
    seen = exchange._seen
    if file.Twin and seen & SEEN_ACCEPT and not seen & SEEN_RANGE and _TakesTwin(exchange, file.Twin):
        file = file.Twin
    if not seen & _CONDITIONS:
        status = 0
    elif seen & _MATCHES == SEEN_NONE_MATCH and exchange._buf.startswith(file.Condition, exchange._noneMatch):
        status = 304  # the usual condition, read in place; a date says nothing beside it (RFC 9110 section 13.1.3)
    else:
        status = _Precondition(exchange.Request, file)
    if status == 304:
        file.SendNotModified(exchange)
    elif status:
        exchange.Fields = file.Fields
        exchange.Response.Return(status)
    elif seen & SEEN_RANGE:
        _AnswerRange(exchange, file)
    else:
        file.Send(exchange)


def _Precondition(request, file):
    from .fileConditions import Precondition

    return Precondition(request, file)


def _AnswerRange(exchange, file):
    from .fileConditions import Range

    bounds = Range(exchange.Request, file)
    if bounds is None:
        file.Send(exchange)
    elif bounds:
        file.SendPart(exchange, bounds)
    else:
        exchange.Fields = file.Fields
        exchange.Response.SetHeader("Content-Range", "bytes */%d" % file.Size)
        exchange.Response.Return(416)


def _TakesTwin(exchange, twin):
    return _TakesGzip(exchange) and twin.IsFresh(exchange.Connection.Share.Worker)


def _TakesGzip(exchange):
    at = exchange._buf.find(_ACCEPT_LINE, exchange._fields - 2, exchange._end)
    if at < 0:  # it may be written otherwise
        return AcceptsGzip(exchange.Request._Field(b"accept-encoding"))
    at += len(_ACCEPT_LINE)
    last = _lastAccepted[0]
    if not exchange._buf.startswith(last[0], at):
        last = _lastAccepted[0] = _Accepted(exchange, at)
    return last[1]


def _Accepted(exchange, at):
    """Returns (value with its CR, whether it lets gzip pass) of the Accept-Encoding whose value begins at an offset."""
    end = exchange._buf.find(b"\r", at) + 1
    value = exchange._buf[at:end] if end - at < _MAX_ACCEPTED else b"\0"
    return bytes(value), AcceptsGzip(exchange.FieldValue(at))


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
