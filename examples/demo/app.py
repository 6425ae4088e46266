"""The demonstration: redirect, form, JSON, a page with Python in it, WebSocket echo and WebSocket chat.

    python3 examples/demo/app.py [PORT [ADDRESS]]      or: make demo, make demo RUNTIME=UNIX

Open http://127.0.0.1:8080/

A device does it too: upload this file as `app.py`, and the files of www/ into `webroot/`.
"""

import gc
import sys
from json import dumps, loads
from time import time

from MicroWebSrv2 import GET, POST, MicroWebSrv2, WebRoute

_MAX_NAME = 24  # characters
_MAX_TEXT = 400
_MAX_PEOPLE = 4  # in the chat: each keeps a connection, and so some memory
_MAX_MESSAGE = 4096  # bytes
_MAX_WAITING = 1024  # bytes for a client that reads slowly
_COLOURS = ("green", "copper", "silver")

_POLICY_VIOLATION = 1008  # close codes of RFC 6455 section 7.4.1 ...
_TRY_AGAIN_LATER = 1013  # ... and of its registry at IANA

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="style.css">
<nav><a href="/">All parts</a></nav>
%s
</html>
"""
_FORM = """<h1>A form</h1>
<p>A route answers GET with this page, and POST with what you wrote.</p>
<form class="panel" method="post" action="/form">
<label>Your name <input name="name" maxlength="%d" autocomplete="name" required></label>
<label>Your board's colour <select name="colour">%s</select></label>
<label>What you would like to say <textarea name="text" rows="4" maxlength="%d"></textarea></label>
<button>Send</button>
</form>"""
_POSTED = """<h1>Thank you, <span id="name">%s</span></h1>
<p>This is what arrived. Try a name with <code>&lt;b&gt;</code> in it: it stays text.</p>
<dl class="panel">
<dt>Colour</dt><dd id="colour">%s</dd>
<dt>Text</dt><dd id="text" class="lines">%s</dd>
</dl>
<p><a href="/form">Once more</a></p>"""
_REFUSED = """<h1>Not quite</h1>
<p class="panel" id="why">%s</p>
<p><a href="/form">Back to the form</a></p>"""


@WebRoute(GET, "/redirect")
def Redirect(microWebSrv2, request):
    """Sends the browser somewhere else, for this time."""
    request.Response.ReturnRedirect("/form")


@WebRoute(GET, "/form")
def ShowForm(microWebSrv2, request):
    """Shows the form."""
    options = "".join(["<option>%s</option>" % colour for colour in _COLOURS])
    request.Response.ReturnOk(_PAGE % ("Form", _FORM % (_MAX_NAME, options, _MAX_TEXT)))


@WebRoute(POST, "/form")
def TakeForm(microWebSrv2, request):
    """Shows what was posted. The form's limits hold for browsers only, so they are checked again."""
    form = request.GetPostedURLEncodedForm()
    name = form.get("name", "").strip()
    colour = form.get("colour", "")
    text = form.get("text", "").replace("\r\n", "\n")
    if not 0 < len(name) <= _MAX_NAME:
        why = "Your name: expected 1 to %d characters, got %d." % (_MAX_NAME, len(name))
    elif colour not in _COLOURS:
        why = "The colour: expected one of %s." % ", ".join(_COLOURS)
    elif len(text) > _MAX_TEXT:
        why = "The text: expected at most %d characters, got %d." % (_MAX_TEXT, len(text))
    else:
        # Whatever comes from outside is escaped on its way into a page.
        escaped = tuple([MicroWebSrv2.HTMLEscape(value) if value else "" for value in (name, colour, text)])
        request.Response.ReturnOk(_PAGE % ("Thank you", _POSTED % escaped))
        return
    request.Response.Return(400, _PAGE % ("Not quite", _REFUSED % why))


@WebRoute(GET, "/api/request")
def TellRequest(microWebSrv2, request):
    """Answers JSON: what the server knows of the one who asks, and of itself."""
    request.Response.ReturnOkJSON(
        {
            "client": "%s:%d" % request.UserAddress,
            "userAgent": request.UserAgent,
            "languages": request.AcceptLanguages,
            "secure": request.IsSSL,
            "runtime": sys.implementation.name,
            "upForSec": int(time() - _started),
        }
    )


