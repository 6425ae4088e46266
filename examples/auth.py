"""Authentication: Basic for people, Bearer for programs.

    python3 examples/auth.py [PORT [ADDRESS]]

Open http://127.0.0.1:8080/account (admin, green:house), or

    curl -u admin:green:house http://127.0.0.1:8080/account
    curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:8080/api/measure

Both send a secret that anybody on the way can read, unless the server speaks https: see http_and_https.py.
"""

from binascii import hexlify
from os import urandom

from MicroWebSrv2 import GET, WebRoute

_USER = "admin"
_PASSWORD = "green:house"  # yours comes from a file that is not in the repository
_TOKEN_BYTES = 16

_token = hexlify(urandom(_TOKEN_BYTES)).decode()  # another one at each start


@WebRoute(GET, "/account")
def ShowAccount(microWebSrv2, request):
    """Gives the token to whoever knows the password; a browser asks for it when it gets 401."""
    if not request.CheckBasicAuth(_USER, _PASSWORD):
        request.Response.ReturnBasicAuthRequired()
        return
    request.Response.ReturnOkJSON({"user": _USER, "token": _token})


@WebRoute(GET, "/api/measure")
def Measure(microWebSrv2, request):
    """Serves whoever shows the token."""
    if not request.CheckBearerAuth(_token):
        request.Response.ReturnBearerAuthRequired()
        return
    request.Response.ReturnOkJSON({"celsius": 21})


if __name__ == "__main__":
    from standalone import Serve

    Serve("/account")
