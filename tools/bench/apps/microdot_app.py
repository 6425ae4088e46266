"""microdot under the benchmark, on both runtimes; usage: microdot_app.py PORT [CERT KEY], in the folder of files."""

import sys

from microdot import Microdot, send_file
from microdot.websocket import WebSocket, with_websocket

app = Microdot()


@app.route("/hello")
async def hello(request):
    """A small dynamic answer."""
    return "Hello, World!"


@app.route("/json")
async def json(request):
    """A small JSON answer."""
    return {"message": "Hello, World!"}


@app.post("/form")
async def form(request):
    """Says one field of a form."""
    return request.form["name"]


@app.route("/ws")
@with_websocket
async def echo(request, ws):
    """Echoes what comes."""
    while True:
        await ws.send(await ws.receive())


@app.route("/<path:path>")
async def static(request, path):
    """A file."""
    return send_file(path)


def main(port, cert=None, key=None):
    """Serves until it is ended."""
    context = None
    WebSocket.max_message_length = 1 << 20
    if cert:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
    app.run(host="127.0.0.1", port=port, ssl=context)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:4])
