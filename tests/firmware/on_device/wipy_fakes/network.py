"""Stands in for the WiPy's module `network`: one radio that is a station or an access point, telnet's and FTP's login.

`air` has the networks in reach (name: password), `logins` what the servers were given, `said` what the radio was told.
A network is joined as soon as somebody looks.
"""

air = {}
logins = []
said = []


class WLAN:
    """The radio; the port has one object, however often it is made."""

    STA = 0
    AP = 2
    WPA2 = 3
    INT_ANT = 0
    EXT_ANT = 1

    _mode = AP
    _joined = False
    clients = 0

    def init(self, mode, ssid=None, auth=None, channel=1, antenna=0):
        WLAN._mode = mode
        WLAN._joined = False
        said.append(("init", mode, ssid, auth))

    def mode(self):
        return WLAN._mode

    def connect(self, ssid, auth=None, timeout=None):
        assert WLAN._mode == self.STA and timeout == 0, "it waits, or the mode is wrong"
        said.append(("connect", ssid))
        WLAN._joined = ssid in air and auth == (self.WPA2, air[ssid])

    def isconnected(self):
        return WLAN.clients > 0 if WLAN._mode == self.AP else WLAN._joined

    def ifconfig(self):
        return ("192.168.0.7", "255.255.255.0", "192.168.0.1", "192.168.0.1")


def lose():
    """The network goes away."""
    air.clear()
    WLAN._joined = False


def Server(login):
    logins.append(login)
