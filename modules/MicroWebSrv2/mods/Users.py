"""The module Users: lets those in who have a name and a password (HTTP Basic, RFC 7617)."""

import os

from ..libs.credentials import BasicBytes, SameBytes
from ..libs.passwords import CheckHash, ParseHash
from ..libs.seals import BestHash, Hmac


class Users:
    """Asks for a user's name and password below `ProtectedPath`, and says who it is. Without users nobody gets in.

    Load it before other modules: they are asked in the order of loading. A password is hashed once; then a seal of
    it, by a key that this start has made, is compared.
    """

    def __init__(self):
        self._hash = BestHash()
        self._key = os.urandom(32)
        self._users = {}  # name (bytes) -> [password's hash, its seal]
        self._path = "/"
        self._segments = []

    def AddUser(self, name, passwordHash):
        """Adds a user, or gives it another password.

        `name`: str without colons; `passwordHash`: str as `python3 -m tools user` makes it; None: nobody can log in by
        that name. Raises ValueError, without showing the hash.
        """
        if not isinstance(name, str) or not name or ":" in name:
            raise ValueError('"name" must be a not empty string without colons, got %r' % (name,))
        if passwordHash is not None:
            ParseHash(passwordHash)
        self._users[name.encode()] = [passwordHash, None]

    def RemoveUser(self, name):
        """Takes a user away, if there is one of that name."""
        self._users.pop(name.encode(), None)

    @property
    def ProtectedPath(self):
        """str: the path below which a user is asked for; "/", the default, is the whole site.

        It counts for files and routes. Letters' case makes no difference, as on a card's file system.
        """
        return self._path

    @ProtectedPath.setter
    def ProtectedPath(self, value):
        if not isinstance(value, str) or value[:1] != "/" or not all(" " <= char <= "~" for char in value):
            raise ValueError('"ProtectedPath" must be a string of ASCII that begins with "/", got %r' % (value,))
        self._path = value
        self._segments = _Segments(value)

    def UserOf(self, request):
        """Returns the name (str) of the user whose credentials the request carries, or None."""
        given = BasicBytes(request.Authorization)
        at = given.find(b":")
        if at < 0 or not request._MayTry():
            return None
        name = given[:at]
        if not self._IsRight(name, given[at + 1 :]):
            return None
        request._Succeeded()
        return str(name, "utf-8")

    def _IsRight(self, name, password):
        user = self._users.get(name)
        seal = Hmac(self._hash, self._key, name + b":" + password)
        if user and user[1] and SameBytes(seal, user[1]):
            return True
        stored = user[0] if user else None
        if not stored:  # it takes as long as with a user's name: the time does not tell who is one
            for other in self._users.values():
                stored = stored or other[0]
            if stored:
                CheckHash(password, stored)
            return False
        if not CheckHash(password, stored):
            return False
        user[1] = seal
        return True

    def OnRequest(self, microWebSrv2, request):
        """Called by the server for each request."""
        if self._IsProtected(request.Path) and self.UserOf(request) is None:
            request.Response.ReturnBasicAuthRequired()

    def _IsProtected(self, path):
        segments = self._segments
        # A FAT file system finds a folder by its short name too, "ADMINI~1".
        return not segments or "~" in path or _Segments(path)[: len(segments)] == segments


def _Segments(path):
    """Returns the names in a path as a FAT file system compares them: any case, no dots and spaces at the end."""
    segments = [part.rstrip(". ").lower() for part in path.split("/")]
    return [part for part in segments if part]
