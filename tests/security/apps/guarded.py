"""A server whose users log in, with a session in a cookie and a bearer token, both signed.

Arguments: the port, then a JSON object: `users` [[name, hash], …], `path` the protected one, `root` the web files,
`most` for MaxAuthFailures, `threads`. All that is logged is printed.
"""

import json
import sys
import time

from MicroWebSrv2 import GET, POST, MicroWebSrv2, WebRoute
from MicroWebSrv2.signer import Signer

with open(sys.argv[2]) as file:
    SETTINGS = json.load(file)
users = MicroWebSrv2.LoadModule("Users")
web_sockets = MicroWebSrv2.LoadModule("WebSockets")
signer = Signer()


@WebRoute(GET, "/who")
def who(server, request):
    request.Response.ReturnOkJSON({"user": users.UserOf(request)})


@WebRoute(GET, "/admin/area")
def area(server, request):
    request.Response.ReturnOk("the admin's area")


@WebRoute(POST, "/login")
def login(server, request):
    form = request.GetPostedURLEncodedForm()
    if request.CheckBasicAuth("form", "secret pass"):
        request.Response.SetCookie("session", signer.Sign(form["name"], 60))
        request.Response.ReturnOkJSON({"token": signer.Sign("token " + form["name"], int(form["life"]))})
    else:
        request.Response.ReturnBasicAuthRequired()


@WebRoute(GET, "/session")
def session(server, request):
    name = signer.Verify(request.GetCookie("session"))
    if name is None:
        request.Response.ReturnForbidden()
    else:
        request.Response.ReturnOk(name)


@WebRoute(GET, "/bearer")
def bearer(server, request):
    name = signer.Verify(request.Authorization[7:])
    if name is None:
        request.Response.ReturnBearerAuthRequired()
    else:
        request.Response.ReturnOk(name)


def on_logging(server, message, level):
    print(level, message)


web_sockets.OnWebSocketAccepted = lambda server, web_socket: web_socket.SendTextMessage("hello")
for name, password_hash in SETTINGS["users"]:
    users.AddUser(name, password_hash)
users.ProtectedPath = SETTINGS["path"]

server = MicroWebSrv2()
server.SetEmbeddedConfig()
server.ConnQueueCapacity = 128
server.MaxAuthFailures = SETTINGS["most"]
server.BindAddress = ("127.0.0.1", int(sys.argv[1]))
server.RootPath = SETTINGS["root"]
server.OnLogging = on_logging
if SETTINGS["threads"]:
    server.StartManaged(SETTINGS["threads"])
    print("LISTENING", sys.argv[1])
    while True:
        time.sleep(1)
else:
    from MicroWebSrv2 import XAsyncSocketsPool

    pool = XAsyncSocketsPool()
    server.StartInPool(pool)
    print("LISTENING", sys.argv[1])
    pool.AsyncWaitEvents()
