"""Cases of the network's supervision; argv[1] names the one to run, argv[2] is the folder of the fake driver.

Each case is a function; it raises AssertionError, or the case's last line is PASS. Time is the fake driver's.
"""

import sys

sys.path.insert(0, sys.argv[2])

import network as driver

from firmware import config, runtime
from firmware.network import Network

HOME = {"ssid": "home", "password": "home home home"}
WORK = {"ssid": "work", "password": "work work work"}

runtime.UptimeSec = lambda: driver.now[0]


class Log:
    """Keeps what it is given: (level, text)."""

    def __init__(self):
        self.lines = []

    def Debug(self, msg):
        self.lines.append(("debug", msg))

    def Info(self, msg):
        self.lines.append(("info", msg))

    def Warning(self, msg):
        self.lines.append(("warning", msg))

    def has(self, level, text):
        return [line for line in self.lines if line[0] == level and text in line[1]]


class Device:
    """A started network with its log and the addresses it announced."""

    def __init__(self, *known, **more):
        data = {"wifi": {"networks": list(known), "timeoutSec": 20}, "hostname": "kitchen"}
        data.update(more)
        checked, problems = config.Check(data)
        assert problems == [], problems
        self.log = Log()
        self.announced = []
        self.network = Network(checked, self.log, lambda name, address: self.announced.append((name, address)))
        self.network.Start()

    def run(self, seconds):
        for _ in range(seconds):
            driver.now[0] += 1
            self.network.Step()

    def until(self, condition, most):
        """Run until a condition holds; returns the seconds it took."""
        for second in range(most):
            if condition():
                return second
            self.run(1)
        raise AssertionError(f"not within {most} s: {self.log.lines}")

    def addresses(self):
        return sorted(self.network.Addresses())


def access_point():
    return driver.WLAN(driver.AP_IF)


def connects():
    return [call[2] for call in driver.calls if call[1] == "connect"]


def joins_the_first_known_network():
    driver.air.update({"home": HOME["password"], "work": WORK["password"]})
    device = Device(HOME, WORK, wifi={"networks": [HOME, WORK], "country": "FR"})
    assert connects() == ["home"]
    assert driver.now == [0]
    device.run(5)
    assert device.announced == [("wifi", "10.0.0.7")]
    assert device.addresses() == ["10.0.0.7"]
    assert driver.names == {"hostname": "kitchen", "country": "FR"}
    device.run(200)
    assert connects() == ["home"]
    assert not access_point().is_active


def keeps_the_radio_awake_unless_told_otherwise():
    driver.air["home"] = HOME["password"]
    station = driver.WLAN(driver.STA_IF)
    Device(HOME, wifi={"networks": [HOME], "powerSave": True}).run(5)
    assert "pm" not in station.options
    station.active(False)
    device = Device(HOME)
    assert station.options["pm"] == driver.WLAN.PM_NONE
    assert device.until(lambda: device.announced, 60) < 10


def joins_where_the_radio_takes_no_such_setting():
    driver.air["home"] = HOME["password"]
    driver.faults[("STA", "config")] = ValueError("unknown config param")
    device = Device(HOME)
    assert device.until(lambda: device.announced, 60) < 10


def tries_the_next_network_soon_when_one_is_not_there():
    driver.air["work"] = WORK["password"]
    device = Device(HOME, WORK)
    assert device.until(lambda: device.announced, 60) < 10
    assert connects() == ["home", "work"]
    assert device.log.has("warning", 'wifi.networks[0] "home" could not be joined (not in reach)')
    # What the driver was doing has to end first, or it refuses the next.
    names = [call[1] for call in driver.calls if call[0] == "STA"]
    assert names == ["active", "config", "disconnect", "connect", "disconnect", "connect"], names


def says_that_a_password_is_wrong_and_never_shows_one():
    driver.air["home"] = "another one"
    device = Device(HOME, accessPoint={"mode": "off"})
    device.run(25)
    assert device.log.has("warning", 'wifi.networks[0] "home" could not be joined (wrong password)')
    assert not [line for line in device.log.lines if HOME["password"] in line[1]]
    assert device.announced == []


def a_failure_shown_for_the_network_before_is_not_taken_for_this_one():
    # The second is not skipped although its status is a failure from the first second on.
    driver.air["third"] = "third third"
    third = {"ssid": "third", "password": "third third"}
    slow = driver.JOIN_SEC
    device = Device(HOME, third, WORK)
    device.until(lambda: connects() == ["home", "third"], 30)
    device.run(slow + 1)
    assert connects() == ["home", "third"]
    assert device.addresses() == ["10.0.0.7"]


