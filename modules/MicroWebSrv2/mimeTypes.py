"""The MIME types of files, by extension: imported by the first file."""

# One string instead of a dictionary: it stays in flash where it is frozen.
_TYPES = (
    "\n"
    ".txt text/plain\n"
    ".htm text/html\n"
    ".html text/html\n"
    ".css text/css\n"
    ".csv text/csv\n"
    ".js application/javascript\n"
    ".xml application/xml\n"
    ".xhtml application/xhtml+xml\n"
    ".json application/json\n"
    ".zip application/zip\n"
    ".pdf application/pdf\n"
    ".ts application/typescript\n"
    ".woff font/woff\n"
    ".woff2 font/woff2\n"
    ".ttf font/ttf\n"
    ".otf font/otf\n"
    ".jpg image/jpeg\n"
    ".jpeg image/jpeg\n"
    ".png image/png\n"
    ".gif image/gif\n"
    ".svg image/svg+xml\n"
    ".ico image/x-icon\n"
)


def Add(added, ext, mimeType):
    """Does what MicroWebSrv2.AddMimeType does: puts it into the dict `added`."""
    from .libs.checks import CheckText

    CheckText("ext", ext)
    CheckText("mimeType", mimeType)
    if ext[0] != ".":
        raise ValueError('"ext" must begin with a dot, got "%s"' % ext)
    added[ext.lower()] = mimeType


def TypeOf(filename, added):
    """Returns what MicroWebSrv2.GetMimeTypeFromFilename does; `added` is the dict that Add has put some into."""
    dot = filename.rfind(".")
    if dot < 0:
        return None
    ext = filename[dot:].lower()
    return added.get(ext) or _Usual(ext)


def _Usual(ext):
    """Returns the type (str) of an extension in small letters, as ".txt"; None if it is not one of the above."""
    at = _TYPES.find("\n%s " % ext)
    if at < 0 or " " in ext or "\n" in ext:
        return None
    return _TYPES[at + len(ext) + 2 : _TYPES.find("\n", at + 1)]
