"""The WiPy around the server: its console, its network, the password of FTP, the server's start.

It stands in for the package `firmware`, which takes more memory than this board has beside a server. It reads the same
config.json, as far as it obeys it, and replaces what is wrong in it by the default without a word: `make config` checks
the file on the computer. (The port has a module `wipy` of its own.)
"""

import json
import os
from time import sleep_ms

import machine
import network

_FACTORY = ("micro", "python")  # user and password of FTP (ports/cc3200/serverstask.h)
_FACTORY_PASSWORD = "MicroWebSrv2"  # of the access point
_STEP_MS = 1000
_RETRY_STEPS = 300  # from the access point back to the known networks
_MAX_FILE = 4096  # bytes of config.json
_ERRORS = (OSError, ValueError, TypeError, RuntimeError, MemoryError)

_config = {}


def Boot():
    """Prepare the device. Raises nothing but KeyboardInterrupt; what goes wrong is printed."""
    for step in (_StartConsole, _ReadConfig, _SetLogin):
        try:
            step()
        except _ERRORS as ex:
            print("boot:", ex)


def Main():
    """Serve until Ctrl-C."""
    device = Device()
    device.Start()
    while True:
        try:
            device.Serve()
        except Exception as ex:  # of the event loop, which no request should be able to end
            print("main:", ex)
            sleep_ms(_STEP_MS)


def Setting(section, key, default):
    """Returns a value of config.json if it is there and of the default's type, otherwise the default."""
    values = _config.get(section) if section else _config
    value = values.get(key) if isinstance(values, dict) else None
    return value if isinstance(value, type(default)) else default


def FindFiles(folder):
    """Lets the package, of which a part is frozen, find the other one, .mpy files below `folder`.

    A package is looked for in one place alone. All that is frozen of it has been imported with it.
    """
    import MicroWebSrv2
    from MicroWebSrv2 import libs

    MicroWebSrv2.__path__ = folder + "/MicroWebSrv2"
    libs.__path__ = folder + "/MicroWebSrv2/libs"


def _StartConsole():
    # As the port's own boot.py does: the serial line at 115200 baud.
    os.dupterm(machine.UART(0, 115200))


def _ReadConfig():
    global _config
    os.chdir("/flash")
    with open("config.json") as file:
        found = json.loads(file.read(_MAX_FILE))
    if isinstance(found, dict):
        _config = found


def _SetLogin():
    """Gives FTP the configured user and password: everybody knows those of the factory."""
    login = (Setting("login", "user", _FACTORY[0]), Setting("login", "password", _FACTORY[1]))
    if login[1] == _FACTORY[1]:
        print("login.password: still the one of the factory, which everybody knows; change it")
    network.Server(login=login)


class Device:
    """The network, and the server in it: the Wi-Fi processor forgets all sockets when the mode changes."""

    def __init__(self):
        self._wlan = network.WLAN()
        self._known = [known for known in Setting("wifi", "networks", []) if isinstance(known, dict)]
        self._at = 0  # which of them is being joined
        self._steps = 0  # since when
        self._isJoined = False
        self._server = self._pool = None

    def Start(self):
        """Begins to join the first network, or is one; imports the app."""
        FindFiles("/flash/lib")
        from MicroWebSrv2 import XAsyncSocketsPool

        self._pool = XAsyncSocketsPool()
        self._pool.AddTimer(_STEP_MS, self.Step)
        try:
            __import__(Setting(None, "app", "app"))
        except ImportError as ex:
            print("app:", ex)
        except Exception as ex:  # anybody's code
            print("app failed:", ex)
        self._Change(self._Join if self._known else self._BeAccessPoint)

    def Serve(self):
        """Serves until Ctrl-C."""
        self._pool.AsyncWaitEvents()

    def Step(self):
        """Looks after the network, once a second."""
        self._steps += 1
        isUp = self._wlan.isconnected()
        if self._wlan.mode() == network.WLAN.AP:
            if self._known and not isUp and self._steps >= _RETRY_STEPS:
                self._at = 0
                self._Change(self._Join)
        elif isUp:
            if not self._isJoined:
                print("wifi: joined, http://%s/" % self._wlan.ifconfig()[0])
            self._isJoined = True
            self._steps = 0
        elif self._isJoined or self._steps >= Setting("wifi", "timeoutSec", 20):
            self._GoOn()

    def _GoOn(self):
        """A network was lost, which is tried again, or could not be joined: then it is the next one's turn."""
        if not self._isJoined:
            self._at += 1
        self._isJoined = False
        if self._at < len(self._known):
            self._Change(self._Join)
        elif Setting("accessPoint", "mode", "fallback") != "off":
            self._Change(self._BeAccessPoint)
        else:
            self._at = 0
            self._Change(self._Join)

    def _Change(self, action):
        """Changes the mode, with no socket open meanwhile."""
        self._steps = 0
        if self._server:
            self._server.Stop()
            self._server = None
        try:
            action()
        except _ERRORS as ex:
            print("wifi:", ex)
        try:
            self._Listen()
        except Exception as ex:
            self._server = None
            print("server:", ex)

    def _Join(self):
        known = self._known[self._at]
        if self._wlan.mode() != network.WLAN.STA:
            self._wlan.init(mode=network.WLAN.STA, antenna=self._Antenna())
        password = known.get("password")
        self._wlan.connect(known.get("ssid"), auth=(network.WLAN.WPA2, password) if password else None, timeout=0)

    def _BeAccessPoint(self):
        end = "".join(["%02x" % byte for byte in machine.unique_id()[-3:]])
        ssid = Setting("accessPoint", "ssid", "MicroWebSrv2-{id}").replace("{id}", end)
        password = Setting("accessPoint", "password", _FACTORY_PASSWORD)
        if password == _FACTORY_PASSWORD:
            print("accessPoint.password: still the one of the factory, which everybody knows; change it")
        auth = (network.WLAN.WPA2, password) if password else None
        self._wlan.init(mode=network.WLAN.AP, ssid=ssid, auth=auth, channel=6, antenna=self._Antenna())
        print('accessPoint: "%s" is on' % ssid)

    def _Antenna(self):
        external = Setting("wifi", "antenna", "internal") == "external"
        return network.WLAN.EXT_ANT if external else network.WLAN.INT_ANT

    def _Listen(self):
        from MicroWebSrv2 import MicroWebSrv2

        server = MicroWebSrv2()
        server.SetEmbeddedConfig()
        server.BufferSlotsCount = 2
        server.ConnQueueCapacity = 4
        server.BindAddress = ("0.0.0.0", Setting("server", "port", 80))
        server.RootPath = "/flash/" + Setting("server", "root", "webroot")
        server.StartInPool(self._pool)
        self._server = server
