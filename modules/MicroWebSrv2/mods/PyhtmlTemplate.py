"""The module PyhtmlTemplate: pages `.pyhtml`, HTML with Python in it.

    {{ py }} code {{ end }}        runs Python; print(...) writes into the page as is
    {{ if condition }} … {{ elif condition }} … {{ else }} … {{ end }}
    {{ for name in iterator }} … {{ end }}
    {{ expression }}               its value as text, escaped for HTML; {{ "{{" }} is two braces

A page's code sees `request`, `response`, `HTMLEscape(value)`, and what SetGlobalVar
has set. What it assigns is the request's own. `return` ends the page. What a
block prints waits in memory for the block's end; `yield text` writes it
at once. A page may answer itself (`response.ReturnRedirect("/")`) as long as
nothing of it was sent.

A page is compiled when it is first asked for, and again when its file has
changed. It is rendered piece by piece into the connection's buffer.
"""

import builtins

from ..escaping import HTMLEscape
from ..filePaths import IsTemplate, ResolvePath
from ..libs.httpSyntax import ContentError
from ..libs.interpreter import ModifiedTicks, NewLock, const
from ..libs.pyhtmlCompiler import CompilePage, Explain, PageError
from ..libs.pyhtmlStream import PageStream
from ..microWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception

_MAX_PAGES = const(16)  # compiled pages that are kept; the one not asked for longest goes
_OWN_NAMES = ("request", "response", "print", "HTMLEscape", "_escape")
_SIZE = const(6)  # index of a stat tuple
_METHODS = ("GET", "HEAD", "POST")


