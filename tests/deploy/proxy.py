"""nginx with the configuration of `deploy/`, on loopback: only its addresses and files are others.

with running_proxy(directory, (port, another)) as proxy:
    proxy.request("GET", "/healthz").status
"""

import datetime as dt
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.deploy.files import NGINX
from tests.live_server import ANSWER_SECONDS, END_SECONDS, START_SECONDS, Answer

NOT_HERE = "nginx is not installed (Debian: apt-get install nginx-light)."
HOST = "localhost"


def nginx() -> str | None:
    """Debian keeps it where other users than root do not look."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"]))


@dataclass(frozen=True, slots=True)
class Proxy:
    port: int
    plain_port: int
    trust: ssl.SSLContext
    log: Path

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request by TLS, on a connection of its own."""
        with closing(
            http.client.HTTPSConnection(HOST, self.port, timeout=ANSWER_SECONDS, context=self.trust)
        ) as connection:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())


def configuration(directory: Path, upstreams: tuple[int, int], port: int, plain_port: int) -> Path:
    """The file of `deploy/`, with addresses on loopback and files below the directory."""
    text = NGINX.read_text()
    others = {
        "server portal-1:8000": f"server 127.0.0.1:{upstreams[0]}",
        "server portal-2:8000": f"server 127.0.0.1:{upstreams[1]}",
        "listen [::]:80 default_server;": "",
        "listen [::]:443 ssl default_server;": "",
        "listen 80 ": f"listen 127.0.0.1:{plain_port} ",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        # Before what may lie below it.
        " /tmp/": f" {directory}/",
        "/etc/nginx/tls/": f"{directory}/",
    }
    for old, new in others.items():
        assert old in text, f"{old} is not in {NGINX.name}: what stands there now?"
        text = text.replace(old, new)
    path = directory / NGINX.name
    path.write_text(text)
    return path


def make_certificate(directory: Path) -> ssl.SSLContext:
    """fullchain.pem and privkey.pem for HOST; what trusts them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (directory / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (directory / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return ssl.create_default_context(cafile=directory / "fullchain.pem")


def command(*arguments: str) -> list[str]:
    """nginx, in the foreground; its workers as whoever runs the test, in whose directories they write."""
    program = nginx()
    assert program is not None, NOT_HERE
    user = "user root; " if os.geteuid() == 0 else ""
    return [program, "-g", f"{user}daemon off;", *arguments]


@contextmanager
def running_proxy(directory: Path, upstreams: tuple[int, int], port: int | None = None) -> Iterator[Proxy]:
    """Without a port it has a free one."""
    directory.mkdir(parents=True, exist_ok=True)
    plain_port, free_port = free_ports(2)
    port = port or free_port
    trust = make_certificate(directory)
    path = configuration(directory, upstreams, port, plain_port)
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("-p", str(directory), "-c", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        _wait_for(port, process, log)
        yield Proxy(port, plain_port, trust, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(END_SECONDS)


def free_ports(number: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"nginx did not start:\n{log.read_text()}")
