"""uvicorn with httptools and uvloop, a bare ASGI application; usage: uvicorn_app.py PORT [CERT KEY]."""

import json
import sys
from urllib.parse import parse_qs

import uvicorn

TEXT = [(b"content-type", b"text/plain; charset=utf-8")]
JSON = [(b"content-type", b"application/json")]


async def app(scope, receive, send):
    """The ASGI application."""
    if scope["type"] == "websocket":
        await echo(receive, send)
    elif scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["path"] == "/hello":
        await answer(send, TEXT, b"Hello, World!")
    elif scope["path"] == "/json":
        await answer(send, JSON, json.dumps({"message": "Hello, World!"}).encode())
    else:
        await answer(send, TEXT, parse_qs((await content(receive)).decode())["name"][0].encode())


async def answer(send, headers, body):
    """Sends a whole answer."""
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def content(receive):
    """Returns the request's content."""
    body = b""
    while True:
        message = await receive()
        body += message["body"]
        if not message.get("more_body"):
            return body


async def echo(receive, send):
    """Echoes what comes over a WebSocket."""
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        await send({"type": "websocket.send", "text": message.get("text"), "bytes": message.get("bytes")})


async def lifespan(receive, send):
    """Start and end have nothing to do."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def main(port, cert=None, key=None):
    """Serves until it is ended."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="error",
        access_log=False,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:4])
