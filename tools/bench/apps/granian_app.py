"""granian by its own interface RSGI, with uvloop; usage: granian_app.py PORT [CERT KEY], in the folder of the files."""

import json
import sys
from pathlib import Path
from urllib.parse import parse_qs

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.rsgi import WebsocketMessageType

TEXT = [("content-type", "text/plain; charset=utf-8")]
JSON = [("content-type", "application/json")]


async def app(scope, protocol):
    """The RSGI application."""
    if scope.proto == "ws":
        await echo(protocol)
    elif scope.path == "/hello":
        protocol.response_str(200, TEXT, "Hello, World!")
    elif scope.path == "/json":
        protocol.response_str(200, JSON, json.dumps({"message": "Hello, World!"}))
    elif scope.path == "/form":
        protocol.response_str(200, TEXT, parse_qs((await protocol()).decode())["name"][0])
    else:
        protocol.response_empty(404, [])


async def echo(protocol):
    """Echoes what comes over a WebSocket."""
    transport = await protocol.accept()
    while True:
        message = await transport.receive()
        if message.kind == WebsocketMessageType.close:
            return
        if message.kind == WebsocketMessageType.string:
            await transport.send_str(message.data)
        else:
            await transport.send_bytes(message.data)


def main(port, cert=None, key=None):
    """Serves until it is ended."""
    Granian(
        "granian_app:app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        log_enabled=False,
        ssl_cert=cert and Path(cert),
        ssl_key=key and Path(key),
        static_path_route=["/files"],
        static_path_mount=[Path.cwd()],
    ).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:4])
