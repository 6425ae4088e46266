"""Attempts, signed values, users: what needs no socket. A list of checks, run on every runtime."""

from checks import expect, raises, run

from MicroWebSrv2 import MicroWebSrv2
from MicroWebSrv2 import signer as signing
from MicroWebSrv2.libs import attempts
from MicroWebSrv2.libs.passwords import MakeHash, ParseHash
from MicroWebSrv2.signer import Signer

SALT = b"0123456789ab"


class Clock:
    """Stands for the ticks of the runtime, and for its clock."""

    def __init__(self, now=0):
        self.now = now

    def ticks(self):
        return self.now

    def time(self):
        return self.now


def fail(table, address, times=1):
    for _ in range(times):
        table.Fail(address)


def waits_grow():
    clock = Clock()
    attempts.TicksMs = clock.ticks
    attempts.TicksDiff = lambda later, earlier: later - earlier
    table = attempts.Attempts(3)
    expect(table.WaitSec("a"), 0)
    fail(table, "a", 2)
    expect(table.WaitSec("a"), 0)
    waits = []
    for _ in range(9):
        table.Fail("a")
        waits.append(table.WaitSec("a"))
        expect(table.WaitSec("b"), 0)
    expect(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60])
    clock.now += 59001
    expect(table.WaitSec("a"), 1)
    clock.now += 1000
    expect(table.WaitSec("a"), 0)
    table.Fail("a")
    expect(table.WaitSec("a"), 60)
    table.Forget("a")
    table.Forget("nobody")
    expect(table.WaitSec("a"), 0)
    table.Fail("a")
    expect(table.WaitSec("a"), 0)


def old_failures_are_forgotten():
    clock = Clock()
    attempts.TicksMs = clock.ticks
    table = attempts.Attempts(2)
    table.Fail("a")
    clock.now += 600000
    table.Fail("a")
    expect(table.WaitSec("a"), 0)
    table.Fail("a")
    expect(table.WaitSec("a"), 1)
    clock.now -= 5000  # the ticks have begun anew
    expect(table.WaitSec("a"), 0)


def the_table_does_not_grow():
    clock = Clock()
    attempts.TicksMs = clock.ticks
    table = attempts.Attempts(2)
    for i in range(1000):
        table.Fail(str(i))
        clock.now += 1
    expect(len(table._clients), 16)
    expect("999" in table._clients, True)
    fail(table, "guesser", 3)
    for i in range(1000):  # many that fail once do not make it forget who has to wait
        table.Fail(str(i))
    expect(table.WaitSec("guesser"), 2)


def many_that_wait_make_all_wait():
    """Or sixteen addresses and one more would guess without end."""
    clock = Clock()
    attempts.TicksMs = clock.ticks
    table = attempts.Attempts(1)
    for i in range(16):
        fail(table, str(i), 4)
    expect(table.WaitSec("new"), 8)
    clock.now += 8000
    expect(table.WaitSec("new"), 0)


def signed_values():
    clock = Clock(1000)
    signing.time = clock
    signer = Signer(b"0123456789abcdef")
    for value in ("", "admin", "id=5; role=\u20ac.\0", "x" * 500):
        signed = signer.Sign(value, 60)
        allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
        expect([char for char in signed if char not in allowed], [])
        expect(signer.Verify(signed), value)
        expect(Signer(b"0123456789abcdef").Verify(signed), value)
        expect(Signer(b"0123456789abcdeF").Verify(signed), None)
    signed = signer.Sign("admin", 60)
    clock.now = 1059
    expect(signer.Verify(signed), "admin")
    clock.now = 1060
    expect(signer.Verify(signed), None)


def forged_values():
    signing.time = Clock(1000)
    signer = Signer()
    signed = signer.Sign("admin", 60)
    expect(signer.Verify(signed), "admin")
    expect(Signer().Verify(signed), None)
    value, until, seal = signed.split(".")
    longer = ".".join((value, "9" * 9, seal))
    other = ".".join((signer.Sign("root", 60).split(".")[0], until, seal))
    for bad in (longer, other, ".".join((value, until)), value, "", ".", "..", seal, signed + "A", signed[:-1],
                " " + signed, "." + signed, "\u20ac." + seal, None, 5, b"x"):  # fmt: skip
        expect(signer.Verify(bad), None)
    for i in range(len(signed)):
        flipped = signed[:i] + ("A" if signed[i] != "A" else "B") + signed[i + 1 :]
        expect(signer.Verify(flipped), None)


def bad_arguments():
    for key in ("0123456789abcdef", b"short", 5):
        raises(ValueError, "16 bytes", Signer, key)
    signer = Signer()
    raises(ValueError, "a string", signer.Sign, b"bytes")
    for life in (0, -1, True, "60", None):
        raises(ValueError, "positive integer", signer.Sign, "a", life)


def password_hashes():
    good = MakeHash("secret password", SALT, 2)
    expect(good[:16], "pbkdf2-sha256$2$")
    expect(ParseHash(good)[:3], ("sha256", 2, SALT))
    raises(ValueError, "not empty", MakeHash, "", SALT)
    raises(ValueError, "12 bytes of salt", MakeHash, "a", b"short")
    raises(ValueError, "rounds", MakeHash, "a", SALT, 0)
    raises(ValueError, "sha256 or sha1", MakeHash, "a", SALT, 1, "md5")
    changes = (("$2$", "$0$"), ("$2$", "$x$"), ("$2$", "$123456789$"), ("256", "512"), ("pbkdf2", "scrypt"))
    for bad in [None, "", "secret", good + "$", good[:-4]] + [good.replace(*change) for change in changes]:
        raises(ValueError, "", ParseHash, bad)


def users_arguments():
    users = MicroWebSrv2.LoadModule("Users")
    for name in ("", "a:b", None, b"a"):
        raises(ValueError, '"name" must', users.AddUser, name, None)
    raises(ValueError, "not a password's hash", users.AddUser, "a", "secret")
    expect(users.ProtectedPath, "/")
    for path in ("", "admin", None, "/caf\u00e9"):
        raises(ValueError, '"ProtectedPath" must', setattr, users, "ProtectedPath", path)
    users.ProtectedPath = "/Admin/area/"
    expect(users.ProtectedPath, "/Admin/area/")
    inside = ("/admin/area", "/admin/area/", "/ADMIN/AREA/x", "//admin//area/", "/admin./area /x", "/ADMIN~1/area/x")
    for path in inside:
        expect((path, users._IsProtected(path)), (path, True))
    for path in ("/", "/admin", "/admin/areas", "/area", "/admin/area.html"):
        expect((path, users._IsProtected(path)), (path, False))
    users.RemoveUser("nobody")


run([
    waits_grow, old_failures_are_forgotten, the_table_does_not_grow, many_that_wait_make_all_wait, signed_values,
    forged_values, bad_arguments, password_hashes, users_arguments,
])  # fmt: skip
