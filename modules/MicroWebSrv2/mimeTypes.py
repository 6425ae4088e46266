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


def TypeOf(ext):
    """Returns the type (str) of an extension in small letters, as ".txt"; None if there is none."""
    at = _TYPES.find("\n%s " % ext)
    if at < 0 or " " in ext or "\n" in ext:
        return None
    return _TYPES[at + len(ext) + 2 : _TYPES.find("\n", at + 1)]
