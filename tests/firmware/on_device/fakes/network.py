"""Stands in for MicroPython's module `network`, with an ESP32's manners.

`air` has the networks in reach (name: password), `hidden` those of them that do not tell their names, `address` what
the station gets, `calls` what was asked of the interfaces. Joining takes JOIN_SEC of the fake clock. As on an ESP32,
the failure of one network is still shown as the status while the next one is being joined, and a station goes on trying
until it is told to disconnect.
"""

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202

JOIN_SEC = 3

now = [0]
air = {}
hidden = []
address = ["10.0.0.7"]
calls = []
names = {}
faults = {}
stations_on_air = [0]


def hostname(name):
    names["hostname"] = name


def country(code):
    names["country"] = code


class WLAN:
    """One of the two interfaces; every WLAN(n) is the same object."""

    IF_STA = 0
    IF_AP = 1
    SEC_OPEN = 0
    SEC_WPA2 = 3
    PM_NONE = 0
    _made = {}

    def __new__(cls, number):
        if number not in cls._made:
            cls._made[number] = _Interface(number)
        return cls._made[number]


class _Interface:
    def __init__(self, number):
        self.kind = ("STA", "AP")[number]
        self.is_active = False
        self.options = {"ssid": "ESP_123456", "security": WLAN.SEC_OPEN, "key": "", "mac": b"\xde\xad\xbe\x12\xab\x0f"}
        self.wanted = None
        self.since = 0
        self.failure = None

    def _call(self, name, *args):
        calls.append((self.kind, name) + args)
        if (self.kind, name) in faults:
            raise faults[(self.kind, name)]

    def active(self, on=None):
        if on is None:
            return self.is_active
        self._call("active", on)
        self.is_active = on
        return on

    def config(self, name=None, **options):
        if name:
            return self.options[name]
        if self.kind == "AP" and not self.is_active:
            # ESP-IDF refuses to configure an interface that is off.
            raise OSError("Wifi Invalid Mode")
        self._call("config", *sorted(options.items()))
        self.options.update(options)
        return None

    def scan(self):
        self._call("scan")
        return [(ssid.encode(), b"", 1, -50, 3, False) for ssid in air if ssid not in hidden]

    def connect(self, ssid, key):
        self._call("connect", ssid)
        self.wanted = (ssid, key)
        self.since = now[0]

    def disconnect(self):
        self._call("disconnect")
        self.wanted = None

    def isconnected(self):
        if self.kind == "AP":
            return self.is_active and stations_on_air[0] > 0
        return self.status() == STAT_GOT_IP

    def status(self):
        if not self.wanted:
            return self.failure or STAT_IDLE
        if now[0] - self.since < JOIN_SEC:
            return self.failure or STAT_CONNECTING
        ssid, key = self.wanted
        if ssid not in air:
            self.failure = STAT_NO_AP_FOUND
        elif air[ssid] != key:
            self.failure = STAT_WRONG_PASSWORD
        else:
            self.failure = None
            return STAT_GOT_IP
        return self.failure

    def ifconfig(self):
        own = "192.168.4.1" if self.kind == "AP" else address[0] if self.isconnected() else "0.0.0.0"
        return (own, "255.255.255.0", "10.0.0.1", "10.0.0.1")
