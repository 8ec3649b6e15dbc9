"""Keys: shown once, stored as hashes, revocable; wrong and revoked look alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from sqlalchemy import text

from bellwether.engine import schema
from bellwether.engine.tenants.service import TenantService
from bellwether.kit.clock import ManualClock
from bellwether.model.errors import InvalidInputError, NotFoundError, UnauthorizedError
from bellwether.model.tenants import Environment, Key, PlanName, Principal
from bellwether.storage.database import Database

T = TypeVar("T")
CLOCK = ManualClock(datetime(2026, 8, 1, tzinfo=UTC))


def write(database: Database, work: Callable[[TenantService], T]) -> T:
    return database.submit_write(lambda connection: work(TenantService(connection, CLOCK))).result()


def by(
    token: str | None = None, client: tuple[str, str] = ("", "")
) -> Callable[[TenantService], Principal]:
    if token is not None:
        return lambda tenants: tenants.authenticate_token(token)
    return lambda tenants: tenants.authenticate_client(*client)


def test_a_key_opens_its_own_workspace_and_environment(database: Database) -> None:
    live = write(database, lambda tenants: tenants.create_key("acme", Environment.LIVE))
    box = write(database, lambda tenants: tenants.create_key("acme", Environment.SANDBOX))
    other = write(database, lambda tenants: tenants.create_key("else", Environment.LIVE))
    assert live.key.scope.workspace_id == box.key.scope.workspace_id
    assert other.key.scope.workspace_id != live.key.scope.workspace_id
    for made in (live, box, other):
        by_token = write(database, by(token=made.token))
        assert write(database, by(client=(made.key.client_id, made.secret))) == by_token
        assert by_token.scope == made.key.scope
        assert by_token.key_id == made.key.id


def test_a_token_says_what_it_opens(database: Database) -> None:
    live = write(database, lambda tenants: tenants.create_key("acme", Environment.LIVE))
    box = write(database, lambda tenants: tenants.create_key("acme", Environment.SANDBOX))
    assert live.token.startswith("bw_live_")
    assert box.token.startswith("bw_sandbox_")
    assert len({live.token, box.token, live.secret, box.secret}) == 4
    assert all(len(part) >= 43 for part in (live.token, live.secret))


def test_no_table_holds_a_secret_or_a_token_in_clear(database: Database) -> None:
    made = write(database, lambda tenants: tenants.create_key("acme", Environment.LIVE))
    write(database, lambda tenants: tenants.authenticate_token(made.token))
    held = database.submit_read(
        lambda connection: "\n".join(
            str(tuple(row))
            for table in schema.metadata.sorted_tables
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"'))
        )
    ).result()
    assert made.key.client_id in held
    for secret in (made.token, made.secret, made.token[-43:], made.secret[-43:]):
        assert secret not in held


@pytest.mark.parametrize(
    "forge",
    [
        lambda client, secret, token: by(token=token[:-1]),
        lambda client, secret, token: by(token=""),
        lambda client, secret, token: by(token="bw_live_" + "\x00" * 43),
        lambda client, secret, token: by(token="\ud800"),
        lambda client, secret, token: by(token=secret),
        lambda client, secret, token: by(client=(client, token)),
        lambda client, secret, token: by(client=(client, "")),
        lambda client, secret, token: by(client=(client.upper(), secret)),
        lambda client, secret, token: by(client=("\x00", secret)),
        lambda client, secret, token: by(client=(client + "\n", secret)),
        lambda client, secret, token: by(client=("' OR 1=1 --", secret)),
    ],
)
def test_wrong_and_revoked_credentials_look_alike(
    database: Database, forge: Callable[[str, str, str], Callable[[TenantService], Principal]]
) -> None:
    made = write(database, lambda tenants: tenants.create_key("acme", Environment.LIVE))
    gone = write(database, lambda tenants: tenants.create_key("acme", Environment.LIVE))
    write(database, lambda tenants: tenants.revoke_key(gone.key.client_id))
    with pytest.raises(UnauthorizedError) as revoked:
        write(database, by(token=gone.token))
    with pytest.raises(UnauthorizedError) as revoked_client:
        write(database, by(client=(gone.key.client_id, gone.secret)))
    with pytest.raises(UnauthorizedError) as wrong:
        write(database, forge(made.key.client_id, made.secret, made.token))
    answers = {
        (error.value.message, error.value.field, error.value.code)
        for error in (revoked, revoked_client, wrong)
    }
    assert len(answers) == 1


def test_revoking_is_repeatable_and_keeps_the_first_instant(database: Database) -> None:
    clock = ManualClock(datetime(2026, 8, 1, tzinfo=UTC))
    made = write(database, lambda tenants: tenants.create_key("acme", Environment.LIVE))

    def revoke() -> datetime | None:
        return database.submit_write(
            lambda c: TenantService(c, clock).revoke_key(made.key.client_id).revoked_at
        ).result()

    first = revoke()
    clock.advance(datetime(2026, 8, 2, tzinfo=UTC) - clock.now())
    assert first is not None
    assert revoke() == first


@pytest.mark.parametrize(
    "client_id", ["", "\x00", "nobody", "00000000-0000-0000-0000-000000000000"]
)
def test_revoking_a_key_that_is_not_there_is_not_found(database: Database, client_id: str) -> None:
    with pytest.raises(NotFoundError) as error:
        write(database, lambda tenants: tenants.revoke_key(client_id))
    assert error.value.field == "client_id"


def test_keys_are_listed_oldest_first_and_by_workspace(database: Database) -> None:
    def make(name: str) -> Key:
        return write(database, lambda t: t.create_key(name, Environment.SANDBOX)).key

    made = [make(name) for name in ("acme", "else", "acme")]
    write(database, lambda tenants: tenants.revoke_key(made[0].client_id))
    listed = write(database, lambda tenants: tenants.list_keys())
    assert [key.client_id for key in listed] == [key.client_id for key in made]
    assert listed[0].revoked_at is not None
    mine = write(database, lambda tenants: tenants.list_keys("else"))
    assert list(mine) == [made[1]]
    with pytest.raises(NotFoundError):
        write(database, lambda tenants: tenants.list_keys("nobody"))


def test_a_plan_is_own_by_default_and_changes_when_given(database: Database) -> None:
    write(database, lambda tenants: tenants.create_key("acme", Environment.LIVE))
    assert write(database, lambda t: t.find_workspace("acme")).plan.name is PlanName.OWN
    made = write(database, lambda t: t.create_key("acme", Environment.LIVE, PlanName.PRO))
    assert write(database, lambda t: t.find_workspace(" acme ")).plan.tracked_videos == 1000
    write(database, lambda tenants: tenants.create_key("acme", Environment.SANDBOX))
    plan = write(database, lambda tenants: tenants.authenticate_token(made.token)).plan
    assert (plan.name, plan.title) == (PlanName.PRO, "Pro")


@pytest.mark.parametrize("name", ["", "   ", "a" * 201, "a\nb", "a\x00b", "\ud800"])
def test_a_workspace_name_is_1_to_200_printable_characters(database: Database, name: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        write(database, lambda tenants: tenants.create_key(name, Environment.LIVE))
    assert error.value.field == "workspace"
    assert list(write(database, lambda tenants: tenants.list_workspaces())) == []


def test_a_workspace_name_may_be_in_any_script_and_is_trimmed(database: Database) -> None:
    write(database, lambda t: t.create_key("  Agentur Übersee 東京 " + "x" * 180, Environment.LIVE))
    (workspace,) = write(database, lambda tenants: tenants.list_workspaces())
    assert workspace.name == "Agentur Übersee 東京 " + "x" * 180
