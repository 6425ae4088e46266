"""Which file a URL's path stands for, and which files are never sent."""

from .libs.interpreter import FileStat, IsInside, const

_IS_DIRECTORY = const(0x4000)
_IS_REGULAR = const(0x8000)
_KIND = const(0xF000)
_MODE = const(0)  # index in a stat tuple


def ResolvePath(web, path):
    """Returns (physical path, stat) of a decoded URL path below the root, or (None, None).

    A directory stands for its default page; a name that begins with a dot is
    never found, nor is what lies outside the root.
    """
    # FAT takes a control character for the end of a name: "page.pyhtml\1.txt" would be the page's code.
    if not path.startswith("/") or "/." in path or "\\" in path or min(path.encode()) < 32:
        return None, None
    start = len(web.RootPath) if web.RootPath != "/" else 0
    physical = web.RootPath[:start] + path
    isFolder = path.endswith("/")
    stat = FileStat(physical[:-1] if isFolder else physical)
    if stat and stat[_MODE] & _KIND == _IS_DIRECTORY:
        physical, stat = _DefaultPage(web, physical if isFolder else physical + "/")
    elif isFolder or not IsFile(stat) or not IsInside(physical, web.RootPath):
        return None, None
    if physical and "~" in path and _HasAlias(physical, start):
        return None, None
    return physical, stat


def _DefaultPage(web, folder):
    for page in web.DefaultPages:
        stat = FileStat(folder + page)
        if IsFile(stat) and IsInside(folder + page, web.RootPath):
            return folder + page, stat
    return None, None


def IsFile(stat):
    """Says whether a stat tuple, or None, is a regular file's."""
    return stat is not None and stat[_MODE] & _KIND == _IS_REGULAR


def IsTemplate(filename):
    """Says whether a file holds a page's code, which is never sent, whatever its MIME type is."""
    return filename.lower().rstrip(". ").endswith(".pyhtml")  # FAT takes "a.pyhtml." for the same name


def _HasAlias(physical, start):
    """Says whether a name behind `start` is not what its folder calls it.

    FAT has a second name for each that is long or begins with a dot: HIDDEN~1.TXT for .hidden.txt.
    """
    from os import listdir

    while start >= 0:
        end = physical.find("/", start + 1)
        name = physical[start + 1 : end if end >= 0 else len(physical)]
        if "~" in name and name not in listdir(physical[:start].rstrip("/") or "/"):
            return True
        start = end
    return False
