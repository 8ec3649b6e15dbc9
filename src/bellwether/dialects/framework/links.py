"""Links in a request: resolved, with short ones followed, and paid for out of the key's rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bellwether.dialects.framework.operations import Call
from bellwether.engine.facade import Engine
from bellwether.model.errors import RateLimitedError
from bellwether.model.refs import Resolved
from bellwether.model.tenants import Environment, Principal


@dataclass(frozen=True, slots=True)
class Links:
    """What each link names, in order. `refused`: short ones were not followed, for this reason."""

    resolved: Sequence[Resolved]
    call: Call[Any, Any]
    refused: RateLimitedError | None = None

    def pay(self, engine: Engine, principal: Principal) -> None:
        """Take a call and its links out of the key's windows; RateLimitedError when used up.

        Called after the work in the same transaction, so that an error which waiting cannot cure
        is told first, and a refused request changes nothing.
        """
        if self.refused is not None:
            raise self.refused
        self.call.rates = engine.tenants.spend_rate(principal, _price(self.resolved))


async def resolve_links(call: Call[Any, Any], urls: Sequence[str]) -> Links:
    """Resolve links before any transaction.

    Short ones are followed only for a caller with good credentials, and not when the rates are
    used up already; in the sandbox nobody outside is asked.
    """
    resolver = call.services.resolver
    resolved = await resolver.resolve_many(urls, unshorten=False)
    if not any(one.ref is not None and one.ref.needs_unshortening for one in resolved):
        return Links(resolved, call)
    principal = await call.authenticate()
    refused = await _would_refuse(call, resolved)
    if refused is not None:
        return Links(resolved, call, refused)
    simulate = principal.scope.environment is Environment.SANDBOX
    return Links(await resolver.resolve_many(urls, simulate=simulate), call)


async def _would_refuse(
    call: Call[Any, Any], resolved: Sequence[Resolved]
) -> RateLimitedError | None:
    price = _price(resolved)
    try:
        await call.attempt(lambda engine, principal: engine.tenants.spend_rate(principal, price))
    except RateLimitedError as error:
        return error
    return None


def _price(resolved: Sequence[Resolved]) -> dict[str, int]:
    return {"calls": 1, "videos": len(resolved)}
