"""`bellwether doctor`: says what is wrong and what to do."""

import socket
from pathlib import Path
from typing import Any

from tests.support.command import Result, typed
from tests.support.health import Probe
from tests.support.program import serving

QUIET = {"HOME": "/nonexistent", "BELLWETHER_BLUESKY_ENABLED": "false"}


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def examine(*options: str | Path, **env: str) -> tuple[Result, dict[str, Any]]:
    settings = {"BELLWETHER_PORT": free_port(), **QUIET, **env}
    answer = typed("doctor", *options, "--json", env=settings)
    return answer, {row["check"]: row for row in answer.lines}


def test_a_store_with_a_key_is_well(database_url: str) -> None:
    store = ("--database", database_url)
    typed("keys", "create", "--workspace", "acme", "--environment", "sandbox", *store)
    answer, found = examine(*store)
    assert answer.code == 0, answer.out
    assert {"python", "clock", "time zones", "disk", "store", "keys", "trackers"} <= set(found)
    assert all(row["ok"] and row["advice"] is None for row in found.values())


def test_a_platform_out_of_reach_is_wrong_only_where_a_key_is_live(tmp_path: Path) -> None:
    store = ("--data", tmp_path / "data")
    typed("keys", "create", "--workspace", "acme", "--environment", "sandbox", *store)
    nobody = {
        "BELLWETHER_BLUESKY_ENABLED": "true",
        "BELLWETHER_BLUESKY_BASE_URL": f"http://127.0.0.1:{free_port()}",
    }
    answer, found = examine(*store, **nobody)
    assert (answer.code, found["source bluesky"]["ok"]) == (0, True)
    assert "cannot be reached" in found["source bluesky"]["detail"]
    typed("keys", "create", "--workspace", "acme", "--environment", "live", *store)
    answer, found = examine(*store, **nobody)
    assert (answer.code, found["source bluesky"]["ok"]) == (1, False)


def test_a_missing_store_is_wrong_and_is_not_made(tmp_path: Path) -> None:
    answer, found = examine("--data", tmp_path / "typo")
    assert answer.code == 1
    assert not found["store"]["ok"]
    assert found["store"]["advice"]
    assert not (tmp_path / "typo").exists()


def test_no_keys_and_misspelt_settings_are_wrong(tmp_path: Path) -> None:
    typed("track", "https://x.com/a", "--environment", "sandbox", "--data", tmp_path / "data")
    answer, found = examine("--data", tmp_path / "data", BELLWETHER_PROT="8080")
    assert answer.code == 1
    assert "keys create" in found["keys"]["advice"]
    assert "BELLWETHER_PROT" in found["settings"]["detail"]


def test_a_running_server_is_recognised_and_a_stranger_on_the_port_is_not(tmp_path: Path) -> None:
    with serving(tmp_path / "log", "--data", tmp_path / "data") as (address, _):
        port = address.rpartition(":")[2]
        Probe(address).until_green()
        _, found = examine("--data", tmp_path / "data", BELLWETHER_PORT=port)
        assert found["server"]["ok"]
        assert address in found["server"]["detail"]
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0)
        port = str(stranger.getsockname()[1])
        answer, found = examine("--data", tmp_path / "data", BELLWETHER_PORT=port)
        assert answer.code == 1
        assert not found["port"]["ok"]


def test_for_people_it_is_a_line_a_check(tmp_path: Path) -> None:
    answer = typed("doctor", "--data", tmp_path / "typo", env=QUIET)
    assert answer.code == 1
    assert "ok     python: " in answer.out
    assert "WRONG  store: " in answer.out
