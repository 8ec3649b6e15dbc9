"""Taking accounts that have something due, and letting go of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from bellwether.engine.publishing.accesses import access_of
from bellwether.engine.publishing.outcomes import Act, ClaimedAccount, Lane, Stage
from bellwether.engine.publishing.store_claims import ClaimStore
from bellwether.kit.clock import Clock, from_micros, opt_instant, to_micros
from bellwether.kit.sealing import SealBrokenError, Sealer
from bellwether.model.platforms import Platform
from bellwether.model.posts import ActState
from bellwether.model.publishers import Access
from bellwether.model.tenants import Environment, Scope

_log = structlog.get_logger(__name__)

_ACTS_EACH = 50
_ROWS_AN_ACCOUNT = 4


def due_lanes(connection: Connection, clock: Clock) -> Sequence[Lane]:
    """Return the lanes in which something is due."""
    found = ClaimStore(connection).lanes(to_micros(clock.now()))
    return [Lane(Environment(environment), Platform(platform)) for environment, platform in found]


def claim(
    connection: Connection,
    clock: Clock,
    sealer: Sealer,
    limits: Mapping[Lane, int],
    *,
    token: str,
    lease: timedelta,
) -> Sequence[ClaimedAccount]:
    """Take up to so many accounts of each lane, each with the acts it has due."""
    store = ClaimStore(connection)
    now, real_now = to_micros(clock.now()), to_micros(clock.real_now())
    wanted: list[str] = []
    for lane, limit in sorted(limits.items()):
        place = (lane.environment.value, lane.platform.value)
        wanted += store.due(place, now, real_now, limit * _ROWS_AN_ACCOUNT)[:limit]
    if not wanted:
        return []
    lease_until = to_micros(clock.real_now() + lease)
    accounts = store.claim(wanted, real_now, token, lease_until)
    acts: dict[str, list[Act]] = {row.id: [] for row in accounts}
    for row in store.acts(list(acts), now, _ACTS_EACH):
        acts[row.account_id].append(act_of(row))
    return [
        ClaimedAccount(
            id=row.id,
            token=token,
            scope=Scope(row.workspace_id, Environment(row.environment)),
            platform=Platform(row.platform),
            access=_access(row, sealer),
            acts=tuple(acts[row.id]),
        )
        for row in accounts
    ]


def renew(
    connection: Connection, clock: Clock, held: Iterable[ClaimedAccount], lease: timedelta
) -> None:
    """Lengthen the lease of what is still held."""
    lease_until = to_micros(clock.real_now() + lease)
    for token, ids in _by_token(held).items():
        ClaimStore(connection).renew(ids, token, lease_until)


def release(connection: Connection, held: Iterable[ClaimedAccount]) -> None:
    """Let others have what is still held."""
    for token, ids in _by_token(held).items():
        ClaimStore(connection).release(ids, token)


def act_of(row: Row[Any]) -> Act:
    """Return the act of a row."""
    return Act(
        id=row.id,
        revision=row.revision,
        scope=Scope(row.workspace_id, Environment(row.environment)),
        platform=Platform(row.platform),
        account_id=row.account_id,
        kind=row.kind,
        state=ActState(row.state),
        stage=Stage(row.stage),
        body=json.loads(row.body),
        scheduled_at=opt_instant(row.scheduled_at),
        shown_at=from_micros(row.shown_at),
        due_at=opt_instant(row.due_at),
        tries=row.tries,
        sends=row.sends,
        prepared=None if row.prepared is None else json.loads(row.prepared),
        sent_at=opt_instant(row.sent_at),
        sent_real=opt_instant(row.sent_real),
        social_id=row.social_id,
        url=row.url,
        content_id=row.content_id,
        error=row.error,
        finished_at=opt_instant(row.finished_at),
    )


def _access(row: Row[Any], sealer: Sealer) -> Access | None:
    try:
        return access_of(row, sealer)
    except SealBrokenError as error:
        _log.error("an account's token cannot be opened", account=row.id, error=str(error))
        return None


def _by_token(held: Iterable[ClaimedAccount]) -> Mapping[str, list[str]]:
    tokens: dict[str, list[str]] = {}
    for account in held:
        tokens.setdefault(account.token, []).append(account.id)
    return {token: sorted(ids) for token, ids in tokens.items()}
