"""What a server's listening socket does where several threads serve.

Imported with the second thread, or for its buffers (MicroPython), or with XAsyncTCPServer (CPython).
"""

from .interpreter import PollKey

_IN = 1  # poll's mask


class XAsyncTCPServerMore:
    """The rest of XAsyncTCPServer, which these become methods of."""

    @property
    def BufSlots(self):
        """XBufferSlots or None: the buffers of its connections."""
        return self._slots

    def _WorkerOfThread(self):
        """Returns the worker that the calling thread runs."""
        for worker in self._pool.Workers:
            if worker.InThread():
                return worker
        return self._worker

    def AttachAlso(self, worker):
        """Waits for connections in one more worker."""
        if worker.IsElsewhere():
            worker.Post(lambda: self.AttachAlso(worker))
            return
        worker.Sockets[PollKey(self._sock)] = self
        worker.Poller.Register(self._sock, _IN)

    def DetachFrom(self, worker):
        """No longer waits for connections in a further worker."""
        worker.Poller.Unregister(self._sock)
        worker.Sockets.pop(PollKey(self._sock), None)
