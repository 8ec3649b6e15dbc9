"""What people did about contents, as counted from activities."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.native import wire_activities as wire
from bellwether.dialects.native.parse import check_id, read_platform, read_when
from bellwether.engine.facade import Engine
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.people import ContentDay
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.tenants import Principal


@dataclass(frozen=True, slots=True)
class _Asked:
    platform: Platform
    id: str
    start: date | None
    end: date | None


def _read(query: wire.ActivitiesQuery) -> _Asked:
    start = None if query.from_ is None else read_when(query.from_, "from").date()
    end = None if query.to is None else read_when(query.to, "to", end=True).date()
    if start is not None and end is not None and start > end:
        raise InvalidInputError("from is later than to", field="from")
    return _Asked(read_platform(query.platform), check_id(query.id), start, end)


def _count(asked: _Asked) -> Callable[[Engine, Principal], tuple[str, Sequence[ContentDay]]]:
    """Count by our id or the platform's; a content need not be tracked."""

    def work(engine: Engine, principal: Principal) -> tuple[str, Sequence[ContentDay]]:
        try:
            found = engine.catalog.find_subject(
                principal.scope, asked.platform, asked.id, SubjectKind.CONTENT
            ).external_id
        except NotFoundError:
            found = asked.id
        days = engine.people.content_days(
            principal.scope, asked.platform, found, start=asked.start, end=asked.end
        )
        return found, days

    return work


def _render(
    asked: _Asked, external_id: str, days: Sequence[ContentDay], *, complete: bool
) -> wire.ActivitiesAnswer:
    return wire.ActivitiesAnswer(
        platform=asked.platform.value,
        external_id=external_id,
        complete=complete,
        total=wire.ActivityCounts(
            clicks=sum(one.clicks for one in days),
            conversions=sum(one.conversions for one in days),
        ),
        data=[
            wire.ActivityDay(clicks=one.clicks, conversions=one.conversions, day=one.day)
            for one in days
        ],
    )


async def _activities(call: Call[None, wire.ActivitiesQuery]) -> Reply:
    asked = _read(call.query)
    datamarts = await call.read(lambda engine, one: engine.datamarts.list(one.scope))
    settle = call.services.activities.settle
    complete = await asyncio.gather(*[settle(one.id) for one in datamarts])
    external_id, days = await call.read(_count(asked))
    return Reply(_render(asked, external_id, days, complete=all(complete)))


ACTIVITIES: Sequence[Operation] = (
    Operation(
        method="GET",
        path="/api/v1/activities",
        name="activities",
        handler=_activities,
        summary="Count clicks and conversions of one content by day",
        query=wire.ActivitiesQuery,
        answers={200: wire.ActivitiesAnswer},
    ),
)
