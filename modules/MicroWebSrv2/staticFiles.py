"""Files as answers: validators, conditions, ranges, compressed twins (RFC 9110 sections 8.8, 13, 14).

Imported by the first request for a file.
"""

from .libs.httpDate import HttpDate, ParseHttpDate
from .libs.interpreter import FileStat, IsInside, const
from .libs.urlUtils import UrlUtils

_IS_DIRECTORY = const(0x4000)
_IS_REGULAR = const(0x8000)
_KIND = const(0xF000)
_MODE = const(0)  # indices of a stat tuple
_SIZE = const(6)
_MTIME = const(8)


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


def AnswerPath(exchange):
    """Answers GET or HEAD with the file that the request's path stands for; 403, 404, or a redirect to a directory."""
    web = exchange.WebServer
    request = exchange.Request
    response = exchange.Response
    path = request.Path
    if b"%2f" in exchange.Path.lower():  # a slash inside a name
        response.ReturnNotFound()
        return
    physical, stat = ResolvePath(web, path)
    if not physical:
        response.ReturnNotFound()
        return
    if path[-1] != "/" and not physical.endswith(path):
        # Relative links of the default page need the slash. The root's own
        # name never comes first, so "//host" cannot be made of it.
        query = request.QueryString
        response.ReturnRedirect("/" + str(exchange.Path, "ascii").lstrip("/") + "/" + ("?" + query if query else ""))
        return
    mimeType = web.GetMimeTypeFromFilename(physical)
    if not mimeType:
        response.ReturnForbidden()
        return
    if not response.ContentType:
        response.ContentType = mimeType
    response.AllowCaching = True
    _Answer(response, physical, stat)


def AnswerFile(response, filename, attachmentName):
    """Answers with a file of the filesystem; 404 where there is none."""
    stat = FileStat(filename)
    if not _IsFile(stat):
        response.ReturnNotFound()
        return
    if not response.ContentType:
        web = response.Request._exchange.WebServer
        response.ContentType = web.GetMimeTypeFromFilename(filename) or "application/octet-stream"
    if attachmentName:
        response.SetHeader("Content-Disposition", _Disposition(attachmentName))
    _Answer(response, filename, stat)


def _IsFile(stat):
    return stat is not None and stat[_MODE] & _KIND == _IS_REGULAR


def _Disposition(name):
    """Returns the Content-Disposition (RFC 6266) that makes the browser save under a name."""
    plain = "".join([c if " " <= c <= "~" and c not in '"\\%/' else "_" for c in name])
    if plain == name:
        return 'attachment; filename="%s"' % plain
    return "attachment; filename=\"%s\"; filename*=UTF-8''%s" % (plain, UrlUtils.Quote(name, ""))


def _Answer(response, path, stat):
    request = response.Request
    twin = _CompressedTwin(request, response, path, stat)
    if twin:
        path, stat = twin
    size = stat[_SIZE]
    mtime = int(stat[_MTIME])
    etag = '"%x-%x%s"' % (mtime, size, "-gz" if twin else "")
    response.SetHeader("ETag", etag)
    if mtime > 0:
        response.SetHeader("Last-Modified", _Date(mtime))
    if response.AllowCaching:
        response.SetHeader("Cache-Control", "no-cache")  # kept by the client, and asked for again by its ETag
    status = _Precondition(request, etag, mtime)
    if status:
        response.Return(status)
        return
    first, last = 0, size - 1
    code = 200
    if not twin:
        response.SetHeader("Accept-Ranges", "bytes")
        ranges = _Range(request, size, etag, mtime)
        if ranges == ():
            response.SetHeader("Content-Range", "bytes */%d" % size)
            response.Return(416)
            return
        if ranges:
            first, last = ranges
            code = 206
            response.SetHeader("Content-Range", "bytes %d-%d/%d" % (first, last, size))
    try:
        file = open(path, "rb")
    except OSError:  # it was there a moment ago, or may not be read
        response.ReturnForbidden()
        return
    if first:
        file.seek(first)
    response.SendFile(code, file, last - first + 1)


def _CompressedTwin(request, response, path, stat):
    """Returns (path, stat) of `path`.gz if it may be served instead (RFC 9110 section 12.5.3)."""
    if request._Field(b"range"):
        return None
    twin = FileStat(path + ".gz")
    # One older than the file itself holds what the file was before.
    if not _IsFile(twin) or twin[_MTIME] < stat[_MTIME]:
        return None
    response.SetHeader("Vary", "Accept-Encoding")
    if not AcceptsGzip(request._Field(b"accept-encoding")):
        return None
    response.SetHeader("Content-Encoding", "gzip")
    return path + ".gz", twin


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


def _Precondition(request, etag, mtime):
    """Returns the status that the request's conditions ask for instead of the file, or 0 (RFC 9110 section 13.2.2)."""
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


def _Range(request, size, etag, mtime):
    """Returns (first, last) of the one range asked for, () if it cannot be had, None to send the whole.

    Several ranges, and what is no range, are answered with the whole file,
    as RFC 9110 section 14.2 allows.
    """
    value = request._Field(b"range")
    if request.Method != "GET" or not value.startswith("bytes="):
        return None
    condition = request._Field(b"if-range")
    if condition and condition != etag and (condition[0] == '"' or condition != _Date(mtime)):
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
