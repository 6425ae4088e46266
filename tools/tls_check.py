"""Puts the server's TLS to testssl.sh, on each runtime: protocols, ciphers, what they agree on, known weaknesses.

A finding of MEDIUM or worse fails. What is said of the certificate is left out: it is made for the check, and a
device's is its owner's. A scan takes some minutes.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.runtimes import RUNTIMES
from tools.failure import ToolError

SCANNED = ("cpython", "unix")
SERIOUS = ("MEDIUM", "HIGH", "CRITICAL", "FATAL")
# Protocols, standard cipher lists, forward secrecy, the server's preferences, its defaults, vulnerabilities.
SECTIONS = ("-p", "-s", "-f", "-P", "-S", "-U")
OF_THE_CERTIFICATE = ("cert", "OCSP", "DNS_CAArecord", "certificate_transparency")
TIMEOUT_SEC = 3600
HEAP = "8m"


def find_testssl():
    """The program's path. Raises ToolError where it is not installed."""
    for name in ("testssl", "testssl.sh"):
        if shutil.which(name):
            return shutil.which(name)
    raise ToolError("testssl.sh is not installed. As root: apt-get install testssl.sh")


def serious(findings):
    """The findings (dicts with id, severity, finding, as testssl.sh writes them) that are a fault.

    Raises ToolError if a scan did not get through: what was not looked at is not good.
    """
    ids = {finding["id"] for finding in findings}
    missing = {"TLS1", "TLS1_2", "heartbleed", "cipherlist_NULL"} - ids
    if missing:
        raise ToolError(f"testssl.sh did not get through: nothing is said of {', '.join(sorted(missing))}.")
    return [
        finding
        for finding in findings
        if finding["severity"] in SERIOUS and not finding["id"].startswith(OF_THE_CERTIFICATE)
    ]


def make_certificate(folder):
    """Write cert.pem, key.pem and ca.pem of an authority of our own."""
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    authority.cert_pem.write_to_path(folder / "ca.pem")


def scan(runtime, folder, sections=SECTIONS):
    """Serve by TLS on a tests.runtimes.Runtime, and have it scanned. Returns the findings."""
    program = find_testssl()
    settings = {"ssl": [str(folder / "cert.pem"), str(folder / "key.pem")], "RootPath": str(folder)}
    (folder / "settings.json").write_text(json.dumps({**settings, "ConnQueueCapacity": 64}))
    found = folder / f"{runtime.name}.json"
    with runtime.start("site", [folder / "settings.json"], heap=HEAP) as server:
        options = ["--jsonfile", found, "--warnings", "batch", "--quiet", "--color", "0", "--nodns", "none"]
        command = [program, *options, "--add-ca", folder / "ca.pem", *sections, f"https://127.0.0.1:{server.port}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_SEC, check=False)
        if not server.is_running:
            raise ToolError(f"{runtime.name}: the server ended while it was scanned.\n{server.output()[-2000:]}")
    if not found.is_file():
        raise ToolError(f"testssl.sh wrote no findings:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return json.loads(found.read_text())


def main(arguments):
    """The verb `tls-check`. Raises ToolError for a serious finding."""
    parser = argparse.ArgumentParser(prog="python3 -m tools tls-check", description=__doc__)
    parser.add_argument("--runtime", action="append", choices=SCANNED, help="default: both (repeatable)")
    options = parser.parse_args(arguments)
    find_testssl()
    faults = 0
    with tempfile.TemporaryDirectory(prefix="tls-check-") as name:
        folder = Path(name)
        make_certificate(folder)
        for runtime in [RUNTIMES[chosen] for chosen in options.runtime or SCANNED]:
            if runtime.missing:
                raise ToolError(f"{runtime.name}: {runtime.missing}")
            print(f"{runtime.name} ...", end="", flush=True)
            began = time.monotonic()
            findings = scan(runtime, folder)
            bad = serious(findings)
            faults += len(bad)
            print(f" {len(findings)} findings, {len(bad)} serious, {time.monotonic() - began:.0f} s", flush=True)
            for finding in bad:
                print(f"  {finding['id']}: {finding['severity']}, {finding['finding']}")
    if faults:
        raise ToolError(f"{faults} serious findings.")
