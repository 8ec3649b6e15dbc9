"""Answers kept so that a write which is sent again is done once."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.tenants.store_answers import AnswerStore, Kept
from bellwether.kit.clock import Clock
from bellwether.kit.sealing import SealBrokenError, Sealer
from bellwether.model.answers import Answer, Ticket
from bellwether.model.errors import KeyReusedError, UnavailableError
from bellwether.model.tenants import Scope

_PATIENCE = timedelta(seconds=10)
_TRIMMED = 20  # old answers removed with each that is kept: more than one, so that they run out


class AnswerService:
    """Answers by the key that a caller sent, within a scope."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        sealer: Sealer | None = None,
        *,
        patience: timedelta = _PATIENCE,
    ) -> None:
        self._store = AnswerStore(connection)
        self._clock = clock
        self._sealer = sealer
        self._patience = patience

    def find(self, scope: Scope, ticket: Ticket) -> Answer | None:
        """Return what was answered before; KeyReusedError when something else was asked."""
        oldest = self._clock.real_now() - ticket.keep_for
        return self._same(self._store.find(scope, ticket.key, oldest), ticket)

    def claim(self, scope: Scope, ticket: Ticket) -> Answer | None:
        """Return what was answered before, or None: then the work is this transaction's to do.

        A transaction that has claimed the same key is waited for, KeyBusyError when that takes too
        long. Who gets None calls `keep` before the end, or raises. KeyReusedError as `find`.
        """
        now = self._clock.real_now()
        oldest = now - ticket.keep_for
        if self._store.claim(scope, ticket, now, oldest, self._patience):
            return None
        return self._same(self._store.find(scope, ticket.key, oldest), ticket)

    def keep(self, scope: Scope, ticket: Ticket, answer: Answer) -> None:
        """Keep the answer to what was claimed, and remove a few that are too old."""
        if answer.secret:
            sealed = self._opener().seal(answer.body.decode()).encode()
            answer = replace(answer, body=sealed)
        self._store.keep(scope, ticket.key, answer)
        self._store.trim(self._clock.real_now() - ticket.keep_for, _TRIMMED)

    def _same(self, kept: Kept | None, ticket: Ticket) -> Answer | None:
        if kept is None:
            return None
        if kept.digest != ticket.digest:
            raise KeyReusedError(
                "This Idempotency-Key was sent with another request; use a new one",
                field="Idempotency-Key",
            )
        if not kept.answer.secret:
            return kept.answer
        try:
            body = self._opener().open(kept.answer.body.decode())
        except SealBrokenError as error:
            raise UnavailableError(f"the kept answer cannot be read: {error}") from error
        return replace(kept.answer, body=body.encode())

    def _opener(self) -> Sealer:
        if self._sealer is None:
            raise UnavailableError("an answer with a secret needs a key to seal it with")
        return self._sealer
