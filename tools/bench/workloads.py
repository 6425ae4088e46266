"""What is asked of the contenders: the requests, the files they are for, and the check that an answer is right."""

import datetime
import http.client
import json
import ssl
from dataclasses import dataclass

from tools.bench.wsload import echo_once
from tools.paths import BUILD

FOLDER = BUILD / "bench"
FILES = FOLDER / "files"
CERTIFICATE = FOLDER / "cert"
PROBE_TIMEOUT_SEC = 20
FORM = "name=Ada+Lovelace&city=London&born=1815&field=mathematics"
HELLO = b"Hello, World!"
SIZES = {"1k.txt": 1024, "100k.txt": 100 * 1024, "1m.txt": 1024 * 1024}


class WrongAnswerError(Exception):
    """A contender does not answer as the workload demands: the reason why it has no figure there."""


@dataclass(frozen=True)
class Workload:
    """A kind of request.

    `name` is what options call it, `title` what tables do; `path` the target; `kind` how it is asked: "get", "form",
    "304" (a get with the ETag the file has) or "ws" (messages of `size` bytes, echoed); `tls` whether by https.
    """

    name: str
    title: str
    path: str
    kind: str = "get"
    size: int = 0
    tls: bool = False

    @property
    def is_file(self):
        """Whether a file is asked for."""
        return self.path.lstrip("/") in SIZES


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("dynamic", "small dynamic route", "/hello"),
        Workload("json", "JSON route", "/json"),
        Workload("form", "form POST", "/form", "form"),
        Workload("static-1k", "file of 1 KB", "/1k.txt"),
        Workload("static-304", "file of 1 KB, not modified", "/1k.txt", "304"),
        Workload("static-100k", "file of 100 KB", "/100k.txt"),
        Workload("static-1m", "file of 1 MB", "/1m.txt"),
        Workload("ws-125", "WebSocket echo, 125 bytes", "/ws", "ws", 125),
        Workload("ws-64k", "WebSocket echo, 64 KB", "/ws", "ws", 65536),
        Workload("tls", "small dynamic route, TLS", "/hello", tls=True),
    )
}
ALL = frozenset(WORKLOADS)
STATIC = frozenset(name for name, workload in WORKLOADS.items() if workload.is_file)
ECHO = frozenset(("ws-125", "ws-64k"))


def make_files():
    """Make the folder of files and the certificate, where they are not there."""
    FILES.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        (FILES / name).write_text("0123456789abcde\n" * (size // 16))
    if not CERTIFICATE.with_suffix(".key.der").is_file():
        _make_certificate()


def certificate_files(der):
    """The paths of the certificate and its key, in DER or else in PEM."""
    kind = "der" if der else "pem"
    return [str(CERTIFICATE.with_suffix(f".{part}.{kind}")) for part in ("crt", "key")]


def _make_certificate():
    """A key on the curve P-256, as the boards are quickest with, and a certificate signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=3650))
    certificate = builder.sign(key, hashes.SHA256())
    encodings = {"pem": serialization.Encoding.PEM, "der": serialization.Encoding.DER}
    for kind, encoding in encodings.items():
        CERTIFICATE.with_suffix(f".crt.{kind}").write_bytes(certificate.public_bytes(encoding))
        # PKCS #8 has a heading that Python's ssl takes; MicroPython's mbedTLS takes both forms.
        form = serialization.PrivateFormat.PKCS8
        CERTIFICATE.with_suffix(f".key.{kind}").write_bytes(
            key.private_bytes(encoding, form, serialization.NoEncryption())
        )


def request_of(workload, port, prefix=""):
    """Ask once and check the answer. Returns the fields to send with each request (dict).

    `prefix` goes before a file's path. Raises WrongAnswerError.
    """
    try:
        if workload.kind == "ws":
            echo_once(port, workload.path, workload.size)
            return {}
        return _probe(workload, port, prefix)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise WrongAnswerError(f"{type(error).__name__}: {error}") from None


def _probe(workload, port, prefix):
    fields = {}
    path = prefix + workload.path if workload.is_file else workload.path
    if workload.kind == "form":
        fields["Content-Type"] = "application/x-www-form-urlencoded"
    response, body = _ask(workload, port, path, fields)
    _check(workload, response, body)
    if workload.kind == "304":
        tag = response.getheader("ETag")
        if not tag:
            raise WrongAnswerError("sends no ETag")
        fields["If-None-Match"] = tag
        response, body = _ask(workload, port, path, fields)
        if response.status != 304 or body:
            raise WrongAnswerError(f"answers {response.status} where 304 is due")
    return fields


def _ask(workload, port, path, fields):
    if workload.tls:
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PROBE_TIMEOUT_SEC, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROBE_TIMEOUT_SEC)
    posted = workload.kind == "form"
    try:
        connection.request("POST" if posted else "GET", path, FORM if posted else None, fields)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def _check(workload, response, body):
    if response.status != 200:
        raise WrongAnswerError(f"answers {response.status} to {workload.path}")
    name = workload.path.lstrip("/")
    if workload.is_file:
        good = body == (FILES / name).read_bytes()
    elif name == "json":
        good = json.loads(body) == {"message": "Hello, World!"}
    elif name == "form":
        good = body == b"Ada Lovelace"
    else:
        good = body == HELLO
    if not good:
        raise WrongAnswerError(f"answers {workload.path} with {body[:60]!r}")
