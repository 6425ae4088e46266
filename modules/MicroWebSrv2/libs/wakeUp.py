"""Wakes a worker out of its poll from another thread, where the runtime has a pipe for it."""

import socket


class WakeUp:
    """A pair of sockets: a byte on one end ends the wait on the other."""

    def __init__(self, poller):
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        poller.Register(self._reader, 1)

    def Wake(self):
        """Ends the worker's wait; called from any thread."""
        try:
            self._writer.send(b"\0")
        except OSError:  # full: the worker is awake already; or closed: nobody is left to wake
            pass

    def Drain(self):
        """Empties the pair."""
        try:
            self._reader.recv(256)
        except OSError:  # nothing there
            pass
