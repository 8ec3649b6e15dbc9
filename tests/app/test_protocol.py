"""What uvicorn would take without end is bounded, and what is not HTTP is told in JSON."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.server import Server, running

from bellwether.app import protocol


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that waits half a second for a request's head."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    with running(f"sqlite:///{tmp_path}/x.sqlite") as running_server:
        yield running_server


def _talk(server: Server, sent: bytes, more: bytes = b"", times: int = 0) -> tuple[int, str]:
    """Send, then send more so many times, and return the answer's status and error code."""
    port = int(server.url.rsplit(":", 1)[1])
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
        client.sendall(sent)
        try:
            for _ in range(times):
                client.sendall(more)
        except OSError:
            return 0, "closed"  # before the answer could be read
        answer = b""
        try:
            while part := client.recv(65536):
                answer += part
        except ConnectionResetError:
            if not answer:
                return 0, "closed"
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    return int(head.split(b" ")[1]), json.loads(body)["error"]["code"]


_START = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (_START, b"X-A: " + b"a" * 1000 + b"\r\n"),
        (_START + b"X-A: ", b"a" * 1000),
        (b"GET /", b"a" * 1000),
    ],
)
def test_a_head_without_end_is_cut_off(server: Server, start: bytes, more: bytes) -> None:
    assert _talk(server, start, more, 10_000) in {(431, "too_large"), (0, "closed")}


@pytest.mark.parametrize("start", [b"", b"G", _START])
def test_a_head_that_does_not_come_is_not_waited_for(server: Server, start: bytes) -> None:
    assert _talk(server, start) == (408, "timeout")


@pytest.mark.parametrize(
    "sent",
    [b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00"],
)
def test_what_is_not_http_is_told_in_json(server: Server, sent: bytes) -> None:
    assert _talk(server, sent) == (400, "invalid_input")


def test_a_kept_connection_is_not_mistaken_for_a_slow_head(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for _ in range(2):
            client.request("GET", "/docs", headers={"X-Long": "a" * 60_000})
            answer = client.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
            time.sleep(0.7)
