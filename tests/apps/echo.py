"""Sends back each line it gets, one connection at a time, without the package: for the tests of the harness.

The line `die` ends it with status 3.
"""

import socket
import sys

port = int(sys.argv[1])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
# A MicroPython's bind takes only what its getaddrinfo gives.
listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
listener.listen(5)
try:
    print("LISTENING", port)
    print("arguments:", sys.argv[2:])
    while True:
        connection, _ = listener.accept()
        line = b""
        while not line.endswith(b"\n"):
            line += connection.recv(100)
        if line == b"die\n":
            sys.exit(3)
        connection.send(line)
        connection.close()
except KeyboardInterrupt:
    print("interrupted")
