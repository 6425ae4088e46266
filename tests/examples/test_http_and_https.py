"""examples/http_and_https.py: two servers in one pool."""

import re
import shlex
import shutil
import ssl
import subprocess

import httpx
import pytest

from tests.examples.conftest import EXAMPLES, start

NAME = "http_and_https"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the certificate and key that the example's own instructions make."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not there to make the certificate")
    path = tmp_path_factory.mktemp("https")
    text = (EXAMPLES / f"{NAME}.py").read_text(encoding="utf-8").replace("\\\\\n", " ")
    command = shlex.split(re.search(r"^ +(openssl req .*)$", text, re.MULTILINE).group(1))
    done = subprocess.run(command, cwd=path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return path


def test_both_serve(runtime, folder):
    context = ssl.create_default_context(cafile=folder / "cert.pem")
    context.check_hostname = False  # it was made for "localhost"
    with start(runtime, NAME, ports=2, cwd=folder) as server, httpx.Client(verify=context, timeout=60) as client:
        plain, secured = server.ports
        for _ in range(2):
            answer = client.get(f"http://127.0.0.1:{plain}/secure").json()
            assert answer == {"secure": False, "host": f"127.0.0.1:{plain}"}
            answer = client.get(f"https://127.0.0.1:{secured}/secure").json()
            assert answer == {"secure": True, "host": f"127.0.0.1:{secured}"}
        server.interrupt()
        assert server.wait_end() == 0, server.output()
        assert "Traceback" not in server.output()


def test_without_a_certificate_it_says_what_to_do(runtime, tmp_path):
    server = runtime.start_command([EXAMPLES / f"{NAME}.py", "18080", "18443", "127.0.0.1"], cwd=tmp_path)
    assert server.wait_end() == 1
    assert 'error: cannot find the file "cert.pem". The first lines of this example say how' in server.output()
    assert "Traceback" not in server.output()
