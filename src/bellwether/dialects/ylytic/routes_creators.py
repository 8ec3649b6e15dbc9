"""Routes of tracked creators, and of the counters over everything."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.links import resolve_links
from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.ylytic import parse, wire, work
from bellwether.dialects.ylytic.render import render_creator, render_creators, render_insights
from bellwether.model.errors import LimitExceededError, RateLimitedError
from bellwether.model.requests import NamedFilter
from bellwether.model.tracking import Aspect

_CREATORS = "/ylytic/api/v1/rt_tracking/creators"
_CREATOR = f"{_CREATORS}/{{handle}}"


async def _track(call: Call[wire.TrackCreatorRequest, None]) -> Reply:
    wanted = parse.name_creator(call.body)
    profile, stories = parse.read_new_terms(call.body), parse.read_new_stories(call.body)
    links = await resolve_links(call, [wanted.text])
    ref = parse.read_creator(wanted, links.resolved[0])
    reply = await call.write(
        work.track_creator(ref, links, profile, stories), lambda record: _shown(call, record)
    )
    call.services.wake()
    return reply


async def _list(call: Call[None, wire.TrackedCreatorsQuery]) -> Reply:
    wanted = parse.read_list(Aspect.PROFILE, call.query)
    found = await call.read(work.list_creators(wanted))
    return Reply(render_creators(found, wanted, call.services.clock.now()))


async def _get(call: Call[None, wire.ConnectorQuery]) -> Reply:
    record = await call.read(work.find_creator(_named(call, call.query.connector)))
    return _shown(call, record)


async def _change(call: Call[wire.UpdateCreatorRequest, wire.ConnectorQuery]) -> Reply:
    profile, stories = parse.read_terms(call.body), parse.read_stories(call.body)
    parse.check_said(profile, stories)
    wanted = _named(call, call.query.connector or call.body.connector)
    reply = await call.write(
        work.change_creator(wanted, profile, stories), lambda record: _shown(call, record)
    )
    call.services.wake()
    return reply


async def _delete(call: Call[None, wire.ConnectorQuery]) -> Reply:
    forget = work.forget(_named(call, call.query.connector))
    return await call.write(forget, lambda _: Reply(wire.YlyticDone()))


async def _insights(call: Call[None, None]) -> Reply:
    return Reply(render_insights(await call.read(work.find_insights)))


def _shown(call: Call[Any, Any], record: work.CreatorRecord) -> Reply:
    return Reply(render_creator(record, call.services.clock.now()))


def _named(call: Call[Any, Any], connector: str | None) -> NamedFilter:
    return parse.named(Aspect.PROFILE, call.path["handle"], connector)


CREATORS: Sequence[Operation] = (
    Operation(
        method="POST",
        path=_CREATORS,
        name="add-creator-tracking",
        handler=_track,
        summary="Start tracking a creator",
        description="A creator that is tracked already gets the schedule that is sent.",
        body=wire.TrackCreatorRequest,
        answers={200: wire.TrackedCreator},
        errors=(LimitExceededError, RateLimitedError),
    ),
    Operation(
        method="GET",
        path=_CREATORS,
        name="list-creator-trackings",
        handler=_list,
        summary="List the tracked creators, newest first",
        query=wire.TrackedCreatorsQuery,
        answers={200: wire.TrackedCreators},
    ),
    Operation(
        method="GET",
        path=_CREATOR,
        name="get-creator-tracking",
        handler=_get,
        summary="Read a tracked creator",
        query=wire.ConnectorQuery,
        answers={200: wire.TrackedCreator},
    ),
    Operation(
        method="PUT",
        path=_CREATOR,
        name="update-creator-tracking",
        handler=_change,
        summary="Change a creator's schedules, pause or resume them",
        body=wire.UpdateCreatorRequest,
        query=wire.ConnectorQuery,
        answers={200: wire.TrackedCreator},
    ),
    Operation(
        method="DELETE",
        path=_CREATOR,
        name="delete-creator-tracking",
        handler=_delete,
        summary="Stop and forget the tracking of a creator; what it recorded stays",
        query=wire.ConnectorQuery,
        answers={200: wire.YlyticDone},
    ),
    Operation(
        method="GET",
        path="/ylytic/api/v1/rt_tracking/insights",
        name="get-tracking-insights",
        handler=_insights,
        summary="Count the events of everything that is tracked",
        answers={200: wire.TrackingInsights},
    ),
)