def falls_back_to_an_access_point_and_comes_back():
    device = Device(HOME)
    took = device.until(lambda: access_point().is_active, 60)
    assert 20 <= took <= 22, took
    device.run(1)
    assert device.addresses() == ["192.168.4.1"]
    driver.air["home"] = HOME["password"]
    assert device.until(lambda: "10.0.0.7" in device.addresses(), 60) <= 40
    device.run(10)
    assert access_point().is_active
    device.run(25)
    assert not access_point().is_active
    assert device.announced[-1] == ("accessPoint", None)
    assert device.addresses() == ["10.0.0.7"]


def does_not_search_while_it_pauses():
    device = Device(HOME)
    device.until(lambda: access_point().is_active, 60)
    assert driver.WLAN(driver.STA_IF).wanted is None


class BoardWithSwitch:
    """A module `board` that keeps what antenna it was told to use, and what the radio was doing then."""

    def __init__(self):
        self.chosen = []

    def SetAntenna(self, isExternal):
        self.chosen.append((isExternal, len(driver.calls)))


def chooses_the_antenna_before_the_radio_starts():
    for name, isExternal in (("internal", False), ("external", True)):
        board = BoardWithSwitch()
        runtime.BoardModule = lambda board=board: board
        before = len(driver.calls)
        device = Device(HOME, wifi={"networks": [HOME], "antenna": name})
        assert board.chosen == [(isExternal, before)], board.chosen
        assert not device.log.has("warning", "antenna")


def says_that_there_is_no_second_antenna():
    device = Device(HOME, wifi={"antenna": "external"})
    assert device.log.has("warning", "wifi.antenna: this board has no switch for it")
    assert not Device(HOME).log.has("warning", "antenna")


def joins_even_if_the_switch_fails():
    class Broken:
        def SetAntenna(self, isExternal):
            raise ValueError("no such pin")

    runtime.BoardModule = Broken
    driver.air["home"] = HOME["password"]
    device = Device(HOME)
    device.run(5)
    assert device.addresses() == ["10.0.0.7"]
    assert device.log.has("warning", "network: no such pin")


def gives_the_user_of_the_access_point_time():
    device = Device(HOME)
    device.until(lambda: access_point().is_active, 60)
    driver.stations_on_air[0] = 1
    before = len(connects())
    device.run(290)
    assert len(connects()) == before
    device.run(20)
    assert len(connects()) == before + 1


def joins_again_when_the_link_is_lost():
    driver.air["home"] = HOME["password"]
    device = Device(HOME)
    device.run(5)
    del driver.air["home"]
    device.run(2)
    assert device.announced[-1] == ("wifi", None)
    assert device.log.has("warning", 'wifi.networks[0] "home" was lost')
    driver.air["home"] = HOME["password"]
    device.run(5)
    assert device.announced[-1] == ("wifi", "10.0.0.7")
    assert not access_point().is_active


def loses_its_network_in_service_and_finds_it_again():
    """Gone for long: the device is its own network meanwhile, and no longer once it is back. Each time it says so."""
    driver.air["home"] = HOME["password"]
    device = Device(HOME)
    device.run(5)
    for turn in range(2):
        del driver.air["home"]
        device.until(lambda: device.addresses() == ["192.168.4.1"], 60)
        device.run(120)
        assert device.addresses() == ["192.168.4.1"]
        driver.air["home"] = HOME["password"]
        device.until(lambda: "10.0.0.7" in device.addresses(), 60)
        device.until(lambda: device.addresses() == ["10.0.0.7"], 60)
        assert len(device.log.has("warning", 'wifi.networks[0] "home" was lost')) == turn + 1
        assert len(device.log.has("warning", 'wifi.networks[0] "home" could not be joined (not in reach)')) == turn + 1
        assert len(device.log.has("info", 'wifi: joined wifi.networks[0] "home"')) == turn + 2
        assert len(device.log.has("info", "accessPoint: off, the device is online")) == turn + 1


def joins_once_its_password_is_right():
    driver.air["home"] = "another one"
    device = Device(HOME)
    device.run(200)
    assert device.addresses() == ["192.168.4.1"]
    driver.air["home"] = HOME["password"]
    device.until(lambda: device.addresses() == ["10.0.0.7"], 120)


def joins_a_network_that_hides_its_name():
    driver.air["home"] = HOME["password"]
    driver.hidden.append("home")
    device = Device(HOME)
    device.run(5)
    assert device.addresses() == ["10.0.0.7"]


def tells_its_new_address():
    driver.air["home"] = HOME["password"]
    device = Device(HOME)
    device.run(5)
    driver.address[0] = "10.0.0.99"
    device.run(1)
    assert device.announced == [("wifi", "10.0.0.7"), ("wifi", "10.0.0.99")]
    assert device.addresses() == ["10.0.0.99"]


