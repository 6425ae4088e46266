"""Starts the device: `Boot` for boot.py, `Main` for main.py.

boot.py must be quick, must not block and must not raise: tools run it again whenever they enter the raw REPL, and on
an ESP32 main.py does not run after a boot.py that failed. So Boot reads the configuration, switches the network on
without waiting and imports the user's app; it serves only if the configuration asks for threads. Main serves on the
main thread, the fastest on a board, and supervises the network by a timer of the same loop.
"""

import sys

from . import ownImports

ownImports.Begin()

import os  # noqa: E402

from . import config, configFile, network, runtime, starts  # noqa: E402
from .log import Log  # noqa: E402

_CONFIG_FILE = "config.json"

# A board whose port cannot be had tries again this often: its owner may be far away.
_RETRY_SEC = 5

# After an error that ended the event loop, which no request should be able to cause.
_PAUSE_MS = 1000

# Between the answer that says so and the start anew: the answer has to leave the device.
_RESTART_SEC = 1

# What a start allocates once the server's modules are there, in bytes, without the app.
_ROOM_TO_START = 32768

# For the status page: so many problems, and characters of an error's own text.
_MAX_PROBLEMS = 8
_MAX_TEXT = 120

_device = None


def Boot():
    """Prepare the device, once an interpreter. Raises nothing but KeyboardInterrupt; what goes wrong is logged."""
    # There USB and the network come up once boot.py has ended: Main does it all.
    if not runtime.NetworkComesAfterBoot():
        _boot()


def Main():
    """Serve until Ctrl-C; where threads serve on a board, return at once and leave the REPL free.

    Boots first if boot.py did not. With an operating system around, a port that cannot be had ends the program with
    status 1; a board tries again every few seconds. What else keeps it from serving makes a board start anew.
    """
    device = None
    try:
        runtime.EnableCtrlC()
        device = _boot()
        served = device is not None and device.Serve()
    except KeyboardInterrupt:
        served = True
        starts.Interrupt()
        if device:
            device.Stop()
    except Exception as ex:
        # No memory beside what the app has taken, say.
        runtime.Print(runtime.TracebackText(ex))
        device = served = None
    if not served:
        if runtime.IsHosted():
            if device:
                # The owner is told that the port cannot be had, and starts it again: that is no loop of failures.
                starts.Interrupt()
            sys.exit(1)
        # Five such failures in a row bring up the safe mode.
        runtime.SleepMs(_RETRY_SEC * 1000)
        runtime.Reset()


def _boot():
    """Return the device, made and prepared by the first call, or None if not even its log could be made."""
    global _device
    if _device is None:
        try:
            ownImports.Begin()
            _device = Device()
            _device.Prepare()
        except KeyboardInterrupt:
            # Half a device is none: the next call begins anew. Somebody is there, so no start has failed.
            _device = None
            starts.Interrupt()
            raise
        except Exception as ex:
            # The outermost handler: whatever failed, boot.py ends as usual, and Main tries to serve what there is.
            runtime.Print(runtime.TracebackText(ex))
        finally:
            ownImports.End()
    return _device


