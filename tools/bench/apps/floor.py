"""The floor: a poll loop that reads and answers a canned reply. It runs on every runtime.

What a server of one thread could do at the most on this interpreter; usage: floor.py PORT.
"""

import select
import socket
import sys

REPLY = (
    b"HTTP/1.1 200 OK\r\nServer: MicroWebSrv2\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    b"Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 13\r\nCache-Control: no-store\r\n\r\n"
    b"Hello, World!"
)
BUFFER = bytearray(4096)


def listen(port):
    """Returns a listening socket and prints its port."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    server.listen(512)
    print("LISTENING", port)
    return server


def serve_micropython(server):
    """Answers with ipoll, readinto and write."""
    poll = select.poll()
    poll.register(server, 1)
    while True:
        for sock, _ in poll.ipoll(-1):
            if sock is server:
                client = server.accept()[0]
                client.setblocking(False)
                poll.register(client, 1)
                continue
            try:
                count = sock.readinto(BUFFER)
            except OSError:
                count = 0
            if count:
                sock.write(REPLY)
            elif count == 0:
                poll.unregister(sock)
                sock.close()


def serve_cpython(server):
    """Answers with epoll, recv_into and send."""
    epoll = select.epoll()
    epoll.register(server, 1)
    clients = {}
    while True:
        for fd, _ in epoll.poll():
            if fd == server.fileno():
                client = server.accept()[0]
                client.setblocking(False)
                clients[client.fileno()] = client
                epoll.register(client, 1)
                continue
            client = clients[fd]
            try:
                count = client.recv_into(BUFFER)
            except OSError:
                count = 0
            if count:
                client.send(REPLY)
            else:
                epoll.unregister(fd)
                clients.pop(fd).close()


if __name__ == "__main__":
    listening = listen(int(sys.argv[1]))
    if sys.implementation.name == "micropython":
        serve_micropython(listening)
    else:
        serve_cpython(listening)
