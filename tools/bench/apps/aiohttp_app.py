"""aiohttp under the benchmark; usage: aiohttp_app.py PORT [CERT KEY], in the folder of the files."""

import ssl
import sys

from aiohttp import WSMsgType, web


async def hello(request):
    """A small dynamic answer."""
    return web.Response(text="Hello, World!")


async def json(request):
    """A small JSON answer."""
    return web.json_response({"message": "Hello, World!"})


async def form(request):
    """Says one field of a form."""
    return web.Response(text=(await request.post())["name"])


async def echo(request):
    """Echoes what comes over a WebSocket."""
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    async for message in ws:
        if message.type == WSMsgType.TEXT:
            await ws.send_str(message.data)
        else:
            await ws.send_bytes(message.data)
    return ws


def main(port, cert=None, key=None):
    """Serves until it is ended."""
    context = None
    if cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
    app = web.Application()
    app.add_routes(
        [web.get("/hello", hello), web.get("/json", json), web.post("/form", form), web.get("/ws", echo)]
        + [web.static("/", ".")]
    )
    web.run_app(app, host="127.0.0.1", port=port, ssl_context=context, access_log=None, print=None, backlog=512)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:4])
