"""What the routes of this dialect ask of the engine, each in one unit of work.

Reads and writes about people first wait until what was acknowledged before them is worked in, so
that whoever writes and then reads sees what he wrote.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from bellwether.dialects.framework.operations import Call, Reply
from bellwether.dialects.mediarithmics.selectors import read_datamart_id
from bellwether.engine.facade import Engine
from bellwether.model.activities import Datamart
from bellwether.model.errors import UnavailableError
from bellwether.model.tenants import Principal

T = TypeVar("T")
Work = Callable[[Engine, Datamart, Principal], T]

LAGGING = "Bellwether-Lagging"
"""The header of an answer that does not show everything that was sent before it."""

_RETRY_S = 5


async def read(call: Call[Any, Any], work: Work[T]) -> T:
    """Do `work` on the datamart of the path; NotFoundError when the caller has none such."""
    return await call.read(_within(call, work))


async def read_settled(call: Call[Any, Any], work: Work[T], render: Callable[[T], Any]) -> Reply:
    """Answer with what `work` reads once the pipeline is as far as the log was.

    When that takes too long the answer says so in a header.
    """
    settled = await _settle(call)
    found = await read(call, work)
    return Reply(render(found), headers={} if settled else {LAGGING: "true"})


async def write_settled(call: Call[Any, Any], work: Work[T], render: Callable[[T], Any]) -> Reply:
    """Answer with what `work` writes once the pipeline is as far as the log was.

    UnavailableError when that takes too long: what was sent before would come after it.
    """
    if not await _settle(call):
        raise UnavailableError(
            "Activities that were sent before are still being worked in", retry_after=_RETRY_S
        )
    return await write(call, work, render)


async def write(call: Call[Any, Any], work: Work[T], render: Callable[[T], Any]) -> Reply:
    """Answer with what `work` writes."""
    return await call.write(_within(call, work), lambda done: Reply(render(done)))


async def _settle(call: Call[Any, Any]) -> bool:
    datamart = await read(call, lambda _engine, datamart, _principal: datamart)
    return await call.services.activities.settle(datamart.id)


def _within(call: Call[Any, Any], work: Work[T]) -> Callable[[Engine, Principal], T]:
    datamart_id = read_datamart_id(call.path["datamartId"])

    def found(engine: Engine, principal: Principal) -> T:
        datamart = engine.datamarts.find(principal.scope, datamart_id)
        return work(engine, datamart, principal)

    return found
