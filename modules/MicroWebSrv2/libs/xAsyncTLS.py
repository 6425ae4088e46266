"""TLS on a connection of the pool: imported by the first connection that wants it."""

from .interpreter import ClientTLS, FinishTLS, ServerTLS, WrapTLS
from .XAsyncSockets import XAsyncTCPClientException

Finish = FinishTLS


def Wrap(sock, sslContext, serverSide, serverName):
    """Returns (stream, socket to poll): TLS begun on a socket, its handshake still to come.

    Raises XAsyncTCPClientException.
    """
    try:
        return WrapTLS(sslContext, sock, serverSide, None if serverSide else serverName)
    except (OSError, ValueError) as ex:
        raise XAsyncTCPClientException("TLS cannot begin: %s" % ex)


def ContextFromFiles(keyfile, certfile, serverSide, caFile):
    """Returns an SSLContext made from files. Raises XAsyncTCPClientException."""
    try:
        return ServerTLS(certfile, keyfile, caFile) if serverSide else ClientTLS(caFile)
    except (OSError, ValueError) as ex:
        raise XAsyncTCPClientException("TLS files cannot be used: %s" % ex)
