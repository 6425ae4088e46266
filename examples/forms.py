"""A form and its answer: single values, several values of one name, a cookie that remembers.

    python3 examples/forms.py [PORT [ADDRESS]]

Open http://127.0.0.1:8080/order
"""

from MicroWebSrv2 import GET, POST, MicroWebSrv2, UrlUtils, WebRoute

_EXTRAS = ("cheese", "olives", "basil")
_MAX_NAME = 40  # characters
_YEAR_SEC = 365 * 24 * 3600

_FORM = """<!DOCTYPE html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Order</title>
<h1>Order</h1>
<form method="post" action="/order">
<p><label>Your name <input name="name" value="%s" maxlength="%d" required></label></p>
%s
<p><button>Order</button></p>
</form>
</html>
"""
_EXTRA = '<p><label><input type="checkbox" name="extra" value="%s"> %s</label></p>'
_ANSWER = """<!DOCTYPE html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ordered</title>
<h1>Thank you, %s</h1>
<p>Extras: %s</p>
</html>
"""


@WebRoute(GET, "/order")
def ShowForm(microWebSrv2, request):
    """Shows the form, with the name that was given last time."""
    boxes = "\n".join([_EXTRA % (extra, extra) for extra in _EXTRAS])
    name = MicroWebSrv2.HTMLEscape(_RememberedName(request))
    request.Response.ReturnOk(_FORM % (name, _MAX_NAME, boxes))


@WebRoute(POST, "/order")
def TakeOrder(microWebSrv2, request):
    """Checks what was posted: the form's own limits hold for browsers only."""
    name = request.GetPostedURLEncodedForm().get("name", "").strip()
    if not 0 < len(name) <= _MAX_NAME:
        request.Response.Return(400, "name: expected 1..%d characters, got %d" % (_MAX_NAME, len(name)))
        return
    extras = [extra for extra in request.GetAll("extra") if extra in _EXTRAS]
    request.Response.SetCookie("name", UrlUtils.Quote(name, ""), maxAgeSec=_YEAR_SEC)
    # Whatever comes from outside is escaped on its way into a page.
    request.Response.ReturnOk(_ANSWER % (MicroWebSrv2.HTMLEscape(name), ", ".join(extras) or "none"))


def _RememberedName(request):
    try:
        return UrlUtils.Unquote(request.GetCookie("name") or "")[:_MAX_NAME]
    except ValueError:  # a cookie, too, is what the client says
        return ""


if __name__ == "__main__":
    from standalone import Serve

    Serve("/order")
