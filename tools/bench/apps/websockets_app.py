"""The package websockets under the benchmark, its asyncio server; usage: websockets_app.py PORT."""

import asyncio
import sys

from websockets.asyncio.server import serve


async def echo(connection):
    """Echoes what comes."""
    async for message in connection:
        await connection.send(message)


async def main(port):
    """Serves until it is ended."""
    async with serve(echo, "127.0.0.1", port, backlog=512) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