def has_no_address_while_its_lease_is_over():
    driver.air["home"] = HOME["password"]
    device = Device(HOME)
    device.run(5)
    driver.address[0] = "0.0.0.0"
    device.run(60)
    assert device.announced[-1] == ("wifi", None)
    assert device.addresses() == []
    driver.address[0] = "10.0.0.7"
    device.run(1)
    assert device.announced[-1] == ("wifi", "10.0.0.7")
    assert connects() == ["home"]


def warns_of_the_same_failure_once():
    device = Device(HOME)
    device.run(600)
    assert len(connects()) > 3
    assert len(device.log.has("warning", "could not be joined")) == 1
    # All the others, but for one that may still be on its way.
    assert len(device.log.has("debug", "could not be joined")) >= len(connects()) - 2


def is_an_access_point_at_once_without_known_networks():
    device = Device()
    assert access_point().is_active
    assert access_point().options["ssid"] == "MicroWebSrv2-12ab0f"
    assert access_point().options["security"] == driver.WLAN.SEC_WPA2
    device.run(1)
    assert device.announced == [("accessPoint", "192.168.4.1")]


def is_called_by_its_own_address():
    # Which no other device has: the end of an STM32's number is that of its lot.
    class Machine:
        unique_id = staticmethod(lambda: b"Q347 lot")

    sys.modules["machine"] = Machine
    Device()
    assert access_point().options["ssid"] == "MicroWebSrv2-12ab0f"


def joins_an_open_network_with_an_empty_password():
    driver.air["open"] = ""
    device = Device({"ssid": "open", "password": None})
    device.run(5)
    assert device.addresses() == ["10.0.0.7"]


def keeps_an_access_point_that_is_always_wanted():
    driver.air["home"] = HOME["password"]
    device = Device(HOME, accessPoint={"mode": "always", "ssid": "mine"})
    assert access_point().options["ssid"] == "mine"
    device.run(200)
    assert access_point().is_active
    assert device.addresses() == ["10.0.0.7", "192.168.4.1"]


def is_never_an_access_point_when_that_is_off():
    device = Device(HOME, accessPoint={"mode": "off"})
    device.run(600)
    assert not [call for call in driver.calls if call[0] == "AP"]


def warns_of_the_password_of_the_factory():
    assert Device().log.has("warning", "accessPoint.password: still the one of the factory")


def warns_of_an_open_access_point():
    device = Device(accessPoint={"password": None})
    assert device.log.has("warning", "accessPoint.password: there is none")
    assert access_point().options["security"] == driver.WLAN.SEC_OPEN


def does_not_warn_of_a_good_password():
    device = Device(accessPoint={"password": "my own secret"})
    assert access_point().options["key"] == "my own secret"
    assert not [line for line in device.log.lines if line[0] == "warning" or "my own secret" in line[1]]


def an_access_point_that_cannot_be_configured_is_not_left_open():
    driver.faults[("AP", "config")] = ValueError("unknown config param")
    device = Device()
    device.run(5)
    assert not access_point().is_active
    assert device.log.has("warning", "network: unknown config param")
    del driver.faults[("AP", "config")]
    device.run(40)
    assert access_point().is_active


def survives_a_radio_that_always_fails():
    for kind in ("STA", "AP"):
        for name in ("active", "config", "connect", "disconnect"):
            driver.faults[(kind, name)] = OSError("Wifi Internal Error")
    device = Device(HOME, WORK)
    device.run(300)
    assert device.addresses() == []
    driver.faults.clear()
    driver.air["work"] = WORK["password"]
    device.until(lambda: "10.0.0.7" in device.addresses(), 120)


def keeps_the_network_of_before_a_soft_reset():
    driver.air["work"] = WORK["password"]
    station = driver.WLAN(driver.STA_IF)
    station.active(True)
    station.connect("work", WORK["password"])
    station.options["ssid"] = "work"
    driver.now[0] = 100
    del driver.calls[:]
    device = Device(HOME, WORK)
    assert connects() == []
    device.run(1)
    assert device.announced == [("wifi", "10.0.0.7")]


def leaves_a_network_that_is_not_known():
    driver.air.update({"home": HOME["password"], "other": "x"})
    station = driver.WLAN(driver.STA_IF)
    station.active(True)
    station.connect("other", "x")
    station.options["ssid"] = "other"
    driver.now[0] = 100
    Device(HOME)
    assert connects() == ["other", "home"]


