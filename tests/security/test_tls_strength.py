"""TLS offers what is strong alone, on every runtime; the scan by testssl.sh (`make tls-check`) is judged rightly."""

import ssl

import pytest

from tests.http.client import Client
from tools import tls_check
from tools.failure import ToolError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    tls_check.make_certificate(folder)
    return folder


@pytest.fixture(scope="module")
def secure(runtime, folder):
    path = folder / f"{runtime.name}-settings.json"
    path.write_text(f'{{"ssl": ["{folder / "cert.pem"}", "{folder / "key.pem"}"], "RootPath": "{folder}"}}')
    with runtime.roomy.start("site", [path], heap="4m", files=[folder]) as server:
        yield server


def context(folder, ciphers, most=ssl.TLSVersion.TLSv1_2):
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = most
    context.set_ciphers(ciphers + ":@SECLEVEL=0")
    return context


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ALL"])
def test_strong_ciphers(secure, folder, cipher):
    with Client(secure.port, context(folder, cipher)) as client:
        assert client.get("/hello").text == "hello"
        used, version, _ = client._sock.cipher()
        assert version == "TLSv1.2"
        assert used.startswith("ECDHE-ECDSA-")
        assert "GCM" in used or "CHACHA" in used


WEAK = ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES128-GCM-SHA256", "AES256-SHA", "aNULL", "PSK"]


@pytest.mark.parametrize("cipher", WEAK)
def test_weak_ciphers(secure, folder, cipher):
    """CBC, no forward secrecy, no authentication."""
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        Client(secure.port, context(folder, cipher))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("most", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions(secure, folder, most):
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        Client(secure.port, context(folder, "ALL", most))


def finding(name, severity="OK"):
    return {"id": name, "severity": severity, "finding": "so it is"}


WHOLE = [finding("TLS1"), finding("TLS1_2"), finding("heartbleed"), finding("cipherlist_NULL")]


def test_a_scan_is_judged():
    small = [finding("LUCKY13", "LOW"), finding("cert_revocation", "HIGH"), finding("scanTime", "INFO")]
    assert tls_check.serious(WHOLE + small) == []
    for severity in ("MEDIUM", "HIGH", "CRITICAL", "FATAL"):
        bad = finding("SWEET32", severity)
        assert tls_check.serious([*WHOLE, bad]) == [bad]


def test_half_a_scan_is_none():
    for left_out in WHOLE:
        with pytest.raises(ToolError, match=f"nothing is said of {left_out['id']}"):
            tls_check.serious([each for each in WHOLE if each is not left_out])


def test_testssl_is_asked_for(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolError, match="apt-get install testssl.sh"):
        tls_check.main([])
