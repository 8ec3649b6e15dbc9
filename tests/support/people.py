"""A datamart to send activities to, worked in at once or in pieces, with crashes."""

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import Connection

from bellwether.engine.activities.applying import apply
from bellwether.engine.activities.log import ActivityLog, Entry
from bellwether.engine.facade import Engine
from bellwether.kit.clock import ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.activities import Datamart, NewActivity
from bellwether.model.people import (
    Choice,
    Identifier,
    IdentifierKind,
    Merge,
    NewChoice,
    TimelineFilter,
    Tombstone,
    UserPoint,
)
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database

T = TypeVar("T")
Body = dict[str, Any]

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
START_TS = 1_772_366_400_000
WHO = "key"
_names = count()


class CrashError(Exception):
    """The process dies before the commit."""


def agent(value: object) -> Identifier:
    return Identifier(IdentifierKind.AGENT, f"vec:{value}")


def account(value: object, compartment_id: str | None = None) -> Identifier:
    return Identifier(IdentifierKind.ACCOUNT, str(value), compartment_id)


def email(value: object) -> Identifier:
    return Identifier(IdentifierKind.EMAIL, str(value))


def listed(identifier: Identifier) -> Body:
    """An identifier as an activity lists it."""
    if identifier.kind is IdentifierKind.AGENT:
        return {"$type": "USER_AGENT", "$user_agent_id": identifier.value}
    if identifier.kind is IdentifierKind.EMAIL:
        return {"$type": "USER_EMAIL", "$hash": identifier.value}
    found: Body = {"$type": "USER_ACCOUNT", "$user_account_id": identifier.value}
    if identifier.compartment_id is not None:
        found["$compartment_id"] = identifier.compartment_id
    return found


def event(name: str, ts: int | None = None, /, **properties: Any) -> Body:
    """An event; `_` at the start of a property's name stands for `$`."""
    said = {f"${key[1:]}" if key[0] == "_" else key: value for key, value in properties.items()}
    return {"$event_name": name, "$properties": said, **({} if ts is None else {"$ts": ts})}


def activity(
    *identifiers: Identifier, ts: int = START_TS, events: Sequence[Body] = (), **fields: Any
) -> Body:
    """An activity as the log has it; `site` and `status` are short for `$site_id` and so on."""
    body: Body = {
        "$type": fields.pop("type", "SITE_VISIT"),
        "$ts": ts,
        "$session_status": fields.pop("status", "NO_SESSION"),
        "$user_identifiers": [listed(one) for one in identifiers],
        "$events": list(events),
        "$unique_key": fields.pop("key", None) or new_id(),
    }
    for name in ("site", "app"):
        if name in fields:
            body[f"${name}_id"] = fields.pop(name)
    return body | {f"${key[1:]}" if key[0] == "_" else key: one for key, one in fields.items()}


class World:
    """One datamart of a store of its own or shared, on a clock that is moved by hand."""

    def __init__(self, database: Database, workspace: str = "people") -> None:
        self.database = database
        self.clock = ManualClock(START)
        self.scope: Scope
        self.datamart: Datamart
        self.applied = 0
        self.write(lambda engine: self._open(engine, workspace))

    def _open(self, engine: Engine, workspace: str) -> None:
        self.scope = Scope(engine.tenants.ensure_workspace(workspace).id, Environment.SANDBOX)
        self.datamart = engine.datamarts.create(self.scope, f"people {next(_names)}")

    def write(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_write(lambda it: work(Engine(it, self.clock))).result()

    def read(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_read(lambda it: work(Engine(it, self.clock))).result()

    def log(self, bodies: Iterable[Body]) -> None:
        """Acknowledge activities without working them in."""
        entries = [
            Entry(
                self.datamart.id,
                WHO,
                NewActivity(json.dumps(body).encode(), body["$ts"]),
            )
            for body in bodies
        ]
        now = self.clock.now()
        self.database.submit_write(lambda it: ActivityLog(it).append(entries, now)).result()

    def catch_up(self, pieces: Sequence[int] = (), crashes: Sequence[bool] = ()) -> None:
        """Work in what is logged, in pieces of these sizes and then the rest.

        Where `crashes` says so a piece is worked in twice, the first time without a commit.
        """
        dying = iter(crashes)
        for size in [*pieces, 10_000]:
            if next(dying, False):
                with contextlib.suppress(CrashError):
                    self._work_in(size, die=True)
            self._work_in(size)

    def catch_up_to(self, seq: int) -> None:
        """Work in what is logged up to a place."""
        self._work_in(seq - self.applied)

    def undo(self, number: int, who: str = WHO) -> Merge:
        """Take a merge back."""
        return self.write(lambda engine: engine.people.undo_merge(self.datamart, number, who))

    def merges(self, who: Identifier | str) -> Sequence[Merge]:
        """Return the merges that a person's points had a part in."""
        return self.read(lambda engine: engine.people.merges(self.datamart, who))

    def erase(self, who: Identifier | str) -> Tombstone:
        """Erase a person."""
        return self.write(lambda engine: engine.people.erase(self.datamart, who, WHO))

    def associate(self, identifiers: Sequence[Identifier]) -> UserPoint:
        """Declare that identifiers are one person's."""
        return self.write(lambda engine: engine.people.associate(self.datamart, identifiers, WHO))

    def put_choice(self, who: Identifier | str, choice: NewChoice) -> Choice:
        """Record a choice."""
        return self.write(lambda engine: engine.choices.put(self.datamart, who, choice, WHO))

    def _work_in(self, size: int, *, die: bool = False) -> None:
        done = self.database.submit_write(lambda it: self._apply(it, size, die=die))
        self.applied = done.result()

    def send(self, *bodies: Body) -> None:
        """Acknowledge activities and work them in."""
        self.log(bodies)
        self.catch_up()

    def _apply(self, connection: Connection, limit: int, *, die: bool) -> int:
        found, last = ActivityLog(connection).after(self.datamart.id, self.applied, limit)
        apply(connection, self.datamart, found)
        if die:
            raise CrashError
        return last

    def timeline(
        self, who: Identifier | str, first: int = 0, limit: int = 100, **wanted: Any
    ) -> Sequence[Any]:
        """Return the activities of a person, newest first."""
        return self.read(
            lambda engine: engine.people.timeline(
                self.datamart, who, TimelineFilter(**wanted), first=first, limit=limit
            )
        ).items

    def person(self, who: Identifier | str) -> str:
        """Return the id of the user point that stands for a person."""
        return self.read(lambda engine: engine.people.find(self.datamart, who)).id

    def identifiers(self, who: Identifier | str) -> frozenset[Identifier]:
        """Return all identifiers of a person."""
        found = self.read(lambda engine: engine.people.identifiers(self.datamart, who))
        return frozenset(one.identifier for one in found)

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def log_text(self) -> str:
        """Return every body that is in the log."""
        found, _ = self.database.submit_read(
            lambda it: ActivityLog(it).after(self.datamart.id, 0, 10_000)
        ).result()
        return json.dumps([one.body for one in found])
