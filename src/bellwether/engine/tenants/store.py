"""The SQL of the tenants room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.tenants.plans import PLANS
from bellwether.engine.tenants.tables import keys, rate_windows, workspaces
from bellwether.kit.clock import from_micros, opt_instant, to_micros
from bellwether.model.tenants import Environment, Key, PlanName, Principal, Scope, Workspace

WINDOW = timedelta(seconds=60)


# What every call runs is built once: making and compiling a statement costs more than running it.
_CREDENTIALS = select(keys, workspaces.c.plan).join(
    workspaces, workspaces.c.id == keys.c.workspace_id
)
_BY_TOKEN = _CREDENTIALS.where(keys.c.token_hash == bindparam("wanted"))
_BY_ID = _CREDENTIALS.where(keys.c.id == bindparam("wanted"))
_BY_CLIENT = _CREDENTIALS.where(keys.c.client_id == bindparam("wanted"))
_WINDOWS = select(rate_windows).where(rate_windows.c.key_id == bindparam("wanted"))


def _take(insert: Any) -> Any:
    opened, used = rate_windows.c.opened_at, rate_windows.c.used
    now, amount = bindparam("now", type_=BigInteger), bindparam("amount", type_=Integer)
    over = or_(opened <= bindparam("past"), opened > bindparam("future"))
    new = insert(rate_windows).values(
        key_id=bindparam("of_key"), name=bindparam("of_name"), opened_at=now, used=amount
    )
    return new.on_conflict_do_update(
        index_elements=["key_id", "name"],
        set_={
            "opened_at": case((over, now), else_=opened),
            "used": case((over, amount), else_=used + amount),
        },
        where=or_(over, used + amount <= bindparam("most", type_=Integer)),
    ).returning(opened, used)


_TAKE = {"sqlite": _take(sqlite.insert), "postgresql": _take(postgresql.insert)}


@dataclass(frozen=True, slots=True)
class Use:
    """A window that is open: since when, and how much of it is used."""

    opened_at: datetime
    used: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key as stored: who it is, and the hashes to compare with."""

    principal: Principal
    secret_hash: str
    token_hash: str
    revoked: bool


class TenantStore:
    """Reads and writes workspaces, keys and rate windows on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else (sqlite.insert)
        )

    def add_workspace(self, new_id: str, name: str, plan: PlanName, at: datetime) -> None:
        """Add a workspace unless the name is taken, also by a transaction not finished yet."""
        self._connection.execute(
            self._insert(workspaces)
            .values(id=new_id, name=name, plan=plan.value, created_at=to_micros(at))
            .on_conflict_do_nothing(index_elements=["name"])
        )

    def set_plan(self, workspace_id: str, plan: PlanName) -> None:
        """Put a workspace on a plan."""
        self._connection.execute(
            update(workspaces).where(workspaces.c.id == workspace_id).values(plan=plan.value)
        )

    def workspace(self, name: str) -> Workspace | None:
        """Find a workspace by its name."""
        row = self._connection.execute(
            select(workspaces).where(workspaces.c.name == name)
        ).one_or_none()
        return None if row is None else _workspace(row)

    def workspace_by_id(self, workspace_id: str) -> Workspace | None:
        """Find a workspace by its id."""
        row = self._connection.execute(
            select(workspaces).where(workspaces.c.id == workspace_id)
        ).one_or_none()
        return None if row is None else _workspace(row)

    def all_workspaces(self) -> Sequence[Workspace]:
        """List the workspaces by name."""
        rows = self._connection.execute(select(workspaces).order_by(workspaces.c.name))
        return [_workspace(row) for row in rows]

    def add_key(self, key: Key, secret_hash: str, token_hash: str) -> None:
        """Add a key with the hashes of its secret and token."""
        self._connection.execute(
            keys.insert().values(
                id=key.id,
                workspace_id=key.scope.workspace_id,
                environment=key.scope.environment.value,
                client_id=key.client_id,
                secret_hash=secret_hash,
                token_hash=token_hash,
                created_at=to_micros(key.created_at),
            )
        )

    def all_keys(self, workspace_id: str | None) -> Sequence[Key]:
        """List keys, oldest first."""
        wanted = select(keys).order_by(keys.c.created_at, keys.c.id)
        if workspace_id is not None:
            wanted = wanted.where(keys.c.workspace_id == workspace_id)
        return [_key(row) for row in self._connection.execute(wanted)]

    def key(self, key_id: str) -> Key | None:
        """Find a key by its id, as it may be shown."""
        row = self._connection.execute(select(keys).where(keys.c.id == key_id)).one_or_none()
        return None if row is None else _key(row)

    def revoke(self, client_id: str, at: datetime) -> Key | None:
        """Revoke a key; one that is revoked already keeps its instant."""
        row = self._connection.execute(
            update(keys)
            .where(keys.c.client_id == client_id)
            .values(revoked_at=func.coalesce(keys.c.revoked_at, to_micros(at)))
            .returning(keys)
        ).one_or_none()
        return None if row is None else _key(row)

    def by_token_hash(self, token_hash: str) -> Credentials | None:
        """Find a key by the hash of its token."""
        return self._credentials(_BY_TOKEN, token_hash)

    def by_client_id(self, client_id: str) -> Credentials | None:
        """Find a key by its client id."""
        return self._credentials(_BY_CLIENT, client_id)

    def by_id(self, key_id: str) -> Credentials | None:
        """Find a key by its id."""
        return self._credentials(_BY_ID, key_id)

    def _credentials(self, by: Select[Any], wanted: str) -> Credentials | None:
        row = self._connection.execute(by, {"wanted": wanted}).one_or_none()
        if row is None:
            return None
        scope = Scope(row.workspace_id, Environment(row.environment))
        return Credentials(
            principal=Principal(scope, row.id, PLANS[PlanName(row.plan)]),
            secret_hash=row.secret_hash,
            token_hash=row.token_hash,
            revoked=row.revoked_at is not None,
        )

    def take(self, key_id: str, name: str, amount: int, limit: int, now: datetime) -> Use | None:
        """Take `amount` from a window if it fits, in one statement; opens a window when none is.

        `amount` is at most `limit`. A window that seems to open more than its own length from now
        was stamped by a clock set wrong, and counts as over.
        """
        row = self._connection.execute(
            _TAKE[self._connection.dialect.name],
            {
                "of_key": key_id,
                "of_name": name,
                "now": to_micros(now),
                "past": to_micros(now - WINDOW),
                "future": to_micros(now + WINDOW),
                "amount": amount,
                "most": limit,
            },
        ).one_or_none()
        return None if row is None else Use(from_micros(row.opened_at), row.used)

    def windows(self, key_id: str, now: datetime) -> Mapping[str, Use]:
        """Return a key's windows that are open, by name."""
        rows = self._connection.execute(_WINDOWS, {"wanted": key_id})
        uses = {row.name: Use(from_micros(row.opened_at), row.used) for row in rows}
        return {name: use for name, use in uses.items() if -WINDOW <= now - use.opened_at < WINDOW}


def _workspace(row: Row[*tuple[object, ...]]) -> Workspace:
    return Workspace(
        id=row.id,
        name=row.name,
        plan=PLANS[PlanName(row.plan)],
        created_at=from_micros(row.created_at),
    )


def _key(row: Row[*tuple[object, ...]]) -> Key:
    return Key(
        id=row.id,
        scope=Scope(row.workspace_id, Environment(row.environment)),
        client_id=row.client_id,
        created_at=from_micros(row.created_at),
        revoked_at=opt_instant(row.revoked_at),
    )