class PyhtmlTemplate:
    """Renders the pages `.pyhtml` below RootPath; `index.pyhtml` is a default page."""

    def __init__(self):
        if not hasattr(builtins, "exec"):
            raise MicroWebSrv2Exception(
                "this firmware was built without MicroPython's compiler: it has no exec(), and cannot compile pages"
            )
        self._showDebug = False
        self._vars = {}
        self._pages = []  # _Page, the last one asked for at the end
        self._lock = NewLock() if NewLock else _NoLock()
        MicroWebSrv2.AddDefaultPage("index.pyhtml")

    def SetGlobalVar(self, globalVarName, globalVar):
        """Gives all pages a variable; a page that assigns to it changes what its own request sees, only that.

        Raises ValueError if the name is none that a variable can have, or one that pages have already.
        """
        _CheckName(globalVarName)
        with self._lock:
            if globalVarName not in self._vars:
                self._pages = []  # the variables are their arguments
            self._vars[globalVarName] = globalVar

    def GetGlobalVar(self, globalVarName):
        """Returns what SetGlobalVar has set, None if nothing. Raises ValueError as it does."""
        _CheckName(globalVarName)
        return self._vars.get(globalVarName)

    @property
    def ShowDebug(self):
        """bool: errors are shown on the page they come from, not only in the log."""
        return self._showDebug

    @ShowDebug.setter
    def ShowDebug(self, value):
        if not isinstance(value, bool):
            raise ValueError('"ShowDebug" must be a boolean, got %r' % (value,))
        self._showDebug = value

    def OnRequest(self, microWebSrv2, request):
        """Answers a request for a page: one without a route, that leads to a file `.pyhtml`."""
        exchange = request._exchange
        if exchange.Methods or b"%2f" in exchange.Path.lower():  # a slash inside a name
            return
        path = request.Path
        if path[-1:] != "/" and not IsTemplate(path):
            return
        while "//" in path:  # or one page would have as many names, and be kept as often
            path = path.replace("//", "/")
        physical, stat = ResolvePath(microWebSrv2, path)
        if not physical or not IsTemplate(physical):
            return
        if request.Method in _METHODS:
            self._Answer(microWebSrv2, request.Response, physical, stat)
        else:
            exchange.Methods = _METHODS  # the pipeline answers with them

    def _Answer(self, web, response, path, stat):
        stream = PageStream(path, lambda stream, error: self._OnFailure(web, stream, error))
        try:
            function, variables = self._Find(stream, stat)
            pieces = function(response.Request, response, stream.Print, **variables)
            whole = stream.Begin(pieces, bytearray(web.BufferSlotSize))
        except ContentError:  # the client's fault: the pipeline knows the answer
            stream.close()
            raise
        except Exception as ex:
            shown = self._OnFailure(web, stream, ex)
            stream.close()
            _AnswerFailure(response, ex, shown)
            return
        if response.HeadersSent or response.IsDeferred:  # the page has answered itself
            stream.close()
            return
        if not response.ContentType:
            response.ContentType = "text/html"
        if whole is None:
            response.ReturnStream(200, stream)
        else:
            response.Return(200, whole)

    def _OnFailure(self, web, stream, error):
        """Logs what a page has raised; returns it as HTML (str), or None if that is not wanted."""
        if isinstance(error, PageError):
            line, what, trace = error.Line, str(error), ""
        else:
            line, what, trace = Explain(error, stream.Lines, stream.Path)
        what = "%s: %s" % (stream.Path if line is None else "%s:%d" % (stream.Path, line), what)
        web.Log(what + "\n" + trace if trace else what, web.ERROR)
        if not self._showDebug:
            return None
        return "<pre>%s\n\n%s</pre>\n" % (_Escape(what), _Escape(trace))

    def _Find(self, stream, stat):
        """Returns (function, variables) of the stream's page, and tells the stream its lines. Raises PageError."""
        version = (ModifiedTicks(stat), stat[_SIZE])
        with self._lock:
            page = self._TakeKept(stream.Path)
            if not page or page.Version != version:
                page = self._Compile(stream.Path, version)
            self._pages.append(page)
            stream.Lines = page.Lines
            return page.Function, dict(self._vars)

    def _TakeKept(self, path):
        for i, page in enumerate(self._pages):
            if page.Path.lower() == path.lower():  # to FAT it is one page, which is not kept for each spelling
                self._pages.pop(i)
                return page if page.Path == path else None
        return None

    def _Compile(self, path, version):
        if len(self._pages) >= _MAX_PAGES:
            self._pages.pop(0)
        try:
            return _Page(path, version, self._vars)
        except MemoryError:
            if not self._pages:
                raise
        self._pages = []  # they can be made again
        return _Page(path, version, self._vars)


class _NoLock:
    """Stands for a lock where there are no threads."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class _Page:
    """A compiled page."""

    def __init__(self, path, version, names):
        self.Path = path
        self.Version = version
        with open(path, "rb") as file:
            self.Function, self.Lines = CompilePage(file, names, _Escape)


def _Escape(value):
    return HTMLEscape(str(value))


def _AnswerFailure(response, error, shown):
    """Answers a page that has failed before anything of it was sent, unless it has answered itself."""
    if response.HeadersSent:
        return
    status = 503 if isinstance(error, MemoryError) else 500
    if shown:
        response.Clear()  # what the page had prepared is not for this
        response.Return(status, "<!DOCTYPE html><title>Error</title>\n" + shown)
    else:
        response.ReturnRefusal(status)


def _CheckName(name):
    if not isinstance(name, str) or not name:
        raise ValueError('"globalVarName" must be a not empty string, got %r' % (name,))
    if name in _OWN_NAMES:
        raise ValueError('"globalVarName" cannot be "%s": pages have a variable of that name' % name)
    good = not name[0].isdigit()
    for char in name:
        good = good and (char == "_" or "0" <= char <= "9" or "A" <= char <= "Z" or "a" <= char <= "z")
    try:
        exec("def f(%s): pass" % (name if good else "-"), {})
    except SyntaxError:
        raise ValueError('"globalVarName" must be a name that a Python variable can have, got "%s"' % name)
