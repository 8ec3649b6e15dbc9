"""`bellwether keys`, through the real program."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.command import bellwether, typed

from bellwether.engine.tenants.service import TenantService
from bellwether.kit.clock import ManualClock
from bellwether.model.errors import UnauthorizedError
from bellwether.storage.database import Database, open_database

CLOCK = ManualClock(datetime(2026, 8, 1, tzinfo=UTC))


def as_tenants(database: Database, work: Callable[[TenantService], object]) -> object:
    return database.submit_read(lambda connection: work(TenantService(connection, CLOCK))).result()


def test_keys_create_prints_exactly_the_five_parts_of_a_key(database_url: str) -> None:
    made = bellwether(
        "keys", "create", "--workspace", "acme", "--environment", "live",
        "--database", database_url, "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert set(made.json) == {"workspace_id", "environment", "client_id", "client_secret", "token"}
    assert made.json["environment"] == "live"
    assert str(uuid.UUID(made.json["client_id"])) == made.json["client_id"]
    database = open_database(database_url)
    by_token = as_tenants(database, lambda t: t.authenticate_token(made.json["token"]))
    by_client = as_tenants(
        database,
        lambda t: t.authenticate_client(made.json["client_id"], made.json["client_secret"]),
    )
    database.close()
    assert by_token == by_client


def test_keys_made_at_once_by_several_processes_share_the_new_workspace(database_url: str) -> None:
    def make(_: int) -> str:
        made = bellwether(
            "keys", "create", "--workspace", "new", "--environment", "sandbox", "--plan", "pro",
            "--database", database_url, "--json",
        )  # fmt: skip
        assert made.code == 0, made.err
        return str(made.json["workspace_id"])

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(make, range(2)))) == 1
    listed = typed("keys", "list", "--workspace", "new", "--database", database_url, "--json")
    assert [row["plan"] for row in listed.lines] == ["pro"] * 2


def test_a_revoked_key_is_listed_as_such_and_opens_nothing(tmp_path: Path) -> None:
    store = ("--data", tmp_path / "data")
    made = typed(
        "keys", "create", "--workspace", "acme", "--environment", "sandbox", *store, "--json"
    ).json
    revoked = typed("keys", "revoke", made["client_id"], *store, "--json")
    assert revoked.code == 0
    assert revoked.json["revoked_at"] is not None
    (listed,) = typed("keys", "list", *store, "--json").lines
    assert listed["revoked_at"] == revoked.json["revoked_at"]
    assert "secret" not in str(listed)
    assert "token" not in str(listed)
    database = open_database(f"sqlite:///{tmp_path}/data/bellwether.sqlite")
    with pytest.raises(UnauthorizedError):
        as_tenants(database, lambda t: t.authenticate_token(made["token"]))
    database.close()


def test_on_a_terminal_a_key_is_shown_in_words_with_a_warning(tmp_path: Path) -> None:
    made = typed(
        "keys", "create", "--workspace", "acme", "--environment", "sandbox", "--data", tmp_path
    )
    assert made.code == 0
    assert "client secret  bw_secret_" in made.out
    assert "stored only as hashes" in made.err


def test_wrong_usage_exits_with_2_and_a_missing_store_with_1(tmp_path: Path) -> None:
    store = ("--data", tmp_path / "data")
    unnamed = typed("keys", "create", "--environment", "live", *store)
    assert (unnamed.code, unnamed.out) == (2, "")
    assert "--workspace" in unnamed.err
    planned = typed(
        "keys", "create", "--workspace", "a", "--environment", "live", "--plan", "gold", *store
    )
    assert planned.code == 2
    blank = typed("keys", "create", "--workspace", "  ", "--environment", "live", *store, "--json")
    assert blank.code == 2
    assert blank.json["error"]["field"] == "workspace"
    absent = typed("keys", "list", "--data", tmp_path / "typo", "--json")
    assert (absent.code, absent.json["error"]["code"]) == (1, "not_found")
    assert not (tmp_path / "typo").exists()
    unknown = typed("keys", "revoke", "nobody", *store)
    assert unknown.code == 1
    assert "Traceback" not in unknown.err


def test_a_store_that_cannot_be_opened_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bellwether.sqlite").write_text("not a database" * 100, encoding="utf-8")
    for where in (
        ("--data", str(tmp_path / "file")),
        ("--data", str(tmp_path / "data")),
        ("--database", "postgresql://nobody@127.0.0.1:1/nothing"),
    ):
        answer = typed("keys", "create", "--workspace", "a", "--environment", "live", *where)
        assert answer.code == 1
        assert answer.out == ""
        assert answer.err.startswith("error: the store cannot be opened")
        assert "Traceback" not in answer.err
    odd = typed(
        "keys", "create", "--workspace", "a", "--environment", "live", "--database", "mysql://x/y"
    )
    assert odd.code == 2
    assert "database" in odd.err
