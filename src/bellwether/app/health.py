"""Whether this process works, and what is dead when it does not."""

import asyncio

from bellwether.app.units import Units
from bellwether.dialects.framework.services import Health
from bellwether.jobs.supervisor import RoleHealth, Supervisor
from bellwether.model.errors import BellwetherError

BEAT_SECONDS = 5.0
_STORE_SECONDS = 2.0


class HealthBoard:
    """Asks the store, and looks at when each loop last completed a pass."""

    def __init__(self, units: Units, supervisor: Supervisor, *, api: bool) -> None:
        self._units = units
        self._supervisor = supervisor
        self._api = api

    async def health(self) -> Health:
        """Return the state of the store and of this process's roles, within seconds."""
        store = await self._store()
        roles = {"api": "ok"} if self._api else {}  # the api is what answers here
        roles.update({role.name: _state(role) for role in self._supervisor.health()})
        ok = store == "ok" and all(state == "ok" for state in roles.values())
        return Health(ok=ok, store=store, roles=roles)

    async def _store(self) -> str:
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                # A write of nothing: it waits for the writer, and costs no flush.
                await self._units.write(lambda _: None)
        except TimeoutError:
            return f"no answer in {_STORE_SECONDS:.0f} s"
        except BellwetherError as error:
            return error.message
        except Exception as error:  # noqa: BLE001  whatever ails the store, it is what is asked for
            return f"{type(error).__name__}: {error}"
        return "ok"


def _state(role: RoleHealth) -> str:
    if not role.running:
        return role.last_error or "not running"
    return "ok" if role.silent_s < BEAT_SECONDS else f"no beat for {role.silent_s:.0f} s"
