"""The rest of `onMicroPython.py`: what only some programs need. `interpreter.py` finds it here when it is asked for.

Outgoing connections, datagrams, threads, JSON, TLS.
"""

import errno as _errno
import json as _json  # inside a function it would be looked for among the files each time: 150,000 instructions
import socket as _socket

from micropython import const

from .onMicroPython import DefaultStackSize, Resolve, WouldBlock, _Local, _SetOption

# Numbers that MicroPython has everywhere, and that not every port's errno names.
ECONNREFUSED = getattr(_errno, "ECONNREFUSED", 111)
EHOSTUNREACH = getattr(_errno, "EHOSTUNREACH", 113)


def ReadDatagram(sock, size):
    """Returns (bytes, remote address), or None when nothing is there."""
    try:
        return sock.recvfrom(size)
    except OSError as ex:
        if WouldBlock(ex):
            return None
        raise


def PeerAddress(raw):
    """Returns (ip text, port) of an address as `Accept` gave it.

    The unix port hands out packed C structures, the boards tuples.
    """
    if isinstance(raw, tuple):
        return raw[0], raw[1]
    parts = _socket.sockaddr(raw)
    return _socket.inet_ntop(parts[0], parts[1]), parts[2]


def ConnectTCP(address):
    """Starts a TCP connection without waiting; returns the socket. Raises OSError."""
    sock = _socket.socket()
    sock.setblocking(False)
    try:
        sock.connect(Resolve(address))
    except OSError as ex:
        if not WouldBlock(ex):
            sock.close()
            raise
    return sock


def ConnectError(sock):
    """Returns the error number of a finished connection attempt, 0 when it stands."""
    try:
        sock.write(b"")
    except OSError as ex:
        return ex.errno
    return 0


def BindUDP(address, broadcast):
    """Returns a non-blocking UDP socket. Raises OSError."""
    sock = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    try:
        if broadcast:
            _SetOption(sock, "SO_BROADCAST", 6)
        if address:
            sock.bind(_Local(address))
        sock.setblocking(False)
    except Exception:
        sock.close()
        raise
    return sock


def StartThread(function, args, stackSize):
    """Runs `function(*args)` in a new thread. Raises OSError, or ImportError without threads."""
    import _thread

    previous = _thread.stack_size(stackSize or DefaultStackSize)
    try:
        _thread.start_new_thread(function, args)
    finally:
        _thread.stack_size(previous)


# Lead bytes, each with the half of a byte that must not follow it: over-long forms, surrogates, past U+10FFFF.
_NO_UTF8 = (0xE08, 0xE09, 0xEDA, 0xEDB, 0xF08, 0xF49, 0xF4A, 0xF4B)


def TextOf(data):
    """Returns UTF-8 bytes as text. Raises UnicodeError."""
    text = str(data, "utf-8")
    if len(text) != len(data):
        last = 0
        for byte in data:  # MicroPython looks at the number of bytes a character has alone (RFC 3629 section 4)
            if byte > 0xF4 or byte | 1 == 0xC1 or last << 4 | byte >> 4 in _NO_UTF8:
                raise UnicodeError
            last = byte
    return text


_MOST_DIGITS = const(1000)  # of a number in JSON: the time for all grows with their square, 160,000 take 40 s on a PC
_DEEPEST_JSON = const(100)  # levels of lists and objects; the C stack of a board ends where they are written again


def ParseJSON(data):
    """Returns the object of JSON bytes. Raises ValueError."""
    if not _IsSound(data):  # first: what is nested without end would take the heap, a number of many digits the time
        raise ValueError("a bracket is not closed, by the wrong one, or in too many others; or a number is too long")
    return _json.loads(TextOf(data))


def _IsSound(data):
    """Says what MicroPython's parser does not look at: it takes a text that is cut short for good, and any number."""
    closing = bytearray(_DEEPEST_JSON)
    depth = 0
    i = 0
    size = len(data)
    while i < size:
        byte = data[i]
        if byte == 34:  # a string: up to the next quote that is not escaped
            i += 1
            while i < size and data[i] != 34:
                i += 2 if data[i] == 92 else 1
        elif byte == 91 or byte == 123:
            if depth == _DEEPEST_JSON:
                return False
            closing[depth] = byte + 2
            depth += 1
        elif byte == 93 or byte == 125:
            if not depth or closing[depth - 1] != byte:
                return False
            depth -= 1
        elif 48 <= byte <= 57:
            end = i + _MOST_DIGITS
            while i < size and 48 <= data[i] <= 57:
                i += 1
            if i > end:
                return False
            continue
        i += 1
    return not depth


def DeflateModule():
    """Returns the module that inflates and deflates here, None where there is none."""
    try:
        from . import deflateOnMicroPython
    except ImportError:  # a board without `deflate`
        return None
    return deflateOnMicroPython


def ServerTLS(certFile, keyFile, caFile):
    """Returns a server's TLS context from PEM or DER files. Raises OSError, ValueError."""
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_ReadFile(certFile), _ReadFile(keyFile))
    # Forward secrecy and no CBC, as RFC 9325 section 4.2 asks for; a build without such ciphers keeps what it has.
    ciphers = [name for name in context.get_ciphers() if "ECDHE" in name and ("GCM" in name or "CHACHA" in name)]
    if ciphers:
        context.set_ciphers(ciphers)
    if caFile:
        context.load_verify_locations(_ReadFile(caFile))
        context.verify_mode = tls.CERT_REQUIRED
    return context


def ClientTLS(caFile=None, certFile=None, keyFile=None):
    """Returns a client's TLS context, with a certificate to show or none; without `caFile` the server is not checked.

    Raises OSError, ValueError.
    """
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    if certFile:
        context.load_cert_chain(_ReadFile(certFile), _ReadFile(keyFile))
    if caFile:
        context.load_verify_locations(_ReadFile(caFile))
        context.verify_mode = tls.CERT_REQUIRED
    else:
        context.verify_mode = tls.CERT_NONE
    return context


def WrapTLS(context, sock, serverSide, hostname=None):
    """Returns (stream, socket): TLS on a non-blocking socket, and the socket that is polled.

    The handshake comes with the stream's first reads. Raises OSError.
    """
    stream = context.wrap_socket(sock, server_side=serverSide, do_handshake_on_connect=False, server_hostname=hostname)
    return stream, sock


def Handshake(stream):
    """Takes a step of the handshake: True when it may be over, False to wait for the peer.

    mbedTLS shakes hands inside read and write: nothing to do apart from that.
    """
    return True


def FinishTLS(stream):
    """Says good-bye (close_notify) as far as that goes without waiting."""
    try:
        stream.close()
    except OSError:  # the connection broke before
        pass


def _ReadFile(path):
    """Returns a certificate's or key's DER bytes: the ports build mbedTLS without its PEM reader.

    Of several certificates in a file the first counts.
    """
    with open(path, "rb") as file:
        data = file.read()
    begin = data.find(b"-----BEGIN ")
    if begin < 0:
        return data
    begin = data.find(b"-----", begin + 11)
    end = data.find(b"-----END ", begin)
    if begin < 0 or end < 0:
        raise ValueError('"%s" is no PEM file' % path)
    from binascii import a2b_base64

    return a2b_base64(data[begin + 5 : end].strip())
