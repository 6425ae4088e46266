"""What an XAsyncTCPClient does once it is used: lines and blocks, TLS.

Imported by the first of them (MicroPython), or with the class (CPython). The connections of an HTTP server need none.
"""

from .interpreter import PeerAddress
from .XAsyncSockets import XAsyncTCPClientException

_IN = 1  # poll's masks
_OUT = 4


class XAsyncTCPClientMore:
    """The rest of XAsyncTCPClient, which these become methods and properties of."""

    def _Begin(self):
        """Called when one is made: brings all of these in, among them what the base class has too."""

    @property
    def CliAddr(self):
        """tuple: (ip, port) of the peer."""
        return PeerAddress(self._rawAddress)

    @property
    def IsSSL(self):
        """bool: the connection is secured by TLS."""
        return self._tls

    @property
    def BufSlots(self):
        """XBufferSlots or None: the buffers of its server."""
        return self._server.BufSlots if self._server else None

    @property
    def SendingBuffer(self):
        """memoryview: to be filled before AsyncSendSendingBuffer."""
        return self._IO().SendingBuffer

    @property
    def Stream(self):
        """The object that is read and written: the socket, or TLS on it."""
        return self._stream

    def StartSSL(self, keyfile=None, certfile=None, server_side=False, cert_reqs=0, ca_certs=None):
        """Begins TLS with files in PEM or DER. Raises XAsyncTCPClientException.

        The peer has to show a certificate of `ca_certs`; without that file a server's is held to the system's
        authorities on CPython, and to nothing on MicroPython. `cert_reqs` other than 0 asks for the file.
        """
        from .xAsyncTLS import ContextFromFiles

        context = ContextFromFiles(keyfile, certfile, server_side, cert_reqs, ca_certs)
        self.StartSSLContext(context, server_side)

    def StartSSLContext(self, sslContext, serverSide=False):
        """Begins TLS with an SSLContext of the runtime. Raises XAsyncTCPClientException."""
        from .xAsyncTLS import Wrap

        if self._io and self._io.HasUnread:  # plain text must not pass for what TLS protects
            raise XAsyncTCPClientException("TLS cannot begin: the peer has sent on before it")
        self._stream, self._sock = Wrap(self._sock, sslContext, serverSide, self._serverName)
        self._tls = True

    def AsyncRecvLine(self, lineEncoding="UTF-8", onLineRecv=None, onLineRecvArg=None, timeoutSec=None):
        """Calls `onLineRecv(client, line, arg)` with the next line (str, without its end)."""
        return self._IO().RecvLine(lineEncoding, onLineRecv, onLineRecvArg, timeoutSec)

    def AsyncRecvData(self, size=None, onDataRecv=None, onDataRecvArg=None, timeoutSec=None):
        """Calls `onDataRecv(client, data, arg)` with `size` bytes (memoryview), or with what comes if None.

        `data` lies in the connection's buffer: the callback uses or copies it before it returns.
        """
        return self._IO().RecvData(size, onDataRecv, onDataRecvArg, timeoutSec)

    def AsyncSendData(self, data, onDataSent=None, onDataSentArg=None):
        """Sends bytes, then calls `onDataSent(client, arg)`. Returns False on a closed connection."""
        return self._IO().SendData(data, onDataSent, onDataSentArg)

    def AsyncSendSendingBuffer(self, size=None, onDataSent=None, onDataSentArg=None):
        """Sends `size` bytes of `SendingBuffer` (all if None), then calls `onDataSent(client, arg)`."""
        return self._IO().SendSendingBuffer(size, onDataSent, onDataSentArg)

    def _Release(self):
        if self._tls:
            from .xAsyncTLS import Finish

            Finish(self._stream)
        self._stream = None
        if self._io:
            self._io.Release()

    def IsSending(self):
        return self._io is not None and self._io.BytesToSend > 0

    def _IO(self):
        if not self._io:
            from .xAsyncStream import StreamIO

            self._io = StreamIO(self)
        return self._io

    def OnReadyForReading(self):
        if self._io:
            self._io.OnReadyForReading()
        else:  # nobody reads now: the bytes wait in the kernel
            self.Notify(_IN, False)

    def OnReadyForWriting(self):
        if self._io:
            self._io.OnReadyForWriting()
        else:
            self.Notify(_OUT, False)
