"""A ledger of credits: granted by plans, debited for work, refunded where it came to nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bellwether.engine.credits.store import CreditStore, Entry, Row
from bellwether.kit.clock import Clock
from bellwether.kit.ids import new_id
from bellwether.model.credits import Balance, EntryKind, Usage
from bellwether.model.errors import CreditsExhaustedError, InvalidInputError
from bellwether.model.tenants import Plan, Scope

HISTORY = timedelta(days=30)
"""How far back the usage history goes."""

HISTORY_ROWS = 500
"""How many calls the usage history shows at most, the newest."""

_RETRY_AFTER_S = 86_400
_LARGEST_GRANT = 1_000_000_000_000


class CreditService:
    """What each environment of a workspace may spend."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._clock = clock
        self._store = CreditStore(connection)

    def debit(
        self,
        scope: Scope,
        plan: Plan,
        references: Sequence[str],
        *,
        each: int,
        endpoint: str,
        request_id: str,
    ) -> None:
        """Take `each` credits for every reference (a tracker's id, say), all or nothing.

        One reference may be paid for again on a later occasion. CreditsExhaustedError when the
        credits do not suffice; nothing is taken then. Exact under concurrency.
        """
        if not references:
            return
        now = self._clock.now()
        free = plan.credits is None
        needed = each * len(references)
        row = self._open(scope, plan, now)
        if free:
            self._store.use_freely(scope, needed)
        elif not self._store.take(scope, needed):
            raise CreditsExhaustedError(
                f"Not enough credits: {needed} needed, {row.credits} available",
                retry_after=_RETRY_AFTER_S,
            )
        self._store.add(
            [
                Entry(
                    id=new_id(),
                    scope=scope,
                    at=now,
                    kind=EntryKind.DEBIT,
                    amount=-each,
                    endpoint=endpoint,
                    reference=reference,
                    occasion=now.isoformat(),
                    request_id=request_id,
                    free=free,
                )
                for reference in references
            ]
        )

    def refund(self, last_successes: Mapping[str, datetime | None]) -> int:
        """Give back what was last debited for each reference, and return for how many.

        Each comes with the instant it last succeeded, if ever: what has succeeded since it was
        paid for is not refunded, nor is anything twice. References never paid for are ignored.
        """
        refunds: list[Entry] = []
        now = self._clock.now()
        for debit in self._store.newest_debits(list(last_successes)):
            success = last_successes[debit.reference]
            if success is not None and success >= debit.at:
                continue
            refunds.append(
                debit._replace(id=new_id(), at=now, kind=EntryKind.REFUND, amount=-debit.amount)
            )
        made = self._store.add_once(refunds)
        self._store.give_back([refund for refund in refunds if refund.id in made])
        return len(made)

    def grant(self, scope: Scope, plan: Plan, amount: int) -> Balance:
        """Add credits by hand; InvalidInputError (`amount`) below 1 or beyond a trillion."""
        if not 1 <= amount <= _LARGEST_GRANT:
            raise InvalidInputError(f"an amount is 1 to {_LARGEST_GRANT:,} credits", field="amount")
        now = self._clock.now()
        self._open(scope, plan, now)
        self._store.give(scope, amount, by_plan=False)
        self._store.add(
            [_grant(scope, now, amount, origin="bellwether credits grant", reference=new_id())]
        )
        return self.balance(scope, plan)

    def balance(self, scope: Scope, plan: Plan) -> Balance:
        """Return what a scope has, counting what its plan would grant it at its next use."""
        row = self._store.row(scope) or Row(credits=0, granted=0, given=0, used_free=0)
        used = row.given - row.credits
        if plan.credits is None:
            return Balance(total=None, used=used + row.used_free, available=None)
        more = max(0, plan.credits - row.granted)
        return Balance(total=row.given + more, used=used, available=row.credits + more)

    def history(self, scope: Scope) -> Sequence[Usage]:
        """Return what calls of the last 30 days cost or were given back, newest first.

        At most `HISTORY_ROWS`.
        """
        return self._store.usage(scope, self._clock.now() - HISTORY, HISTORY_ROWS)

    def _open(self, scope: Scope, plan: Plan, now: datetime) -> Row:
        """Return the scope's row, kept from others, after its plan has granted what it owes."""
        row = self._store.locked_row(scope)
        owed = (plan.credits or 0) - row.granted
        if owed <= 0:
            return row
        self._store.give(scope, owed, by_plan=True)
        granted = _grant(
            scope,
            now,
            owed,
            origin=f"plan {plan.name}",
            reference=scope.workspace_id,
            occasion=f"{scope.environment} {plan.credits}",
        )
        self._store.add([granted])
        return row._replace(
            credits=row.credits + owed, granted=row.granted + owed, given=row.given + owed
        )


def _grant(
    scope: Scope, at: datetime, amount: int, *, origin: str, reference: str, occasion: str = ""
) -> Entry:
    return Entry(
        id=new_id(),
        scope=scope,
        at=at,
        kind=EntryKind.GRANT,
        amount=amount,
        endpoint=origin,
        reference=reference,
        occasion=occasion,
        request_id=None,
        free=False,
    )