class Board:
    """A board's module with Ethernet; the cable is in at a time."""

    NAME = "testboard"
    at = 5
    isUp = True
    isWell = True
    starts = []

    @staticmethod
    def Ethernet():
        return Board

    @staticmethod
    def isconnected():
        return Board.isUp and driver.now[0] >= Board.at

    @staticmethod
    def active(on=None):
        if on is None:
            return Board.isUp
        Board.starts.append(driver.now[0])
        Board.isUp = Board.isWell
        return None

    @staticmethod
    def ifconfig():
        return ("172.16.0.9", "", "", "")


def ethernet_needs_no_access_point():
    runtime.BoardModule = lambda: Board
    device = Device(ethernet={"enabled": True})
    assert not access_point().is_active
    device.run(200)
    assert device.announced == [("ethernet", "172.16.0.9")]
    assert not access_point().is_active


def an_access_point_stands_in_for_a_missing_cable():
    runtime.BoardModule = lambda: Board
    Board.at = 60
    device = Device(ethernet={"enabled": True})
    device.run(25)
    assert access_point().is_active
    device.run(100)
    assert not access_point().is_active
    assert device.addresses() == ["172.16.0.9"]


def ethernet_that_its_driver_took_down_is_started_again():
    runtime.BoardModule = lambda: Board
    Board.at = 0
    device = Device(ethernet={"enabled": True})
    device.run(5)
    assert device.addresses() == ["172.16.0.9"]
    Board.isUp = Board.isWell = False
    device.run(65)
    assert Board.starts == [6, 36, 66], Board.starts
    assert ("ethernet", None) in device.announced
    assert len(device.log.has("warning", "ethernet: the driver took the interface down")) == 1
    Board.isWell = True
    device.run(40)
    assert Board.starts[3:] == [96]
    assert "172.16.0.9" in device.addresses()


def ethernet_starts_by_itself_without_wifi():
    runtime.BoardModule = lambda: Board
    Board.at = 0
    for hasWifi, enabled, starts in (
        (True, None, False),
        (True, True, True),
        (False, None, True),
        (False, False, False),
    ):
        if not hasWifi and hasattr(driver, "WLAN"):
            del driver.WLAN
        device = Device(ethernet={"enabled": enabled})
        device.run(2)
        assert (("ethernet", "172.16.0.9") in device.announced) == starts, (hasWifi, enabled)


def says_that_there_is_no_ethernet():
    runtime.BoardModule = lambda: None
    assert Device(ethernet={"enabled": True}).log.has("warning", "ethernet.enabled: the firmware of this board has no")


def says_that_there_is_no_wifi():
    del driver.WLAN
    device = Device(HOME)
    device.run(100)
    assert device.log.has("warning", "wifi.networks: this board has no Wi-Fi")


def an_access_point_that_cannot_start_is_tried_twice_a_minute():
    driver.faults[("AP", "active")] = OSError("no memory")
    device = Device(accessPoint={"mode": "always"})
    device.run(100)
    # Each try asks twice: some drivers take their options only from an interface that is on.
    assert len([call for call in driver.calls if call[:2] == ("AP", "active")]) <= 8
    del driver.faults[("AP", "active")]
    device.run(31)
    assert access_point().is_active


def an_access_point_outlives_a_network_that_comes_and_goes():
    device = Device(HOME)
    device.until(lambda: access_point().is_active, 60)
    driver.air["home"] = HOME["password"]
    device.until(lambda: "10.0.0.7" in device.addresses(), 60)
    device.run(20)
    del driver.air["home"]
    device.until(lambda: "10.0.0.7" not in device.addresses(), 60)
    device.run(60)
    driver.air["home"] = HOME["password"]
    device.until(lambda: "10.0.0.7" in device.addresses(), 60)
    device.run(20)
    assert access_point().is_active, "its user has not had the time yet"
    device.run(15)
    assert not access_point().is_active


def a_driver_that_raises_whatever_it_likes_stops_nothing():
    for error in (AttributeError("x"), KeyError("x"), NotImplementedError(), OSError(5), Exception("x"), MemoryError()):
        for name in ("active", "config", "connect", "disconnect"):
            for kind in ("STA", "AP"):
                driver.faults[(kind, name)] = error
                device = Device(HOME, accessPoint={"mode": "always"})
                device.run(40)
                assert [line for line in device.log.lines if line[0] == "warning"]
                driver.faults.clear()


def works_with_the_constants_of_older_releases():
    driver.air["home"] = HOME["password"]
    del driver.WLAN.IF_STA
    del driver.WLAN.IF_AP
    device = Device(HOME, accessPoint={"mode": "always"})
    device.run(5)
    assert device.addresses() == ["10.0.0.7", "192.168.4.1"]


globals()[sys.argv[1]]()
print("PASS")
