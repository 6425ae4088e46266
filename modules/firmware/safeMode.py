"""The page of a device that starts safely: why it does, and the two ways back.

    GET  /                    the page
    POST /safe-mode/start     start again, normally
    POST /safe-mode/restore   put the last good configuration back, then start again

It needs no password but that of a user, where the configuration has users: nothing here does more than a person with
the device in hand can, who pulls the plug. A page of another site, open in that person's browser, is not that person.
"""

from MicroWebSrv2 import GET, POST, MicroWebSrv2, RegisterRoute

from . import configFile

_PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Safe mode</title>'
    "<h1>Safe mode</h1><p>%s.</p>"
    "<p>Your app and your configuration are left out; they are still there. Repair them, then start again.</p>"
    '<form method="post" action="/safe-mode/start"><button>Start again, normally</button></form>%s'
)
_RESTORE = (
    "<p>config.json is not the one with which the device last served.</p>"
    '<form method="post" action="/safe-mode/restore"><button>Put the last good one back and start</button></form>'
)
_AGAIN = '<!DOCTYPE html><meta charset="utf-8"><title>Safe mode</title><p>%s The device starts again.</p>'


def Register(reason, configPath, restart, log):
    """Register the routes.

    reason: a sentence without its full stop; configPath: that of config.json; restart(isGood): called to start again,
    isGood when what made the starts fail has been put right; log: a firmware.log.Log.
    """

    def onPage(microWebSrv2, request):
        restore = _RESTORE if configFile.HasOtherGood(configPath) else ""
        request.Response.ReturnOk(_PAGE % (MicroWebSrv2.HTMLEscape(reason), restore))

    def onStart(microWebSrv2, request):
        if _isForeign(request):
            return
        request.Response.ReturnOk(_AGAIN % "")
        restart(False)

    def onRestore(microWebSrv2, request):
        if _isForeign(request):
            return
        try:
            configFile.Restore(configPath)
        except (OSError, ValueError) as ex:
            log.Error("safe mode: the last good configuration was not put back (%s)" % ex)
            request.Response.ReturnInternalServerError()
            return
        log.Info("safe mode: the last good configuration is back, the other one is kept as %s.bad" % configPath)
        request.Response.ReturnOk(_AGAIN % "config.json is the last good one.")
        restart(True)

    RegisterRoute(onPage, GET, "/", "safe-mode")
    RegisterRoute(onStart, POST, "/safe-mode/start", "safe-mode-start")
    RegisterRoute(onRestore, POST, "/safe-mode/restore", "safe-mode-restore")


def _isForeign(request):
    """Refuse a request that a page of another site makes (Fetch standard, section 3.1). Returns True if it was one."""
    origin = request.Origin
    isForeign = origin not in ("", "http://" + request.Host, "https://" + request.Host)
    if isForeign:
        request.Response.ReturnForbidden()
    return isForeign
