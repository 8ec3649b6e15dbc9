"""`bellwether serve` and commands beside it, as processes of their own on one store."""

import contextlib
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from tests.support.command import PROGRAM, bellwether, typed
from tests.support.health import Probe
from tests.support.program import serving


def make_key(store: tuple[str, str | Path]) -> str:
    made = typed(
        "keys", "create", "--workspace", "acme", "--environment", "sandbox", *store, "--json"
    )
    return str(made.json["token"])


def get(address: str, path: str, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(address + path, headers=headers, trust_env=False)


def test_keys_and_trackers_made_beside_a_running_server_count_at_once(
    tmp_path: Path, database_url: str
) -> None:
    store = ("--database", database_url)
    with serving(tmp_path / "log", *store) as (address, _):
        token = make_key(store)
        assert get(address, "/api/v1/trackers", token).json()["data"] == []
        row = typed(
            "track", "https://x.com/somebody", "--environment", "sandbox", *store, "--json"
        ).json
        ran = None
        for _ in range(100):
            ran = get(address, f"/api/v1/trackers/{row['tracker_id']}", token).json()["data"]
            if ran["runs"]:
                break
            time.sleep(0.1)
        assert ran is not None
        assert (ran["runs"], ran["failure"]) == (1, None)
        (listed,) = typed("keys", "list", *store, "--json").lines
        typed("keys", "revoke", listed["client_id"], *store)
        assert get(address, "/api/v1/trackers", token).status_code == 401
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert token not in log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_start_tells_where_the_data_is_and_how_to_make_a_key(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path / "log", "--data", tmp_path / "data") as (address, process):
        Probe(address).until_green()
        process.send_signal(number)
        assert process.wait(30) == 0
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert str(tmp_path / "data" / "bellwether.sqlite") in said
    assert "bellwether keys create" in said
    make_key(("--data", tmp_path / "data"))
    with serving(tmp_path / "log2", "--data", tmp_path / "data"):
        pass
    assert "keys create" not in (tmp_path / "log2").read_text(encoding="utf-8")


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = bellwether("serve", "--port", str(port), "--data", tmp_path)
    assert answer.code == 1
    (line,) = answer.err.splitlines()
    assert line.startswith("error:")
    assert str(port) in line


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (("--port", "70000"), "port"),
        (("--role", "cook"), "role"),
        (("--clock-rate", "-1"), "clock_rate"),
        (("--clock-start", "yesterday"), "clock_start"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(
    tmp_path: Path, options: tuple[str, ...], field: str
) -> None:
    answer = typed("serve", *options, "--data", tmp_path)
    assert answer.code == 2
    assert field in answer.err
    assert "Traceback" not in answer.err


def test_ctrl_c_in_a_command_exits_with_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [PROGRAM, "resolve", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(1.5)
    # Python may lose one that comes while it is still importing.
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)
            break
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in errors
