import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tests.support.health import Probe
from tests.support.server import running

from bellwether.app.server import listen
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Environment

_PROGRAM = """
import sys
from bellwether.app.server import serve
from bellwether.app.settings import read_settings
settings = read_settings({"data": sys.argv[1], "port": 0, "log_format": "json"}, {})
serve(settings, announce=lambda address: print(address, flush=True))
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server process of its own, on SQLite, with both roles."""
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},  # noqa: TID251  a child needs the same
    ) as child:
        yield child
        child.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_serves_until_told_to_stop_and_ends_cleanly(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    token = "Bearer made-up-secret-token"  # gitleaks:allow
    Probe(address).until_green()
    path = f"{address}/api/v1/trackers?cursor=also-secret"
    assert httpx.get(path, headers={"Authorization": token}).status_code == 401

    process.send_signal(number)
    _, log = process.communicate(timeout=20)

    assert process.returncode == 0, log
    assert '"event": "listening"' in log
    assert '"status": 401' in log
    assert '"event": "stopped"' in log
    assert "secret" not in log
    assert "Traceback" not in log


def test_a_port_in_use_is_told_with_its_setting() -> None:
    with closing(listen("127.0.0.1", 0)) as taken, pytest.raises(InvalidInputError) as caught:
        listen("127.0.0.1", taken.getsockname()[1])
    assert caught.value.field == "port"


def test_a_live_key_is_refused_while_time_is_simulated(database_url: str) -> None:
    with running(database_url, None, clock_start="2025-01-01", clock_rate=60) as server:
        live = {"Authorization": server.key("acme", Environment.LIVE)}
        body = {"urls": ["https://youtu.be/dQw4w9WgXcQ"]}
        native = httpx.post(f"{server.url}/api/v1/trackers", json=body, headers=live)
        influtics = httpx.post(f"{server.url}/v1/videos/track", json=body, headers=live)
        sandbox = {"Authorization": server.key("acme", Environment.SANDBOX)}
        fine = httpx.post(f"{server.url}/api/v1/trackers", json=body, headers=sandbox)
    assert (native.status_code, native.json()["error"]["code"]) == (403, "clock_accelerated")
    assert (influtics.status_code, influtics.json()["error"]["code"]) == (403, "FORBIDDEN")
    made = datetime.fromisoformat(fine.json()["data"][0]["tracker"]["created_at"])
    assert datetime(2025, 1, 1, tzinfo=UTC) <= made < datetime(2025, 1, 2, tzinfo=UTC)


def test_a_body_that_dribbles_is_cut_off_and_one_announced_too_large_is_not_read(
    tmp_path: Path,
) -> None:
    head = (
        b"POST /v1/videos/track HTTP/1.1\r\nHost: x\r\n"
        b"Authorization: %s\r\nContent-Length: %d\r\n\r\n"
    )
    with running(f"sqlite:///{tmp_path}/x.sqlite", None, body_seconds=1) as server:
        token = server.key()
        port = int(server.url.rsplit(":", 1)[1])
        for length, status in ((100, b"408"), (10**9, b"413")):
            with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
                client.sendall(head % (token.encode(), length) + b"{")
                answer = client.recv(65536)
                assert answer.split(b" ")[1] == status
                assert b"connection: close" in answer.lower()
        headers = {"Authorization": token}
        assert httpx.get(f"{server.url}/api/v1/workspace", headers=headers).status_code == 200
