"""What a request for a file asks besides: conditions and ranges (RFC 9110 sections 13 and 14).

Imported by the first request that has more than one ETag's condition. A file is a `staticFiles._File`.
"""

from time import gmtime

from .libs.httpDate import HttpDate, ParseHttpDate


def Precondition(request, file):
    """Returns the status that the request's conditions ask for instead of the file, or 0 (RFC 9110 section 13.2.2)."""
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
        if tag == etag:
            return True
    return value == "*"  # alone: in a tag it is a character


def _UnmodifiedSince(value, mtime):
    """Says whether the file is no newer than a date; a date that is none says nothing."""
    since = ParseHttpDate(value)
    return since is None or tuple(gmtime(mtime)[:6]) <= since


def Range(request, file):
    """Returns (first, last) of the one range asked for, () if it cannot be had, None to send the whole.

    Several ranges, and what is no range, are answered with the whole file,
    as RFC 9110 section 14.2 allows.
    """
    size = file.Size
    value = request._Field(b"range")
    if request.Method != "GET" or not value.startswith("bytes="):
        return None
    condition = request._Field(b"if-range")
    if (
        condition
        and condition.encode() != file.ETag
        and (condition[0] == '"' or condition != HttpDate(gmtime(file.Modified)))
    ):
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
