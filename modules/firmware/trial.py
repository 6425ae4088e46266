"""A new image on trial: one that came over the network into the other slot of an ESP32's flash memory.

The boot loader goes back to the image before at the next reset, unless this one says that it is good. It says so once
it has served: a request came in, and the event loop still runs a second later. A device that cannot be reached any more
is thus saved by switching it off and on.
"""

from MicroWebSrv2 import MicroWebSrv2

from . import runtime

_LIFE_SEC = 1


class Trial:
    """Waits for the first request; `confirm` is what then makes the image the one to stay, `log` a firmware.log.Log.

    `server`: the MicroWebSrv2 that serves.
    """

    def __init__(self, confirm, log, server):
        self._confirm = confirm
        self._log = log
        self._server = server
        self._seenAt = None
        # As a module of the server it is shown each request, whoever answers.
        self._setModules([self] + MicroWebSrv2.Modules)

    def _setModules(self, modules):
        # A new list, since threads may read the other; the server looks at the same one as all that are loaded join.
        MicroWebSrv2.Modules = self._server.Modules = modules

    def OnRequest(self, microWebSrv2, request):
        """A request came in: the server's modules are asked before its routes."""
        if self._seenAt is None:
            self._seenAt = runtime.UptimeSec()

    def Step(self):
        """Called every second or so. Returns True once the image is confirmed and there is nothing left to do."""
        if self._seenAt is None or runtime.UptimeSec() - self._seenAt < _LIFE_SEC:
            return False
        self._setModules([module for module in MicroWebSrv2.Modules if module is not self])
        try:
            self._confirm()
            self._log.Info("image: it has served a request, it stays")
        except OSError as ex:
            # Without the record of slots there is nothing to go back to either.
            self._log.Debug("image: not confirmed (%s)" % ex)
        return True
