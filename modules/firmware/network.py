"""The network of a device, without ever waiting for it: join a known Wi-Fi network, or be one, and come back by itself.

`Start` switches the interfaces on; `Step`, called every STEP_MS by a timer, moves a small state machine. It knows
nothing of the server. The drivers are MicroPython's module `network`; where that is absent, an operating system has
a network of its own and there is nothing to do.

    _JOINING   a known network is being joined     → _JOINED, or the next network, or _PAUSED after the last one
    _JOINED    the station has an address          → _JOINING the same network again when the link is lost
    _PAUSED    no known network could be joined    → _JOINING the first one after a while
"""

from . import runtime
from .config import FACTORY_PASSWORD

STEP_MS = 1000

_JOINING = 0
_JOINED = 1
_PAUSED = 2

# Between two rounds through the known networks. There is one radio: a station that searches makes the access point
# stutter, so that somebody who uses it is given more time, but not for ever.
_PAUSE_SEC = 30
_PAUSE_IN_USE_SEC = 300

# The access point stays this long once the device is online: its user gets the page that says so.
_GRACE_SEC = 30

# Names in `network`, where a port has them (an ESP32 has, a CYW43 has negative numbers instead).
_FAILURES = (
    ("STAT_WRONG_PASSWORD", "wrong password"),
    ("STAT_NO_AP_FOUND", "not in reach"),
    ("STAT_CONNECT_FAIL", "refused"),
)

_MAX_REPORTED = 32


