"""Answers kept so that a write which is sent again is done once."""

from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.tenants.store_answers import AnswerStore, Kept
from bellwether.kit.clock import Clock
from bellwether.model.answers import Answer, Ticket
from bellwether.model.errors import KeyReusedError
from bellwether.model.tenants import Scope

_PATIENCE = timedelta(seconds=10)
_TRIMMED = 20  # old answers removed with each that is kept: more than one, so that they run out


class AnswerService:
    """Answers by the key that a caller sent, within a scope."""

    def __init__(
        self, connection: Connection, clock: Clock, *, patience: timedelta = _PATIENCE
    ) -> None:
        self._store = AnswerStore(connection)
        self._clock = clock
        self._patience = patience

    def find(self, scope: Scope, ticket: Ticket) -> Answer | None:
        """Return what was answered before; KeyReusedError when something else was asked."""
        oldest = self._clock.real_now() - ticket.keep_for
        return _same(self._store.find(scope, ticket.key, oldest), ticket)

    def claim(self, scope: Scope, ticket: Ticket) -> Answer | None:
        """Return what was answered before, or None: then the work is this transaction's to do.

        A transaction that has claimed the same key is waited for, KeyBusyError when that takes too
        long. Who gets None calls `keep` before the end, or raises. KeyReusedError as `find`.
        """
        now = self._clock.real_now()
        oldest = now - ticket.keep_for
        if self._store.claim(scope, ticket, now, oldest, self._patience):
            return None
        return _same(self._store.find(scope, ticket.key, oldest), ticket)

    def keep(self, scope: Scope, ticket: Ticket, answer: Answer) -> None:
        """Keep the answer to what was claimed, and remove a few that are too old."""
        self._store.keep(scope, ticket.key, answer)
        self._store.trim(self._clock.real_now() - ticket.keep_for, _TRIMMED)


def _same(kept: Kept | None, ticket: Ticket) -> Answer | None:
    if kept is None:
        return None
    if kept.digest != ticket.digest:
        raise KeyReusedError(
            "This Idempotency-Key was sent with another request; use a new one",
            field="Idempotency-Key",
        )
    return kept.answer
