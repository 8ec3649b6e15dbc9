"""Whether this process and the store it works on are alive, and what is dead when they are not."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bellwether.app.settings import ROLES
from bellwether.dialects.framework.services import Health
from bellwether.jobs.heartbeats import Heartbeat, Heartbeats, Process
from bellwether.jobs.supervisor import RoleHealth
from bellwether.kit.clock import Clock
from bellwether.model.errors import BellwetherError
from bellwether.storage.database import Database, write

SILENT_S = 3.75
"""How long, in real seconds, no synthetic run may complete before a role counts as dead."""

_EVERY_S = 0.75
_EVERY_S_AT_FIRST = 0.2
_API = "api"


@dataclass(slots=True)
class _Seen:
    """What is known of one role of one process: its count of runs, and when it was last another."""

    beats: int
    changed_s: float | None = None


@dataclass(slots=True)
class _Store:
    """What is known of the store: when it last answered, and what it said instead since."""

    answered_s: float
    answered: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Local:
    """A role of this process: how its loop does, and why its last synthetic run failed if so."""

    health: RoleHealth
    error: str | None


class HealthBoard:
    """Looks at the store and at the heartbeats in it, again and again, and remembers.

    What is asked of it is answered from memory, so it answers also while the store hangs. A
    heartbeat counts when it is seen to advance: clocks of other machines have no say in it.
    """

    def __init__(self, database: Database, clock: Clock, process: Process) -> None:
        self._database = database
        self._clock = clock
        self._process = process
        self._store = _Store(time.monotonic())
        self._seen: Mapping[tuple[str, str], _Seen] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            await self.look()
            beating = {role for (_, role), seen in self._seen.items() if seen.changed_s}
            every_s = _EVERY_S if beating.issuperset(ROLES) else _EVERY_S_AT_FIRST
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)

    async def look(self) -> None:
        """Look once. A store that hangs is waited for; meanwhile what is known grows old."""
        try:
            found = await write(self._database, self._read)
        except BellwetherError as error:
            self._store.error = error.message
        except Exception as error:  # noqa: BLE001  whatever ails the store, it is what is asked for
            self._store.error = f"{type(error).__name__}: {error}"
        else:
            now_s = time.monotonic()
            self._store = _Store(now_s, answered=True)
            self._seen = {(one.process.id, one.role): self._advanced(one, now_s) for one in found}

    def health(self, local: Mapping[str, Local]) -> Health:
        """Return what is known now; `local` are this process's roles besides the api."""
        now_s = time.monotonic()
        store = _store_state(self._store, now_s)
        roles = {role: self._role(role, local.get(role), now_s) for role in ROLES}
        if store != "ok":
            # Whoever waits for the store is not what is dead.
            roles = {
                role: state if role == _API or _is_down(local.get(role)) else "waits for the store"
                for role, state in roles.items()
            }
        ok = store == "ok" and all(state == "ok" for state in roles.values())
        return Health(ok=ok, store=store, roles=roles)

    def _read(self, connection: Connection) -> Sequence[Heartbeat]:
        """Stamp the store, which shows that it can be written, and read who else did."""
        heartbeats = Heartbeats(connection, self._clock)
        heartbeats.begin(self._process, _API, self._process.id)
        heartbeats.stamp(self._process, _API, self._process.id)
        return heartbeats.all()

    def _advanced(self, beat: Heartbeat, now_s: float) -> _Seen:
        before = self._seen.get((beat.process.id, beat.role))
        if before is None:
            # What another process left behind may be old; what is ours is of this process's life.
            fresh = beat.beats > 0 and beat.process.id == self._process.id
            return _Seen(beat.beats, now_s if fresh else None)
        return before if beat.beats == before.beats else _Seen(beat.beats, now_s)

    def _role(self, role: str, mine: Local | None, now_s: float) -> str:
        if role == _API:
            return "ok"  # it is what answers here
        if mine is not None and _is_down(mine):
            return mine.health.last_error or "not running"
        seen = [
            one
            for (process, name), one in self._seen.items()
            if name == role and (mine is None or process == self._process.id)
        ]
        ages = [now_s - one.changed_s for one in seen if one.changed_s is not None]
        why = f" ({mine.error})" if mine is not None and mine.error else ""
        if ages:
            age = min(ages)
            return "ok" if age < SILENT_S else f"no synthetic run completed for {age:.0f} s{why}"
        if seen or mine is not None:
            return f"no synthetic run completed yet{why}"
        return "no process on this store has this role"


def _is_down(local: Local | None) -> bool:
    return local is not None and not local.health.running


def _store_state(store: _Store, now_s: float) -> str:
    if store.error is not None:
        return store.error
    silent_s = now_s - store.answered_s
    if silent_s >= SILENT_S:
        return f"no answer for {silent_s:.0f} s"
    return "ok" if store.answered else "not asked yet"