class Network:
    """The network interfaces of the device, kept as its configuration wants them.

    config: a complete configuration, as firmware.config returns it.
    log: a firmware.log.Log.
    onAddress: None, or called with (interface, address) when 'wifi', 'accessPoint' or 'ethernet' got an IPv4 address
        (a text), and with (interface, None) when it lost it.
    """

    def __init__(self, config, log, onAddress=None):
        self._config = config
        self._log = log
        self._onAddress = onAddress
        self._known = config["wifi"]["networks"]
        self._driver = None
        self._station = None
        self._accessPoint = None
        self._ethernet = None
        self._ethernetDueAt = 0
        self._state = _PAUSED
        self._since = 0
        self._startedAt = 0
        self._current = 0
        self._wasTrying = False
        self._accessPointOn = False
        self._accessPointDueAt = 0
        self._onlineSince = None
        self._reported = []
        self._addresses = {}

    def Start(self):
        """Switch on what the configuration asks for and begin to join, without waiting. No driver's error gets out."""
        self._startedAt = self._since = runtime.UptimeSec()
        try:
            import network
        except ImportError:
            self._log.Info("network: left to the operating system (no network module here)")
            return
        self._driver = network
        self._guard(self._setNames)
        if self._wantsEthernet():
            self._guard(self._startEthernet)
        if hasattr(network, "WLAN"):
            self._guard(self._chooseAntenna)
            self._guard(self._prepareAccessPoint)
            self._guard(self._startStation)
            self._guard(self._stepAccessPoint)
        elif self._known:
            self._log.Warning("wifi.networks: this board has no Wi-Fi")

    def Step(self):
        """Look at the interfaces and do what is due. Never waits; no driver's error gets out."""
        runtime.UptimeSec()
        if self._driver:
            self._guard(self._stepEthernet)
            self._guard(self._stepStation)
            self._guard(self._stepAccessPoint)
            self._guard(self._watchAddresses)

    def Addresses(self):
        """Return the IPv4 addresses (texts) by which the device can be reached now."""
        return list(self._addresses.values())

    def _guard(self, action):
        try:
            action()
        except Exception as ex:
            # Drivers raise OSError, ValueError, TypeError, AttributeError, each port its own: the device serves on.
            self._report("network: %s" % (str(ex) or type(ex).__name__))

    def _report(self, problem):
        """Warn of a problem once; until a network is joined the same one again is a matter of the debug log."""
        if problem in self._reported:
            self._log.Debug(problem)
            return
        if len(self._reported) < _MAX_REPORTED:
            self._reported.append(problem)
        self._log.Warning(problem)

    def _setNames(self):
        # Both are read by the drivers when an interface is switched on; some boards have neither.
        if hasattr(self._driver, "hostname"):
            self._driver.hostname(self._config["hostname"])
        country = self._config["wifi"]["country"]
        if country and hasattr(self._driver, "country"):
            self._driver.country(country)

    def _chooseAntenna(self):
        isExternal = self._config["wifi"]["antenna"] == "external"
        choose = getattr(runtime.BoardModule(), "SetAntenna", None)
        if choose:
            choose(isExternal)
        elif isExternal:
            self._log.Warning("wifi.antenna: this board has no switch for it")

    # --- The wired network: the board's firmware knows its wiring, in its module `board`.

    def _wantsEthernet(self):
        enabled = self._config["ethernet"]["enabled"]
        if enabled is None:
            # Nobody said: without Wi-Fi it is the only way to the board.
            return hasattr(runtime.BoardModule(), "Ethernet") and not hasattr(self._driver, "WLAN")
        return enabled

    def _startEthernet(self):
        start = getattr(runtime.BoardModule(), "Ethernet", None)
        if start is None:
            self._log.Warning("ethernet.enabled: the firmware of this board has no Ethernet")
            return
        self._ethernet = start()

    def _stepEthernet(self):
        """Start the interface again when its driver has taken it down, as the W5500's does after an error."""
        now = runtime.UptimeSec()
        if self._ethernet is None or now < self._ethernetDueAt or self._ethernet.active():
            return
        # Starting takes a W5500 half a second, in which nothing else runs.
        self._ethernetDueAt = now + _PAUSE_SEC
        self._report("ethernet: the driver took the interface down, it is started again")
        self._ethernet.active(True)

    # --- The station: joins known networks.

    def _interface(self, name):
        """Return the driver's object for 'STA' or 'AP': the constants moved into the class in MicroPython 1.24."""
        wlan = self._driver.WLAN
        number = getattr(wlan, "IF_" + name, None)
        return wlan(getattr(self._driver, name + "_IF") if number is None else number)

    def _startStation(self):
        if not self._known:
            return
        self._station = self._interface("STA")
        # After a soft reset the radio is still as it was: a network of ours is kept, not joined anew.
        if self._station.active() and self._station.isconnected():
            ssid = self._station.config("ssid")
            for i in range(len(self._known)):
                if self._known[i]["ssid"] == ssid:
                    self._current = i
                    self._nowJoined()
                    return
        self._join(0)

    def _stepStation(self):
        if self._station is None:
            return
        if self._state == _JOINING:
            self._stepJoining()
        elif self._state == _JOINED:
            if not self._station.isconnected():
                self._log.Warning("wifi: %s was lost, joining it again" % self._currentName())
                self._join(self._current)
        elif self._isPauseOver():
            self._join(0)

    def _join(self, index):
        self._state = _JOINING
        self._since = runtime.UptimeSec()
        self._current = index
        self._wasTrying = False
        if not self._station.active():
            self._station.active(True)
            self._guard(self._stayAwake)
        self._leave()
        self._log.Debug("wifi: joining %s" % self._currentName())
        network = self._known[index]
        # Not None for an open network: the CYW43's driver would pass on a length that it never set.
        self._station.connect(network["ssid"], network["password"] or "")

    def _stayAwake(self):
        """Keep the radio from sleeping between beacons: what is sent to it would wait for the next, 0.1 s and more."""
        awake = getattr(self._driver.WLAN, "PM_NONE", None)
        if awake is not None and not self._config["wifi"]["powerSave"]:
            self._station.config(pm=awake)

    def _leave(self):
        try:
            self._station.disconnect()
        except OSError:
            # It was not joining anything: that is all we want.
            pass

    def _stepJoining(self):
        if self._station.isconnected():
            self._nowJoined()
            return
        status = self._station.status()
        elapsed = runtime.UptimeSec() - self._since
        if elapsed < self._config["wifi"]["timeoutSec"] and not self._failedEarly(status):
            return
        self._report("wifi: %s could not be joined (%s)" % (self._currentName(), self._reason(status)))
        if self._current + 1 < len(self._known):
            self._join(self._current + 1)
            return
        # The driver must stop too: an ESP32 goes on searching by itself, which disturbs the access point.
        self._state = _PAUSED
        self._since = runtime.UptimeSec()
        self._leave()

    def _nowJoined(self):
        self._state = _JOINED
        self._reported = []
        self._log.Info("wifi: joined %s" % self._currentName())

    def _failedEarly(self, status):
        """Tell whether the driver gave up and another network waits for its turn.

        An ESP32 still shows the failure of the network before: a failure counts only after another status was seen.
        """
        if self._reason(status) == "no answer":
            self._wasTrying = True
            return False
        return self._wasTrying and self._current + 1 < len(self._known)

    def _reason(self, status):
        for name, text in _FAILURES:
            if status == getattr(self._driver, name, None):
                return text
        if isinstance(status, int) and status < 0:
            return "status %d" % status
        return "no answer"

    def _currentName(self):
        return 'wifi.networks[%d] "%s"' % (self._current, self._known[self._current]["ssid"])

    def _isPauseOver(self):
        elapsed = runtime.UptimeSec() - self._since
        if elapsed < _PAUSE_SEC:
            return False
        return elapsed >= _PAUSE_IN_USE_SEC or not (self._accessPointOn and self._accessPoint.isconnected())

    # --- The access point: the device is a network itself.

    def _prepareAccessPoint(self):
        if self._config["accessPoint"]["mode"] == "off":
            return
        self._accessPoint = self._interface("AP")
        password = self._config["accessPoint"]["password"]
        if not password:
            self._log.Warning("accessPoint.password: there is none, everybody near can use the access point")
        elif password == FACTORY_PASSWORD:
            self._log.Warning("accessPoint.password: still the one of the factory, which everybody knows; change it")

    def _stepAccessPoint(self):
        if self._accessPoint is None:
            return
        now = runtime.UptimeSec()
        always = self._config["accessPoint"]["mode"] == "always"
        if not self._accessPointOn:
            if now >= self._accessPointDueAt and (always or self._isOffline(now)):
                self._accessPointDueAt = now + _PAUSE_SEC
                self._startAccessPoint()
        elif not always:
            self._stopAccessPointWhenOnline(now)

    def _isOnline(self):
        return self._state == _JOINED or "ethernet" in self._addresses

    def _isOffline(self, now):
        """Tell whether every other way was tried: the known networks, and Ethernet for as long as one of them gets."""
        if self._state != _PAUSED or self._isOnline():
            return False
        return self._ethernet is None or now - self._startedAt >= self._config["wifi"]["timeoutSec"]

    def _startAccessPoint(self):
        wlan = self._driver.WLAN
        password = self._config["accessPoint"]["password"] or ""
        ssid = self._config["accessPoint"]["ssid"].replace("{id}", self._boardId(), 1)
        options = {"ssid": ssid, "key": password}
        for name in ("SEC_WPA2", "SEC_WPA_WPA2") if password else ("SEC_OPEN",):
            if hasattr(wlan, name):
                options["security"] = getattr(wlan, name)
                break
        try:
            self._accessPoint.config(**options)
            self._accessPoint.active(True)
        except OSError:
            # Some drivers take options only from an interface that is on.
            self._accessPoint.active(True)
            self._configureOrStop(options)
        self._accessPointOn = True
        self._onlineSince = None
        self._log.Info('accessPoint: "%s" is on' % ssid)

    def _configureOrStop(self, options):
        try:
            self._accessPoint.config(**options)
        except Exception:
            # Without its options it would be an open network under another name.
            self._accessPoint.active(False)
            raise

    def _stopAccessPointWhenOnline(self, now):
        if not self._isOnline():
            self._onlineSince = None
        elif self._onlineSince is None:
            self._onlineSince = now
        elif now - self._onlineSince >= _GRACE_SEC:
            self._accessPoint.active(False)
            self._accessPointOn = False
            self._log.Info("accessPoint: off, the device is online")

    def _boardId(self):
        # The chip's own number would do on an ESP32; an STM32's ends with its lot, which thousands of boards share.
        return "".join(["%02x" % byte for byte in self._accessPoint.config("mac")[-3:]])

    # --- The addresses.

    def _watchAddresses(self):
        self._watch("ethernet", self._ethernet, self._ethernet is not None and self._ethernet.isconnected())
        self._watch("wifi", self._station, self._state == _JOINED)
        self._watch("accessPoint", self._accessPoint, self._accessPointOn)

    def _watch(self, name, interface, isUp):
        address = interface.ifconfig()[0] if isUp else None
        if address == "0.0.0.0":
            address = None
        if address == self._addresses.get(name):
            return
        if address:
            self._addresses[name] = address
        else:
            del self._addresses[name]
        if self._onAddress:
            self._onAddress(name, address)
