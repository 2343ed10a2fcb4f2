"""The sample configuration of nginx, run by a real nginx in front of the real site, with slow clients."""

import datetime
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.processes import PATIENCE

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
N_SLOW = 12
"""More than the site has threads."""
TRUSTING = ssl._create_unverified_context()
AROUND = """{user}daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{ worker_connections 100; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None and not os.environ.get("CI"), reason="nginx is not installed")


def write_certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    unsigned = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    unsigned = unsigned.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    (folder / "site.crt").write_bytes(unsigned.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "site.key").write_bytes(private)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fitted(sample: str, folder: Path, upstream: str, tls: int, plain: int) -> str:
    """The sample with the ports, certificate and upstream of this machine, and deadlines that a test can wait for."""
    changes = {
        r"listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;",
        r"listen 80;": f"listen 127.0.0.1:{plain};",
        r"ssl_certificate .*;": f"ssl_certificate {folder}/site.crt;",
        r"ssl_certificate_key .*;": f"ssl_certificate_key {folder}/site.key;",
        r"http://127\.0\.0\.1:8000": upstream,
        r"client_header_timeout 10s": "client_header_timeout 1s",
    }
    for pattern, replacement in changes.items():
        sample, n_found = re.subn(pattern, replacement, sample)
        assert n_found == 1, pattern
    return sample


@pytest.fixture
def proxy(site_url: str, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports, with TLS and without, of an nginx with the sample configuration in front of the site."""
    assert NGINX is not None
    tls, plain = free_port(), free_port()
    write_certificate(tmp_path)
    (tmp_path / "site.conf").write_text(fitted(SAMPLE.read_text(), tmp_path, site_url, tls, plain))
    config = tmp_path / "nginx.conf"
    config.write_text(AROUND.format(folder=tmp_path, user="user root; " if os.geteuid() == 0 else ""))
    command = [NGINX, "-e", str(tmp_path / "error.log"), "-p", str(tmp_path), "-c", str(config)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen(command) as server:
        try:
            wait_for(tls)
            yield tls, plain
        finally:
            server.terminate()
            server.wait()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "nginx does not listen"


def connected(port: int) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    return TRUSTING.wrap_socket(plain, server_hostname="localhost")


def get(port: int, path: str) -> tuple[int, bytes]:
    request = urllib.request.Request(f"https://127.0.0.1:{port}{path}")
    with urllib.request.urlopen(request, timeout=PATIENCE, context=TRUSTING) as response:
        return response.status, response.read()


def test_slow_clients_cost_the_site_nothing(proxy: tuple[int, int]) -> None:
    tls, _ = proxy
    start = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlogin="
    with ExitStack() as open_sockets:
        slow = [open_sockets.enter_context(connected(tls)) for _ in range(N_SLOW)]
        for each in slow:
            each.sendall(start)
        status, body = get(tls, "/")
        assert (status, b"movierec" in body) == (200, True)
        dripping = open_sockets.enter_context(connected(tls))
        dripping.sendall(b"GET / HTTP/1.1\r\nHost: 127")
        assert dripping.recv(100) == b"", "a request whose headers never end is cut off"


def test_it_serves_the_site_and_sends_plain_requests_to_https(proxy: tuple[int, int]) -> None:
    tls, plain = proxy
    assert get(tls, "/api/v1/search?q=a&limit=1")[0] == 200
    with socket.create_connection(("127.0.0.1", plain), timeout=PATIENCE) as visitor:
        visitor.sendall(b"GET /movies/1/ HTTP/1.1\r\nHost: movies.example.org\r\nConnection: close\r\n\r\n")
        answer = visitor.recv(1000).decode()
    assert " 301 " in answer.splitlines()[0]
    assert "Location: https://movies.example.org/movies/1/" in answer
    with connected(tls) as visitor:
        visitor.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 14680064\r\n\r\n")
        assert b" 413 " in visitor.recv(100)
