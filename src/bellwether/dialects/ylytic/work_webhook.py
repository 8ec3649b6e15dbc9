"""What the routes of the webhook ask of the engine, each in one unit of work."""

from collections.abc import Callable
from typing import Final

from bellwether.dialects.ylytic.parse import DIALECT
from bellwether.engine.facade import Engine
from bellwether.model.errors import NotFoundError
from bellwether.model.tenants import Principal
from bellwether.model.webhooks import Endpoint, EndpointChanges, EndpointState, EventType

EVENTS: Final = (EventType.RUN_SUCCEEDED, EventType.RUN_FAILED, EventType.TRACKER_EXPIRED)
"""What a webhook of this dialect is told."""

_NAME = "Ylytic webhook"


def keep_webhook(url: str) -> Callable[[Engine, Principal], tuple[Endpoint, str | None]]:
    """Point the webhook at a URL, and make it where there is none: then its secret is returned.

    One that was paused or disabled is told again.
    """

    def work(engine: Engine, principal: Principal) -> tuple[Endpoint, str | None]:
        known = _webhook(engine, principal)
        if known is None:
            made = engine.webhooks.create(
                principal.scope, url=url, name=_NAME, events=EVENTS, dialect=DIALECT
            )
            return made.endpoint, made.secret
        changes = EndpointChanges(url=url, state=EndpointState.ACTIVE)
        return engine.webhooks.update(principal.scope, known.id, changes), None

    return work


def find_webhook(engine: Engine, principal: Principal) -> Endpoint:
    """Return the webhook, else NotFoundError."""
    known = _webhook(engine, principal)
    if known is None:
        raise NotFoundError("There is no webhook")
    return known


def drop_webhook(engine: Engine, principal: Principal) -> None:
    """Forget the webhook, else NotFoundError."""
    engine.webhooks.delete(principal.scope, find_webhook(engine, principal).id)


def _webhook(engine: Engine, principal: Principal) -> Endpoint | None:
    """Return the oldest endpoint of this dialect; others were made through the native API."""
    page = engine.webhooks.list_endpoints(principal.scope, dialect=DIALECT, limit=1)
    return page.items[0] if page.items else None
