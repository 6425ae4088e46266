"""The web server of the device, set up from its configuration. It uses the public API of the package alone."""

from MicroWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception

from . import runtime

_ANY_ADDRESS = "0.0.0.0"
_HTTP_PORT = 80
_HTTPS_PORT = 443
_FIRST_FREE_PORT = 1024
_USUAL_ROOT = "webroot"
_SMALLEST_PROFILE = "embedded"
_PROFILES = {
    "embedded": "SetEmbeddedConfig",
    "light": "SetLightConfig",
    "normal": "SetNormalConfig",
    "large": "SetLargeConfig",
}

# Of what a board has free when the server starts, its buffers take one part of these; the rest is for connections.
_MEMORY_PARTS = 4
# Where twice as much as they take is free in one piece, and garbage not yet collected, they need not be counted.
_ROOM_PARTS = 2
_FEWEST_BUFFERS = 4

# What a wrong certificate or key raises, by runtime: a file that cannot be read, bytes that are no certificate.
_TLS_ERRORS = (MicroWebSrv2Exception, OSError, ValueError, TypeError, ImportError, MemoryError)


def Create(config, log):
    """Return a MicroWebSrv2 as a complete configuration wants it; what is wrong is logged and worked around."""
    server = MicroWebSrv2()
    settings = config["server"]
    getattr(server, _PROFILES[settings["profile"]])()
    server.OnLogging = _logTo(log)
    server.BindAddress = (_ANY_ADDRESS, settings["port"])
    server.NotFoundURL = settings["notFoundUrl"]
    server.RootPath = _root(settings["root"], log)
    _enableTLS(server, settings["tls"], log)
    return server


def _root(root, log):
    """Return the folder whose files are served: the configured one, unless config.json lies in it or below."""
    isHome = runtime.IsHome(root)
    if isHome:
        log.Error(
            'server.root: "%s" holds config.json with its passwords, "%s" is served instead. '
            "Put the pages into a folder of their own" % (root, _USUAL_ROOT)
        )
        root = _USUAL_ROOT
        isHome = runtime.IsHome(root)
    if isHome is None:
        log.Warning('server.root: there is no folder "%s", only routes are served' % root)
        from . import firstPage

        firstPage.Register(root)
    else:
        # What serves files comes before the buffers, where it takes no collection, and not with the first page.
        from MicroWebSrv2 import staticFiles  # noqa: F401
    return root


def Start(server, pool, profile, log):
    """Start the server in a pool. Returns None, or a text that says why it cannot and what to do.

    profile: the configured one; if its buffers do not fit the memory, a warning says so and the smallest one is used.
    """
    if profile == _SMALLEST_PROFILE:
        _fitBuffers(server, log)
    problem = _start(server, pool)
    if problem and profile != _SMALLEST_PROFILE:
        server.SetEmbeddedConfig()
        first, problem = problem, _start(server, pool)
        if problem is None:
            # The port was not at fault, so the buffers were.
            log.Warning('server.profile: "%s" cannot be used (%s), "%s" is' % (profile, first, _SMALLEST_PROFILE))
    if problem is None:
        return None
    if "memory" in problem:
        return "server: it cannot start (%s): the app and the modules leave too little" % problem
    port = server.BindAddress[1]
    if runtime.IsHosted() and port < _FIRST_FREE_PORT:
        hint = "a port below %d needs root, or another program uses it" % _FIRST_FREE_PORT
    else:
        hint = "another program may use it"
    return "server.port: %d cannot be used (%s): %s. Choose another one in config.json" % (port, problem, hint)


def _fitBuffers(server, log):
    """Take fewer buffers than the smallest profile has, where they would leave too few of the free bytes."""
    if runtime.HasRoom(_ROOM_PARTS * server.BufferSlotsCount * server.BufferSlotSize):
        return
    free = runtime.MemoryLeft()
    runtime.KeepHeapWhole(free)
    if free is None:
        return
    count = max(_FEWEST_BUFFERS, free // _MEMORY_PARTS // server.BufferSlotSize)
    if count < server.BufferSlotsCount:
        log.Info("server: %d buffers instead of %d, %d bytes are free" % (count, server.BufferSlotsCount, free))
        server.BufferSlotsCount = count


def _start(server, pool):
    try:
        server.StartInPool(pool)
        return None
    except (MicroWebSrv2Exception, OSError, MemoryError) as ex:
        return str(ex) or type(ex).__name__


def Protect(users, path, log):
    """Have the configuration's users asked for below a path; without users everybody is let in.

    To be called before other modules are loaded: they are asked in that order.
    """
    if not users:
        return
    try:
        module = MicroWebSrv2.LoadModule("Users")
        module.ProtectedPath = path
        for user in users:
            _addUser(module, user["name"], user["hash"], log)
    except Exception as ex:
        # Whatever failed, the owner wanted nobody else to get in.
        MicroWebSrv2.Modules.append(_Closed())
        log.Exception("users: they cannot be asked for, nothing is served", ex)


def _addUser(module, name, passwordHash, log):
    try:
        module.AddUser(name, passwordHash)
    except ValueError as ex:
        module.AddUser(name, None)
        log.Error('users: nobody can log in as "%s": %s' % (name, ex))


class _Closed:
    """A module of the server that serves nothing."""

    def OnRequest(self, microWebSrv2, request):
        """Answer 503."""
        request.Response.ReturnServiceUnavailable()


def LoadModules(names, log):
    """Load modules of the server by name (the configuration's "modules"); one that fails is logged and left out."""
    for name in names:
        try:
            MicroWebSrv2.LoadModule(name)
        except (MicroWebSrv2Exception, ImportError) as ex:
            log.Error("modules: %s" % ex)
        except KeyboardInterrupt:
            raise
        except BaseException as ex:
            # A module is anybody's code: whatever it raises, the server still serves.
            log.Exception('modules: "%s" could not be loaded' % name, ex)


def URL(server, host):
    """Return the address to open, 'http://192.168.4.1:8080/', for a host's name or IPv4 address."""
    port = server.BindAddress[1]
    scheme, usual = ("https", _HTTPS_PORT) if server.IsSSLEnabled else ("http", _HTTP_PORT)
    return "%s://%s%s/" % (scheme, host, "" if port == usual else ":%d" % port)


def _logTo(log):
    levels = {
        MicroWebSrv2.DEBUG: "debug",
        MicroWebSrv2.INFO: "info",
        MicroWebSrv2.WARNING: "warning",
        MicroWebSrv2.ERROR: "error",
    }

    def onLogging(microWebSrv2, msg, msgType):
        log.Write(levels[msgType], msg)

    return onLogging


def _enableTLS(server, tls, log):
    """Switch https on if both files are named.

    If they cannot be used the device still serves, over plain http and with a warning: it would be out of reach
    otherwise, and the one who can repair it may have no other way in.
    """
    if tls["cert"] is None:
        return
    plain = "serving plain http, anybody near can read what is sent"
    for name in ("cert", "key"):
        if not runtime.FileExists(tls[name]):
            log.Warning('server.tls.%s: there is no file "%s"; %s' % (name, tls[name], plain))
            return
    try:
        server.EnableSSL(certFile=tls["cert"], keyFile=tls["key"])
    except _TLS_ERRORS as ex:
        log.Warning(
            'server.tls: certificate "%s" with key "%s" cannot be used (%s); %s' % (tls["cert"], tls["key"], ex, plain)
        )
