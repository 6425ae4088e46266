"""A WebSocket echo server, with what a test wants to know about it.

What a text message begins with may be a command, see COMMANDS; all others come back as they are.
`/state` tells as JSON which WebSockets have closed, and how.
"""

import json
import sys

try:
    from _thread import allocate_lock
except ImportError:  # a board without threads
    from io import StringIO as allocate_lock  # a context that does nothing

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute

SETTINGS = {"threads": 0, "maxLength": 0, "waitSec": 0, "maxQueue": 0, "profile": "Embedded", "quiet": False}
SETTINGS.update(json.loads(sys.argv[2]) if len(sys.argv) > 2 else {})

web_sockets = MicroWebSrv2.LoadModule("WebSockets")
opened = []
lock = allocate_lock()  # MicroPython's lists are not guarded against two threads at once
closed = []
results = []
waiting = []  # responses that come later


def fail(web_socket, argument):
    raise RuntimeError("own fault")


def close(web_socket, argument):
    code, reason = (argument + " ").split(" ", 1)
    web_socket.Close(int(code), reason.strip())


def send_many(web_socket, argument):
    """Sends so many messages of 1000 bytes, counting those that were taken."""
    results.append(sum(web_socket.SendBinaryMessage(bytes(1000)) for _ in range(int(argument))))


def send_pieces(web_socket, argument):
    """Sends so many pieces of 2500 letters, going on whenever they have left."""
    left = [int(argument)]

    def go_on(web_socket):
        while left[0] > 0 and web_socket.SendPiece("x" * 2500):
            left[0] -= 1
        if left[0] == 0 and web_socket.SendPiece("", True):
            left[0] = -1

    web_socket.OnReadyToSend = go_on
    go_on(web_socket)


def send_pieces_behind_another_thread(web_socket, argument):
    """Sends a message in pieces, once another thread has asked for one of its own to be sent."""
    from _thread import start_new_thread

    told = allocate_lock()
    told.acquire()

    def tell():
        web_socket.SendTextMessage("from another thread")
        told.release()

    start_new_thread(tell, ())
    told.acquire()
    for i in range(3):
        web_socket.SendPiece("piece ", i == 2)


def fill_the_queue(web_socket, argument):
    """Lets another thread ask for more than may wait; what was refused is sent as soon as there is room."""
    from _thread import start_new_thread

    web_socket.MaxSendQueueLength = 1000
    web_socket.OnReadyToSend = lambda web_socket: web_socket.SendTextMessage("ready")
    told = allocate_lock()
    told.acquire()

    def tell():
        results.append([web_socket.SendBinaryMessage(bytes(900)) for _ in range(2)])
        told.release()

    start_new_thread(tell, ())
    told.acquire()


def take_pieces(web_socket, argument):
    taken = [0, 0]  # bytes of all pieces, and of the largest

    def on_piece(web_socket, piece, is_text, is_last):
        taken[0] += len(piece)
        taken[1] = max(taken[1], len(piece))
        if is_last:
            web_socket.OnMessagePiece = None
            web_socket.SendTextMessage(f"{taken[0]} bytes of {is_text}, at most {taken[1]} at once")

    web_socket.OnMessagePiece = on_piece


def broadcast(web_socket, argument):
    with lock:
        all_of_them = list(opened)
    web_socket.SendTextMessage(f"told {web_sockets.Broadcast(all_of_them, argument)}")


def limit(web_socket, argument):
    web_socket.MaxRecvMessageLength = int(argument) or None


def drop_callbacks(web_socket, argument):
    web_socket.OnTextMessage = None
    web_socket.OnBinaryMessage = None


def keep_binaries(web_socket, argument):
    """Keeps the binary messages as they were given; what is told is the first of them."""
    kept = []
    web_socket.OnBinaryMessage = lambda web_socket, message: kept.append(message)
    web_socket.OnTextMessage = lambda web_socket, message: web_socket.SendBinaryMessage(kept[0])


def tell_protocol(web_socket, argument):
    web_socket.SendTextMessage(f"protocol {web_socket.Protocol}")


def send_plain(web_socket, argument):
    web_socket.CompressMessages = False


