"""tornado under the benchmark; usage: tornado_app.py PORT [CERT KEY], in the folder of the files."""

import asyncio
import logging
import ssl
import sys

from tornado import web, websocket


class Hello(web.RequestHandler):
    """A small dynamic answer."""

    def get(self):
        """Says hello."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write("Hello, World!")


class Json(web.RequestHandler):
    """A small JSON answer."""

    def get(self):
        """Says hello."""
        self.write({"message": "Hello, World!"})


class Form(web.RequestHandler):
    """A form."""

    def post(self):
        """Says one field of it."""
        self.write(self.get_body_argument("name"))


class Echo(websocket.WebSocketHandler):
    """Echoes what comes over a WebSocket."""

    def on_message(self, message):
        """Sends it back."""
        self.write_message(message, binary=isinstance(message, bytes))


async def main(port, cert=None, key=None):
    """Serves until it is ended."""
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    context = None
    if cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
    files = (r"/(.*)", web.StaticFileHandler, {"path": "."})
    app = web.Application([("/hello", Hello), ("/json", Json), ("/form", Form), ("/ws", Echo), files])
    app.listen(port, "127.0.0.1", ssl_options=context, backlog=512)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:4]))
