"""The SQL of kept answers. Statements are built once: compiling them costs more than running."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from bellwether.engine.tenants.tables_answers import answers
from bellwether.kit.clock import to_micros
from bellwether.model.answers import Answer, Ticket
from bellwether.model.errors import KeyBusyError
from bellwether.model.tenants import Scope

_LOCK_TIMEOUT = "55P03"
_PLACE = (answers.c.workspace_id, answers.c.environment, answers.c.key)
_HERE = (
    answers.c.workspace_id == bindparam("in_workspace"),
    answers.c.environment == bindparam("in_environment"),
    answers.c.key == bindparam("of_key"),
)


def _claim(insert: Any) -> Any:
    # Of two transactions that insert one key, the second waits for the end of the first. A row
    # that is too old is as good as none.
    new = insert(answers).values(
        workspace_id=bindparam("in_workspace"),
        environment=bindparam("in_environment"),
        key=bindparam("of_key"),
        digest=bindparam("new_digest"),
        status=0,
        headers="{}",
        body=b"",
        sealed=False,
        created_at=bindparam("now"),
    )
    return new.on_conflict_do_update(
        index_elements=_PLACE,
        set_={"digest": new.excluded.digest, "created_at": new.excluded.created_at},
        where=answers.c.created_at < bindparam("oldest"),
    ).returning(answers.c.status)


_CLAIM = {"sqlite": _claim(sqlite.insert), "postgresql": _claim(postgresql.insert)}
_FIND = select(
    answers.c.digest, answers.c.status, answers.c.headers, answers.c.body, answers.c.sealed
).where(*_HERE, answers.c.created_at >= bindparam("oldest"))
_KEEP = (
    update(answers)
    .where(*_HERE)
    .values(
        status=bindparam("new_status"),
        headers=bindparam("new_headers"),
        body=bindparam("new_body"),
        sealed=bindparam("is_sealed"),
    )
)
_OLD = (
    select(*_PLACE)
    .where(answers.c.created_at < bindparam("oldest"))
    .order_by(answers.c.created_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # PostgreSQL: whoever trims waits for nobody
)
_TRIM = delete(answers).where(tuple_(*_PLACE).in_(_OLD))
_PATIENT = text("SELECT set_config('lock_timeout', :patience, true)")
_USUAL = text("SET LOCAL lock_timeout TO DEFAULT")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer, and the digest of what was asked."""

    digest: str
    answer: Answer


class AnswerStore:
    """Reads and writes kept answers on one transaction; bodies of secret ones are sealed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, scope: Scope, key: str, oldest: datetime) -> Kept | None:
        """Find an answer that is not older than `oldest`."""
        place = {**_place(scope, key), "oldest": to_micros(oldest)}
        row = self._connection.execute(_FIND, place).one_or_none()
        if row is None:
            return None
        headers = msgspec.json.decode(row.headers, type=dict[str, str])
        return Kept(row.digest, Answer(row.status, headers, bytes(row.body), row.sealed))

    def claim(
        self, scope: Scope, ticket: Ticket, now: datetime, oldest: datetime, patience: timedelta
    ) -> bool:
        """Take a place that is free, or whose answer is too old; False when there is an answer."""
        values = {
            **_place(scope, ticket.key),
            "new_digest": ticket.digest,
            "now": to_micros(now),
            "oldest": to_micros(oldest),
        }
        kind = self._connection.dialect.name
        if kind == "sqlite":  # its writers are alone in any case
            return self._connection.execute(_CLAIM[kind], values).one_or_none() is not None
        milliseconds = str(int(patience.total_seconds() * 1000))
        self._connection.execute(_PATIENT, {"patience": milliseconds})
        try:
            taken = self._connection.execute(_CLAIM[kind], values).one_or_none()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_TIMEOUT:
                raise
            raise KeyBusyError(
                "A request with this Idempotency-Key is still being worked on",
                field="Idempotency-Key",
                retry_after=1,
            ) from error
        self._connection.execute(_USUAL)
        return taken is not None

    def keep(self, scope: Scope, key: str, answer: Answer) -> None:
        """Write the answer to the place that was taken."""
        self._connection.execute(
            _KEEP,
            {
                **_place(scope, key),
                "new_status": answer.status,
                "new_headers": msgspec.json.encode(answer.headers).decode(),
                "new_body": answer.body,
                "is_sealed": answer.secret,
            },
        )

    def trim(self, oldest: datetime, most: int) -> None:
        """Remove some of what is older than `oldest`, the oldest first."""
        self._connection.execute(_TRIM, {"oldest": to_micros(oldest), "most": most})


def _place(scope: Scope, key: str) -> dict[str, object]:
    return {
        "in_workspace": scope.workspace_id,
        "in_environment": scope.environment.value,
        "of_key": key,
    }
