"""TLS on a connection of the pool: imported by the first connection that wants it."""

from .interpreter import ClientTLS, FinishTLS, ServerTLS, WrapTLS, const
from .XAsyncSockets import XAsyncTCPClientException

Finish = FinishTLS

_ENOMEM = const(12)  # on every system; not every port's errno names it


class TLSMemoryError(XAsyncTCPClientException):
    """There is no memory for TLS on one more connection: mbedTLS wants 16 KB in one piece, and more."""


def Wrap(sock, sslContext, serverSide, serverName):
    """Returns (stream, socket to poll): TLS begun on a socket, its handshake still to come.

    Raises TLSMemoryError, which leaves the socket as it is, or another XAsyncTCPClientException.
    """
    try:
        return WrapTLS(sslContext, sock, serverSide, None if serverSide else serverName)
    except MemoryError:
        raise TLSMemoryError("TLS cannot begin: no memory")
    except (OSError, ValueError) as ex:
        if isinstance(ex, OSError) and ex.errno == _ENOMEM:
            raise TLSMemoryError("TLS cannot begin: no memory")
        raise XAsyncTCPClientException("TLS cannot begin: %s" % ex)


def ContextFromFiles(keyFile, certFile, serverSide, isPeerChecked, caFile):
    """Returns an SSLContext made from files. Raises XAsyncTCPClientException."""
    if isPeerChecked and not caFile:  # MicroPython knows no authorities of its own: it would check nothing
        raise XAsyncTCPClientException("TLS cannot check the peer (cert_reqs) without a file of authorities (ca_certs)")
    try:
        return ServerTLS(certFile, keyFile, caFile) if serverSide else ClientTLS(caFile, certFile, keyFile)
    except (OSError, ValueError) as ex:
        raise XAsyncTCPClientException("TLS files cannot be used: %s" % ex)
