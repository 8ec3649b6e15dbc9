"""Fetching the numbers of live accounts by themselves, once a day, each with its own access."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from bellwether.engine.publishing.refreshing import Refresher
from bellwether.engine.publishing.store_refresh import RefreshStore
from bellwether.kit.clock import Clock, to_micros
from bellwether.model.errors import BellwetherError
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

EVERY = timedelta(days=1)
_AGAIN = timedelta(hours=1)
_PORTION = 20
_POLL_S = 30.0


class Watch:
    """Refreshes accounts when they are due; any number may work on one store."""

    def __init__(self, database: Database, clock: Clock, refresher: Refresher) -> None:
        self._database = database
        self._clock = clock
        self._refresher = refresher

    async def run(self, stop: asyncio.Event) -> None:
        """Look for accounts that are due until told to stop."""
        while not stop.is_set():
            try:
                done = await self.step()
            except BellwetherError as error:
                _log.warning("accounts are not refreshed now", error=str(error))
                done = 0
            if not done:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _POLL_S)

    async def step(self) -> int:
        """Refresh some accounts that are due, and return how many were taken.

        One that is taken is due again in an hour, should this process die, and in a day once its
        numbers are in.
        """
        now = self._clock.now()

        def take(connection: Connection) -> Sequence[tuple[Scope, str]]:
            taken = RefreshStore(connection).due(to_micros(now), to_micros(now + _AGAIN), _PORTION)
            return [
                (Scope(row.workspace_id, Environment(row.environment)), row.id) for row in taken
            ]

        taken = await write(self._database, take)
        done = [await self._refresh(scope, account_id) for scope, account_id in taken]
        fine = [account_id for account_id in done if account_id is not None]
        if fine:
            later = to_micros(now + EVERY)
            await write(
                self._database,
                lambda connection: RefreshStore(connection).put_off(fine, later),
            )
        return len(taken)

    async def _refresh(self, scope: Scope, account_id: str) -> str | None:
        found = await self._refresher.account(scope, account_id)
        for failed in found.failed_accounts:
            _log.info("an account is not read", account=account_id, error=failed.message)
        return None if found.failed_accounts else account_id
