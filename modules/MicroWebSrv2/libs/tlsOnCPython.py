"""TLS on CPython, by OpenSSL: contexts, the handshake, the good-bye."""

import ssl as _ssl


def ServerTLS(certFile, keyFile, caFile):
    """Returns a server's TLS context from PEM files (or DER). Raises OSError, ssl.SSLError."""
    context = _ssl.SSLContext(_ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # of TLS 1.2; TLS 1.3 has no others (RFC 9325 section 4.2)
    _LoadChain(context, certFile, keyFile)
    if caFile:
        with _AsPEM(caFile, "CERTIFICATE") as authority:
            context.load_verify_locations(authority.path)
        context.verify_mode = _ssl.CERT_REQUIRED
    return context


def ClientTLS(caFile=None, certFile=None, keyFile=None):
    """Returns a client's TLS context, with a certificate to show or none.

    Without `caFile` the system's authorities count.

    Raises OSError, ssl.SSLError.
    """
    context = _ssl.create_default_context(cafile=caFile)
    if certFile:
        _LoadChain(context, certFile, keyFile)
    return context


def _LoadChain(context, certFile, keyFile):
    with _AsPEM(certFile, "CERTIFICATE") as cert, _AsPEM(keyFile, "PRIVATE KEY") as key:
        context.load_cert_chain(cert.path, key.path)


def WrapTLS(context, sock, serverSide, hostname=None):
    """Returns (stream, socket): TLS on a non-blocking socket, and the socket that is polled.

    Here they are one object, which takes over the file number. Raises OSError.
    """
    stream = context.wrap_socket(sock, server_side=serverSide, do_handshake_on_connect=False, server_hostname=hostname)
    return stream, stream


def Handshake(stream):
    """Takes a step of the handshake: True when it is over, False to wait for the peer."""
    try:
        stream.do_handshake()
        return True
    except (_ssl.SSLWantReadError, _ssl.SSLWantWriteError):
        return False


def FinishTLS(stream):
    """Says good-bye (close_notify) as far as that goes without waiting."""
    try:
        stream.unwrap()
    except (OSError, ValueError):  # the connection broke before, or has no TLS yet
        pass


class _AsPEM:
    """A certificate file as PEM: OpenSSL loads chains from PEM files only, the boards DER too."""

    def __init__(self, path, kind):
        self.path = path
        self._temporary = None
        with open(path, "rb") as file:
            data = file.read()
        if b"-----BEGIN" not in data:
            import base64
            import tempfile

            text = base64.encodebytes(data).decode()
            self._temporary = tempfile.NamedTemporaryFile("w", suffix=".pem")
            self._temporary.write("-----BEGIN %s-----\n%s-----END %s-----\n" % (kind, text, kind))
            self._temporary.flush()
            self.path = self._temporary.name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._temporary:
            self._temporary.close()