def tell_compression(web_socket, argument):
    try:
        web_socket.CompressMessages = True
    except ValueError as error:
        web_socket.SendTextMessage(str(error))
    else:
        web_socket.SendTextMessage(f"compressed {web_socket.CompressMessages}")


COMMANDS = {
    "!fail": fail,
    "!close": close,
    "!many": send_many,
    "!pieces": send_pieces,
    "!behind": send_pieces_behind_another_thread,
    "!fill": fill_the_queue,
    "!take": take_pieces,
    "!broadcast": broadcast,
    "!limit": limit,
    "!deaf": drop_callbacks,
    "!keep": keep_binaries,
    "!protocol": tell_protocol,
    "!plain": send_plain,
    "!compression": tell_compression,
}


def on_text(web_socket, message):
    command = message.split(" ")[0] if message[:1] == "!" else None
    if command in COMMANDS:
        COMMANDS[command](web_socket, message[len(command) + 1 :])
    elif message:
        web_socket.SendTextMessage(message)
    else:
        web_socket.SendPiece("", True)


def on_binary(web_socket, message):
    if len(message):
        web_socket.SendBinaryMessage(message)
    else:
        web_socket.SendPiece(b"", True)


def on_closed(web_socket):
    with lock:
        if web_socket in opened:
            opened.remove(web_socket)
        closed.append([web_socket.CloseCode, web_socket.CloseReason, web_socket.IsClosed])


def on_accepted(server, web_socket):
    if web_socket.Request.Path == "/fail":
        raise RuntimeError("own fault")
    if web_socket.Request.Path == "/hello":
        web_socket.SendTextMessage("hello")
    with lock:
        opened.append(web_socket)
    web_socket.OnTextMessage = on_text
    web_socket.OnBinaryMessage = on_binary
    web_socket.OnClosed = on_closed
    if SETTINGS["maxLength"]:
        web_socket.MaxRecvMessageLength = SETTINGS["maxLength"]
    if SETTINGS["maxQueue"]:
        web_socket.MaxSendQueueLength = SETTINGS["maxQueue"]
    if SETTINGS["waitSec"]:
        web_socket.WaitFrameTimeoutSec = SETTINGS["waitSec"]


def on_request(server, request):
    if request.Path == "/elsewhere":
        request.Response.ReturnUnauthorized("Basic")
        return None
    if request.Path == "/wait":
        wait(server, request)
        return None
    return request.Origin != "http://evil.example"


def on_protocol(server, protocols):
    if "wrong" in protocols:
        return "another"
    return "chat" if "chat" in protocols else None


def on_logging(server, message, level):
    if level or not SETTINGS["quiet"]:
        print(level, message)
    if message.startswith("listening"):
        print("LISTENING", sys.argv[1])


@WebRoute(GET, "/state")
def tell_state(server, request):
    request.Response.ReturnOkJSON({"open": len(opened), "closed": closed, "results": results})


@WebRoute(GET, "/wait")
def wait(server, request):
    request.Response.Defer()
    waiting.append(request.Response)


@WebRoute(GET, "/go")
def answer_those_who_wait(server, request):
    while waiting:
        waiting.pop().ReturnOk()
    request.Response.ReturnOk()


@WebRoute(GET, "/refuse-all")
def refuse_all(server, request):
    web_sockets.OnWebSocketAccepted = None
    request.Response.ReturnOk()


@WebRoute(GET, "/stop")
def stop(server, request):
    request.Response.OnSent = lambda server, response: server.Stop()
    request.Response.ReturnOk()


web_sockets.OnWebSocketRequest = on_request
web_sockets.OnWebSocketProtocol = on_protocol
web_sockets.OnWebSocketAccepted = on_accepted
web_sockets.AllowCompression = SETTINGS.get("compression")

server = MicroWebSrv2()
getattr(server, "Set" + SETTINGS["profile"] + "Config")()
server.ConnQueueCapacity = 128
server.BindAddress = ("127.0.0.1", int(sys.argv[1]))
server.OnLogging = on_logging
server.RequestsTimeoutSec = SETTINGS.get("requestsSec", 10)
if SETTINGS.get("cert"):
    server.EnableSSL(SETTINGS["cert"], SETTINGS["key"])
server.StartManaged(SETTINGS["threads"])
if SETTINGS["threads"]:
    import time

    while server.IsRunning:
        time.sleep(1)
