"""The page of a device that has no pages yet: whoever opens it for the first time sees that it serves.

A route of the app's for "/" takes its place; so do the device's own pages from the next start on.
"""

from MicroWebSrv2 import GET, MicroWebSrv2, RegisterRoute, ResolveRoute

_PATH = "/"
_PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>MicroWebSrv2</title>'
    "<h1>This device serves</h1><p>It has no pages yet. Send yours to its folder <b>%s</b>, then restart it.</p>"
    '<p><a href="/api/status">How it does</a></p>'
)


def Register(root):
    """Register the route, unless the app has taken the path. root: the folder (str) that the pages belong into."""
    if not ResolveRoute(GET, _PATH):
        page = _PAGE % MicroWebSrv2.HTMLEscape(root)
        RegisterRoute(lambda microWebSrv2, request: request.Response.ReturnOk(page), GET, _PATH, "first-page")
