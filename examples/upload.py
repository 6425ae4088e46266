"""Uploads larger than memory: a file as it is, or the files of a form. They go to the folder `uploads`, piece by piece.

    python3 examples/upload.py [PORT [ADDRESS]]

Open http://127.0.0.1:8080/upload, or

    curl -T photo.jpg http://127.0.0.1:8080/files/photo.jpg
    curl -F file=@photo.jpg -F file=@notes.txt http://127.0.0.1:8080/upload
    curl -O http://127.0.0.1:8080/files/photo.jpg
"""

import os

from MicroWebSrv2 import GET, POST, PUT, MicroWebSrv2, PathFromRoute, WebRoute

_FOLDER = "uploads"
_MAX_FILE = 64 * 1024 * 1024  # bytes
_PIECE = 1024  # bytes read at a time
_MAX_NAME = 64  # characters
_NAME_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_PARTIAL = ".part"  # ends the name of a file that is not whole yet

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Upload</title>
<h1>Upload</h1>
<form method="post" action="/upload" enctype="multipart/form-data">
<p><label>Files <input type="file" name="file" multiple required></label></p>
<p><button>Upload</button></p>
</form>
<ul>
%s
</ul>
</html>
"""


class _TooLarge(Exception):
    """The upload is larger than _MAX_FILE."""


class _Upload:
    """A file on its way in: under a name of its own until it is whole, so that nobody ever sees a half one.

    ReceiveParts calls write, then close, or abort when the rest will not come.
    """

    _count = 0

    def __init__(self, name):
        _Upload._count += 1
        self._path = "%s/%s" % (_FOLDER, name)
        self._partial = "%s/%d%s" % (_FOLDER, _Upload._count, _PARTIAL)
        self._file = open(self._partial, "wb")
        self.Size = 0

    def write(self, data):
        """Appends bytes (memoryview)."""
        self.Size += len(data)
        if self.Size > _MAX_FILE:
            raise _TooLarge
        self._file.write(data)

    def close(self):
        """The file is whole: it gets its name."""
        self._file.close()
        os.rename(self._partial, self._path)

    def abort(self):
        """The file will not become whole: it goes."""
        self._file.close()
        os.remove(self._partial)


class _Receiver:
    """Moves the content of one request into a file, as it comes."""

    def __init__(self, request, name):
        self._request = request
        self._name = name
        self._upload = _Upload(name)
        self._piece = memoryview(bytearray(_PIECE))

    def OnReady(self, stream):
        """Called when more has come, and when the client has gone. It reads until nothing is left for now."""
        try:
            count = self._Read(stream)
        except OSError:  # the disk is full; or the client has gone, and nobody sees the answer
            self._Refuse(507)
        except _TooLarge:
            self._Refuse(413)
        else:
            if count == 0:
                self.Finish()

    def _Read(self, stream):
        """Returns None if more is to come, 0 when the content was read to its end."""
        count = stream.readinto(self._piece)
        while count:
            self._upload.write(self._piece[:count])
            count = stream.readinto(self._piece)
        return count

    def Finish(self):
        """Keeps the file and answers."""
        self._upload.close()
        path = PathFromRoute("file", {"name": self._name})
        self._request.Response.SetHeader("Location", path)
        self._request.Response.ReturnJSON(201, {"path": path, "size": self._upload.Size})

    def _Refuse(self, code):
        if self._upload:  # a client's going may be told twice: to who reads just then, and to who waits
            self._upload.abort()
            self._upload = None
            if not self._request.Response.HeadersSent:
                self._request.Response.Return(code)


@WebRoute(PUT, "/files/<name>", stream=True)
def PutFile(microWebSrv2, request, args):
    """With `stream` the handler is called before the content has come. 201, or what is wrong."""
    name = str(args["name"])
    if not _IsName(name):
        request.Response.ReturnBadRequest()
    elif request.ContentLength > _MAX_FILE:
        request.Response.ReturnEntityTooLarge()
    else:
        receiver = _Receiver(request, name)
        if request.ContentStream:
            request.ContentStream.OnReady = receiver.OnReady
        else:  # an empty file
            receiver.Finish()


@WebRoute(POST, "/upload", stream=True)
def PostForm(microWebSrv2, request):
    """Receives the files of a form, then shows the page again."""

    def OnPart(part):
        # A field without a file, or a name that cannot be one here: skipped.
        return _Upload(part.Filename) if part.Filename and _IsName(part.Filename) else None

    def OnEnd(request):
        ShowPage(microWebSrv2, request)

    request.ReceiveParts(OnPart, OnEnd)


@WebRoute(GET, "/upload")
def ShowPage(microWebSrv2, request):
    """Shows the form, and what was uploaded."""
    lines = []
    for name in sorted(os.listdir(_FOLDER)):
        if not name.endswith(_PARTIAL):
            path = PathFromRoute("file", {"name": name})
            lines.append('<li><a href="%s">%s</a></li>' % (path, MicroWebSrv2.HTMLEscape(name)))
    request.Response.ReturnOk(_PAGE % "\n".join(lines))


@WebRoute(GET, "/files/<name>", "file")
def GetFile(microWebSrv2, request, args):
    """Gives a file back, to be saved: shown in place, a stranger's page would act in this site's name."""
    name = str(args["name"])
    if _IsName(name):
        request.Response.ReturnFile("%s/%s" % (_FOLDER, name), name)
    else:
        request.Response.ReturnNotFound()


def _IsName(name):
    """Says whether a name may be used in the folder: nothing hidden, nothing of another folder."""
    good = 0 < len(name) <= _MAX_NAME and name[0] != "." and not name.endswith(_PARTIAL)
    return good and all(char in _NAME_CHARS for char in name)


def _MakeFolder():
    try:
        os.mkdir(_FOLDER)
    except OSError:  # it is there
        pass
    for name in os.listdir(_FOLDER):  # what a loss of power has left
        if name.endswith(_PARTIAL):
            os.remove("%s/%s" % (_FOLDER, name))


_MakeFolder()

if __name__ == "__main__":
    from standalone import Serve

    Serve("/upload")
