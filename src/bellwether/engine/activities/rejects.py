"""Bad rows: activities that were refused, kept for a while with the reason."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.activities.store_rejects import RejectStore
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.ids import new_id
from bellwether.model.activities import BadRow
from bellwether.model.errors import BellwetherError, NotFoundError

KEPT = timedelta(days=7)
MOST = 10_000
MOST_BYTES = 64 * 1024 * 1024
BODY_BYTES = 256 * 1024
"""Bad rows of a datamart are kept for so long, so many, so much of them, and so much of each."""

_FIELD_LENGTH = 400


class RejectService:
    """Bad rows on one transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._clock = clock
        self._store = RejectStore(connection)

    def add(self, rows: Sequence[tuple[BadRow, str]]) -> None:
        """Keep bad rows, each with the id of the key it came with."""
        self._store.add(rows)

    def list(self, datamart_id: int, *, offset: int, limit: int) -> tuple[Sequence[BadRow], int]:
        """Return bad rows, the newest first, and how many there are in all."""
        return self._store.page(datamart_id, offset, limit), self._store.count(datamart_id)

    def find(self, datamart_id: int, row_id: str) -> BadRow:
        """Return a bad row, else NotFoundError."""
        found = self._store.find(datamart_id, row_id)
        if found is None:
            raise NotFoundError("there is no such bad row", field="id")
        return found[0]

    def remove(self, datamart_id: int, row_id: str) -> None:
        """Forget a bad row that was taken after all, else NotFoundError."""
        self._store.remove(self.find(datamart_id, row_id).id)

    def prune(self) -> int:
        """Forget those that are too old or too many; return how many."""
        before = to_micros(self._clock.real_now() - KEPT)
        return self._store.prune(before, MOST, MOST_BYTES)


def make_bad_row(
    datamart_id: int,
    raw: bytes,
    error: BellwetherError,
    clock: Clock,
    *,
    source: str = "request",
    seq: int | None = None,
) -> BadRow:
    """Return what is kept of an activity that was refused: the first of its bytes, as text."""
    return BadRow(
        id=new_id(),
        datamart_id=datamart_id,
        received_at=clock.real_now(),
        source=source,
        code=error.code,
        reason=error.message,
        field=None if error.field is None else error.field[:_FIELD_LENGTH],
        body=raw[:BODY_BYTES].decode("utf-8", "surrogateescape"),
        seq=seq,
    )
