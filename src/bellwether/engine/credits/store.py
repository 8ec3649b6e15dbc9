"""The SQL of the credits room. Batches are cut so that no statement has too many parameters."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy import Row as SqlRow
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.credits.tables import balances, credit_entries
from bellwether.kit.clock import from_micros, to_micros
from bellwether.model.credits import EntryKind, Usage
from bellwether.model.tenants import Environment, Scope

T = TypeVar("T")
_CHUNK = 500
_MOST_A_CALL = 50  # entries of one call that a history adds up


class Row(NamedTuple):
    """A scope's balance as stored."""

    credits: int
    granted: int
    given: int
    used_free: int


class Entry(NamedTuple):
    """One line of the ledger."""

    id: str
    scope: Scope
    at: datetime
    kind: EntryKind
    amount: int
    endpoint: str
    reference: str
    occasion: str
    request_id: str | None
    free: bool


def _make_row(insert: Any) -> Any:
    new = insert(balances).values(
        workspace_id=bindparam("in_workspace"),
        environment=bindparam("in_environment"),
        credits=0,
        granted=0,
        given=0,
    )
    return new.on_conflict_do_nothing(index_elements=["workspace_id", "environment"])


# What every debit runs is built once: making a statement costs more than running it.
_MAKE_ROW = {"sqlite": _make_row(sqlite.insert), "postgresql": _make_row(postgresql.insert)}
_ROW = select(balances).where(
    balances.c.workspace_id == bindparam("in_workspace"),
    balances.c.environment == bindparam("in_environment"),
)
_LOCKED_ROW = _ROW.with_for_update()
_AMOUNT: BindParameter[int] = bindparam("amount", type_=BigInteger)
_CHANGE = update(balances).where(
    balances.c.workspace_id == bindparam("in_workspace"),
    balances.c.environment == bindparam("in_environment"),
)
_TAKE = _CHANGE.where(balances.c.credits >= _AMOUNT).values(credits=balances.c.credits - _AMOUNT)
_USE_FREELY = _CHANGE.values(used_free=balances.c.used_free + _AMOUNT)
_ADD = credit_entries.insert()


def _place(scope: Scope, **values: object) -> dict[str, object]:
    return {
        "in_workspace": scope.workspace_id,
        "in_environment": scope.environment.value,
        **values,
    }