class Chat:
    """Those who are in the chat.

    The messages are JSON. A client says {"name"} first, then {"text"}; it gets {"kind", "name", "text", "people"},
    the kind being "welcome" (to itself, with the name it got), "joined", "left" or "text".
    One thread serves, so that the list needs no lock.
    """

    def __init__(self, webSockets):
        self._webSockets = webSockets
        self._people = {}  # WebSocket -> name; "" until it has said one

    def Names(self):
        """Returns the names of those who take part (list of str, sorted)."""
        return sorted([name for name in self._people.values() if name])

    def Enter(self, webSocket):
        """Takes a new WebSocket in, or closes it when there is no room."""
        if len(self._people) >= _MAX_PEOPLE:
            webSocket.Close(_TRY_AGAIN_LATER, "the chat is full, it has room for %d" % _MAX_PEOPLE)
            return
        self._people[webSocket] = ""
        webSocket.OnTextMessage = self._OnText
        webSocket.OnClosed = self._Leave

    def _OnText(self, webSocket, msg):
        name = self._people[webSocket]
        key, limit = ("text", _MAX_TEXT) if name else ("name", _MAX_NAME)
        value = _Field(msg, key, limit)
        if value is None:
            webSocket.Close(_POLICY_VIOLATION, "expected a %s of 1 to %d characters" % (key, limit))
        elif name:
            self._Tell("text", name, value)
        else:
            self._Join(webSocket, value)

    def _Join(self, webSocket, wanted):
        name = wanted
        count = 1
        while name in self._people.values():
            count += 1
            name = "%s %d" % (wanted, count)
        self._people[webSocket] = name
        webSocket.SendTextMessage(dumps({"kind": "welcome", "name": name, "people": self.Names()}))
        self._Tell("joined", name)

    def _Leave(self, webSocket):
        name = self._people.pop(webSocket)
        if name:
            self._Tell("left", name)

    def _Tell(self, kind, name, text=""):
        """Tells everybody. Whoever reads too slowly misses it; nobody waits for him."""
        message = dumps({"kind": kind, "name": name, "text": text, "people": self.Names()})
        present = [webSocket for webSocket, known in self._people.items() if known]
        self._webSockets.Broadcast(present, message)


def _Field(msg, key, limit):
    """Returns the text under `key` of a JSON message, or None if it is not there, empty or too long."""
    try:
        value = loads(msg).get(key)
    except (ValueError, AttributeError):  # no JSON, or no object
        return None
    if not isinstance(value, str) or len(value) > limit:
        return None
    return value.strip() or None


def OnWebSocketRequest(microWebSrv2, request):
    """Refuses pages of other sites: a browser would let any of them talk to this server."""
    if request.Path not in ("/ws/echo", "/ws/chat"):
        request.Response.ReturnNotFound()
        return None
    return not request.Origin or request.Origin.split("//")[-1] == request.Host


def OnWebSocketAccepted(microWebSrv2, webSocket):
    """Gives a new WebSocket its callbacks."""
    if webSocket.Request.Path == "/ws/chat":
        webSocket.MaxRecvMessageLength = _MAX_MESSAGE
        webSocket.MaxSendQueueLength = _MAX_WAITING
        _chat.Enter(webSocket)
    else:
        webSocket.OnTextMessage = EchoText
        webSocket.OnBinaryMessage = EchoBinary


def EchoText(webSocket, msg):
    """Sends a text back; one without a character cannot be sent."""
    if msg:
        webSocket.SendTextMessage(msg)


def EchoBinary(webSocket, msg):
    """Sends bytes back."""
    if msg:
        webSocket.SendBinaryMessage(msg)


_started = time()
_webSockets = MicroWebSrv2.LoadModule("WebSockets")
_webSockets.OnWebSocketRequest = OnWebSocketRequest
_webSockets.OnWebSocketAccepted = OnWebSocketAccepted
_chat = Chat(_webSockets)

_pyhtml = MicroWebSrv2.LoadModule("PyhtmlTemplate")
_pyhtml.ShowDebug = True  # errors are shown on the page: for those who write pages, not for a server on the Internet
_pyhtml.SetGlobalVar("chat", _chat)
_pyhtml.SetGlobalVar("started", _started)

# A board's memory stays in large pieces if what compiling this file has left behind goes before the server begins.
gc.collect()


def _Main():
    from os import chdir

    folder = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
    sys.path.append(folder + "/..")
    from standalone import Serve

    chdir(folder)  # the files to be served are in www, beside this one
    Serve("/")


if __name__ == "__main__":
    _Main()