class Device:
    """The device: its configuration, log, network, server and event loop. Boot or Main makes the one there is."""

    def __init__(self):
        self._isSafe = starts.Begin()
        self._stamp = configFile.Stamp(_CONFIG_FILE)
        self._config, problems = config.Check({}) if self._isSafe else config.Load(_CONFIG_FILE)
        if self._isSafe:
            problems.append("safe mode: %d starts in a row failed before they served" % starts.MOST_FAILED)
        self._log = Log(self._config["log"]["level"], self._config["log"]["file"])
        for problem in problems:
            self._log.Warning(problem)
        self._problems = problems[:_MAX_PROBLEMS]
        self._network = network.Network(self._config, self._log, self._onAddress)
        self._threads = self._config["server"]["threads"]
        self._server = None
        self._pool = None
        self._trial = None
        self._retryAt = 0
        self._servingSince = None
        self._restartAt = None
        self._hasBegun = False
        self._isProtected = False

    def Prepare(self):
        """Switch the network on, load what hangs its routes on the server, and serve if threads are to do it."""
        self._network.Start()
        from . import server, status

        # A small heap's garbage goes before more comes; to collect a large one's would be a fifteenth of the start.
        runtime.HasRoom(_ROOM_TO_START)
        self._protect()
        if self._isSafe:
            from . import safeMode

            safeMode.Register(self._problems[0], _CONFIG_FILE, self._restart, self._log)
        else:
            server.LoadModules(self._config["modules"], self._log)
            self._importApp(self._config["app"])
        status.Register(self._config["hostname"], self._problems)
        if self._threads and not runtime.HasThreads():
            self._log.Warning("server.threads: this firmware has no threads, the main thread serves")
            self._threads = 0
        if self._threads:
            self._start()

    def _protect(self):
        """Have the users asked for, once; the safe mode does not open what is protected."""
        if not self._isProtected:
            from . import server

            settings = config.Load(_CONFIG_FILE)[0] if self._isSafe else self._config
            server.Protect(settings["users"], settings["server"]["protectedPath"], self._log)
            self._isProtected = True

    def Serve(self):
        """Serve until stopped, or, where threads do it on a board, return at once.

        Returns False if there is an operating system and the port cannot be had.
        """
        if self._pool is None:
            ownImports.Begin()
            try:
                if not self._start():
                    return False
            finally:
                ownImports.End()
        while self._pool:
            if not self._threads:
                self._runLoop()
            elif runtime.IsHosted():
                runtime.SleepMs(network.STEP_MS)
            else:
                break
        return True

    def Stop(self):
        """Stop the server and its loop; Serve starts them again."""
        if self._pool:
            pool, self._pool = self._pool, None
            # The loop first: no thread serves what is being closed.
            pool.StopWaitEvents()
            self._server.Stop()

    def _importApp(self, name):
        if name is None:
            return
        home = os.getcwd()
        ownImports.End()
        try:
            __import__(name)
        except KeyboardInterrupt:
            raise
        except BaseException as ex:
            # The app is anybody's code: whatever it raises (SystemExit, asyncio's CancelledError), the server serves.
            if not isinstance(ex, ImportError) or not _isAbsent(name, ex):
                self._log.Exception('app: "%s" failed, some of its routes may be missing' % name, ex)
                self._problems.append('app: "%s" failed (%s: %s)' % (name, type(ex).__name__, str(ex)[:_MAX_TEXT]))
            elif name == "app":
                self._log.Info("app: there is no app.py, the files of server.root are served")
            else:
                self._log.Warning('app: there is no module "%s"' % name)
        finally:
            # Wherever the app has gone: what config.json names, and its own files, lie here.
            os.chdir(home)
            ownImports.Begin()

    def _start(self):
        from MicroWebSrv2 import XAsyncSocketsPool

        from . import server

        # Whatever Prepare failed of, nothing is served that was to be protected.
        self._protect()
        if self._server is None:
            self._server = server.Create(self._config, self._log)
            self._beginTrial()
        self._pool = XAsyncSocketsPool()
        self._pool.AddTimer(network.STEP_MS, self._tick)
        if not self._startServer() and runtime.IsHosted():
            self._pool = None
            return False
        if self._threads and not self._startThreads():
            # All that was taken for them is given back: this thread may not have enough to serve otherwise.
            self.Stop()
            self._threads = 0
            return self._start()
        return True

    def _beginTrial(self):
        confirm = runtime.ImageConfirmation()
        if confirm:
            from .trial import Trial

            self._trial = Trial(confirm, self._log, self._server)

    def _startThreads(self):
        try:
            self._pool.AsyncWaitEvents(threadsCount=self._threads)
            return True
        except Exception as ex:
            # No room for their stacks or buffers, by whatever name this port calls it.
            self._log.Warning("server.threads: %d cannot be started (%s), the main thread serves" % (self._threads, ex))
            return False

    def _startServer(self):
        from . import server

        problem = server.Start(self._server, self._pool, self._config["server"]["profile"], self._log)
        if problem:
            # Told once; a board that tries again every few seconds must not fill its flash with it.
            self._log.Write("debug" if self._retryAt else "error", problem)
            self._retryAt = runtime.UptimeSec() + _RETRY_SEC
            return False
        self._retryAt = 0
        if not self._isSafe:
            self._servingSince = runtime.UptimeSec()
        if runtime.IsHosted():
            self._announce("127.0.0.1")
        for address in self._network.Addresses():
            self._announce(address)
        return True

    def _runLoop(self):
        try:
            self._pool.AsyncWaitEvents()
            # It ends only when somebody asked it to.
            self.Stop()
        except Exception as ex:
            self._log.Exception("the event loop failed, it starts again", ex)
            runtime.SleepMs(_PAUSE_MS)

    def _tick(self):
        if not self._hasBegun:
            self._hasBegun = True
            runtime.KeepHeapWhole(runtime.MemoryLeft())
        self._network.Step()
        if self._trial and self._trial.Step():
            self._trial = None
        now = runtime.UptimeSec()
        if not self._server.IsRunning and now >= self._retryAt:
            self._startServer()
        if self._servingSince is not None and now - self._servingSince >= starts.HEALTHY_SEC:
            self._servingSince = None
            self._onHealthy()
        if self._restartAt is not None and now >= self._restartAt:
            runtime.Reset()
            # An operating system's program ends, and its owner or a supervisor starts it again.
            self.Stop()

    def _onHealthy(self):
        """The device has served for a while: its start has not failed, its configuration is a good one."""
        starts.Forget()
        if self._stamp == configFile.Stamp(_CONFIG_FILE):
            try:
                configFile.KeepGood(_CONFIG_FILE)
            except OSError as ex:
                self._log.Debug("%s: no good copy can be kept (%s)" % (_CONFIG_FILE, ex))

    def _restart(self, isGood):
        if isGood:
            starts.Forget()
        self._restartAt = runtime.UptimeSec() + _RESTART_SEC

    def _onAddress(self, interface, address):
        if address is None:
            self._log.Warning("%s: the device has lost its address there" % interface)
        elif self._server and self._server.IsRunning:
            self._announce(address)

    def _announce(self, host):
        from . import server

        self._log.Say("MicroWebSrv2 serves %s" % server.URL(self._server, host))


def _isAbsent(name, ex):
    """Tell whether an ImportError says that the module itself is not there, and not one that it imports."""
    text = str(ex)
    if text == "module not found":
        # Builds with terse messages do not name it: look for its file.
        for folder in sys.path:
            for end in (".py", ".mpy", ""):
                if runtime.FileExists((folder + "/" if folder else "") + name + end):
                    return False
        return True
    return text.lower() == ("no module named '%s'" % name).lower()