class CreditStore:
    """Reads and writes balances and the ledger on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    def row(self, scope: Scope) -> Row | None:
        """Return a scope's balance."""
        found = self._connection.execute(_ROW, _place(scope)).one_or_none()
        return None if found is None else _row(found)

    def locked_row(self, scope: Scope) -> Row:
        """Return a balance, made when new, and keep others from changing it until the commit."""
        found = self._connection.execute(_LOCKED_ROW, _place(scope)).one_or_none()
        if found is None:
            self._connection.execute(_MAKE_ROW[self._connection.dialect.name], _place(scope))
            found = self._connection.execute(_LOCKED_ROW, _place(scope)).one()
        return _row(found)

    def give(self, scope: Scope, amount: int, *, by_plan: bool) -> None:
        """Add granted credits to a balance."""
        self._connection.execute(
            update(balances)
            .where(_of(scope))
            .values(
                credits=balances.c.credits + amount,
                given=balances.c.given + amount,
                granted=balances.c.granted + (amount if by_plan else 0),
            )
        )

    def take(self, scope: Scope, amount: int) -> bool:
        """Take credits from a balance; False, and nothing is taken, when they do not suffice."""
        return self._connection.execute(_TAKE, _place(scope, amount=amount)).rowcount > 0

    def use_freely(self, scope: Scope, amount: int) -> None:
        """Count credits used (given back where negative) that no balance is charged with."""
        self._connection.execute(_USE_FREELY, _place(scope, amount=amount))

    def add(self, entries: Sequence[Entry]) -> None:
        """Write entries."""
        self._connection.execute(_ADD, [_values(entry) for entry in entries])

    def add_once(self, entries: Sequence[Entry]) -> set[str]:
        """Write entries, once for each reference and occasion; return the ids of those written."""
        written: set[str] = set()
        # In one order everywhere, so that two transactions wait for each other at most one way.
        ordered = sorted(entries, key=lambda entry: (entry.reference, entry.occasion))
        for chunk in _chunks(ordered):
            made = self._connection.execute(
                self._insert(credit_entries)
                .values([_values(entry) for entry in chunk])
                .on_conflict_do_nothing(index_elements=["reference", "occasion", "kind"])
                .returning(credit_entries.c.id)
            )
            written.update(made.scalars())
        return written

    def give_back(self, refunds: Sequence[Entry]) -> None:
        """Add refunds to the balances that were charged."""
        counted: Counter[Scope] = Counter()
        free: Counter[Scope] = Counter()
        for refund in refunds:
            (free if refund.free else counted)[refund.scope] += refund.amount
        for scope in sorted({*counted, *free}, key=lambda one: (one.workspace_id, one.environment)):
            self._connection.execute(
                update(balances)
                .where(_of(scope))
                .values(
                    credits=balances.c.credits + counted[scope],
                    used_free=balances.c.used_free - free[scope],
                )
            )

    def newest_debits(self, references: Sequence[str]) -> Sequence[Entry]:
        """Return the newest debit of each reference that has one."""
        newest: dict[str, Entry] = {}
        for chunk in _chunks(references):
            wanted = (
                select(credit_entries)
                .where(credit_entries.c.reference.in_(chunk))
                .where(credit_entries.c.kind == EntryKind.DEBIT.value)
                .order_by(credit_entries.c.at, credit_entries.c.id)
            )
            for row in self._connection.execute(wanted):
                newest[row.reference] = _entry(row)
        return list(newest.values())

    def usage(self, scope: Scope, since: datetime, limit: int) -> Sequence[Usage]:
        """Return what was used by call, newest first."""
        entries = credit_entries.c
        newest = (
            select(credit_entries)
            .where(entries.workspace_id == scope.workspace_id)
            .where(entries.environment == scope.environment.value)
            .where(entries.at >= to_micros(since), entries.kind != EntryKind.GRANT.value)
            .order_by(entries.at.desc(), entries.id.desc())
            .limit(limit * _MOST_A_CALL)
            .subquery()
        )
        call = (newest.c.at, newest.c.endpoint, newest.c.request_id, newest.c.kind)
        summed = (
            select(newest.c.at, newest.c.endpoint, (-func.sum(newest.c.amount)).label("credits"))
            .group_by(*call)
            .order_by(newest.c.at.desc(), func.max(newest.c.id).desc())
            .limit(limit)
        )
        return [
            Usage(from_micros(row.at), row.endpoint, int(row.credits))
            for row in self._connection.execute(summed)
        ]


def _of(scope: Scope) -> ColumnElement[bool]:
    return and_(
        balances.c.workspace_id == scope.workspace_id,
        balances.c.environment == scope.environment.value,
    )


def _row(row: SqlRow[Any]) -> Row:
    return Row(row.credits, row.granted, row.given, row.used_free)


def _entry(row: SqlRow[Any]) -> Entry:
    return Entry(
        id=row.id,
        scope=Scope(row.workspace_id, Environment(row.environment)),
        at=from_micros(row.at),
        kind=EntryKind(row.kind),
        amount=row.amount,
        endpoint=row.endpoint,
        reference=row.reference,
        occasion=row.occasion,
        request_id=row.request_id,
        free=bool(row.free),
    )


def _values(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "workspace_id": entry.scope.workspace_id,
        "environment": entry.scope.environment.value,
        "at": to_micros(entry.at),
        "kind": entry.kind.value,
        "amount": entry.amount,
        "endpoint": entry.endpoint,
        "reference": entry.reference,
        "occasion": entry.occasion,
        "request_id": entry.request_id,
        "free": int(entry.free),
    }


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
