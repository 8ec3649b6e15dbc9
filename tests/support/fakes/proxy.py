"""A loopback CONNECT proxy that answers for every site itself, under a certificate of its own.

yt-dlp asks for public hosts over TLS; through this proxy, with certificates unchecked, a test
answers in their place and nothing leaves the machine.
"""

import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Reply = tuple[int, str, str]
"""Status, media type and body."""
Site = Callable[[str, str, str], Reply]
"""Answers a host, a path with its query, and a body."""


def _certificate(folder: Path) -> Path:
    """Write a key and a certificate signed with it; return the file that holds both."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake.test")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    path = folder / "fake.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    host = ""
    fake: "FakeProxy"  # set on a subclass of each fake's own

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        self.fake.hosts.append(self.host)
        self.send_response_only(200)
        self.end_headers()
        self.connection = self.fake.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False  # though the client speaks HTTP/1.0 to proxies

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length).decode()
        self.fake.wait()
        status, media_type, text = self.fake.site(self.host, self.path, body)
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  the name is the standard library's

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a worker that was killed and left its connection."""


class FakeProxy:
    """`with FakeProxy(folder, site) as proxy: ... proxy.url ...`; `hosts` were asked for."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.site = site
        self.hosts: list[str] = []
        self.delay = 0.0
        self.held = threading.Event()  # set once an answer is being held back
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(_certificate(folder))
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._stopped = threading.Event()

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait(self) -> None:
        """Hold back an answer, as slow sites do."""
        if self.delay:
            self.held.set()
            self._stopped.wait(self.delay)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
