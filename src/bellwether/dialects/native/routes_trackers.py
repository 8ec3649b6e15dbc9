"""Routes of trackers and their runs."""

from collections.abc import Sequence

from bellwether.dialects.framework.links import resolve_links
from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.native import wire
from bellwether.dialects.native.parse import read_changes, read_opt_platform, read_orders
from bellwether.dialects.native.render import (
    render_outcomes,
    render_runs,
    render_tracker,
    render_trackers,
)
from bellwether.dialects.native.work import Outcome, track_all
from bellwether.model.errors import (
    ConflictError,
    LimitExceededError,
    NotFoundError,
    RateLimitedError,
)
from bellwether.model.tracking import Aspect, TrackerState


async def _create(call: Call[wire.NewTrackers, None]) -> Reply:
    orders = read_orders(call.body, call.services.clock.now())
    links = await resolve_links(call, orders.urls)
    reply = await call.write(track_all(orders, links), _outcomes)
    call.services.wake()
    return reply


def _outcomes(outcomes: Sequence[Outcome]) -> Reply:
    rows = render_outcomes(outcomes)
    return Reply(rows, status=201 if any(row.status == "created" for row in rows.data) else 200)


async def _list(call: Call[None, wire.TrackersQuery]) -> Reply:
    query = call.query
    platform = read_opt_platform(query.platform)
    page = await call.read(
        lambda engine, principal: engine.tracking.list_trackers(
            principal.scope,
            platform=platform,
            aspect=None if query.aspect is None else Aspect(query.aspect),
            state=None if query.state is None else TrackerState(query.state),
            dialect=query.dialect,
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    return Reply(render_trackers(page))


async def _get(call: Call[None, None]) -> Reply:
    tracker = await call.read(
        lambda engine, principal: engine.tracking.get(principal.scope, call.path["id"])
    )
    return Reply(wire.TrackerAnswer(render_tracker(tracker)))


async def _change(call: Call[wire.TrackerPatch, None]) -> Reply:
    changes = read_changes(call.body, call.services.clock.now())
    reply = await call.write(
        lambda engine, principal: engine.tracking.update(
            principal.scope, call.path["id"], changes, principal.plan
        ),
        lambda tracker: Reply(wire.TrackerAnswer(render_tracker(tracker))),
    )
    call.services.wake()
    return reply


async def _delete(call: Call[None, None]) -> Reply:
    return await call.write(
        lambda engine, principal: engine.tracking.delete(principal.scope, call.path["id"]),
        lambda _: Reply(status=204),
    )


async def _run(call: Call[None, None]) -> Reply:
    reply = await call.write(
        lambda engine, principal: engine.tracking.run_now(principal.scope, call.path["id"]),
        lambda tracker: Reply(wire.TrackerAnswer(render_tracker(tracker)), status=202),
    )
    call.services.wake()
    return reply


async def _runs_of(call: Call[None, wire.PageQuery]) -> Reply:
    page = await call.read(
        lambda engine, principal: engine.tracking.list_runs(
            principal.scope,
            tracker_id=engine.tracking.get(principal.scope, call.path["id"]).id,
            limit=call.query.limit,
            cursor=call.query.cursor,
        )
    )
    return Reply(render_runs(page))


async def _runs(call: Call[None, wire.RunsQuery]) -> Reply:
    page = await call.read(
        lambda engine, principal: engine.tracking.list_runs(
            principal.scope,
            tracker_id=call.query.tracker_id,
            limit=call.query.limit,
            cursor=call.query.cursor,
        )
    )
    return Reply(render_runs(page))


TRACKERS: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/api/v1/trackers",
        name="create-trackers",
        handler=_create,
        summary="Track URLs or handles",
        description="One row a URL, in order; with `urls`, a bad one fails no other.",
        body=wire.NewTrackers,
        answers={201: wire.NewTrackerRows, 200: wire.NewTrackerRows},
        errors=(LimitExceededError, RateLimitedError),
    ),
    Operation(
        method="GET",
        path="/api/v1/trackers",
        name="list-trackers",
        handler=_list,
        summary="List trackers, newest first",
        query=wire.TrackersQuery,
        answers={200: wire.TrackerList},
    ),
    Operation(
        method="GET",
        path="/api/v1/trackers/{id}",
        name="get-tracker",
        handler=_get,
        summary="Read one tracker",
        answers={200: wire.TrackerAnswer},
    ),
    Operation(
        method="PATCH",
        path="/api/v1/trackers/{id}",
        name="change-tracker",
        handler=_change,
        summary="Change a tracker's schedule, expiry or state",
        body=wire.TrackerPatch,
        answers={200: wire.TrackerAnswer},
        errors=(LimitExceededError, ConflictError),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/trackers/{id}",
        name="delete-tracker",
        handler=_delete,
        summary="Stop and forget a tracker; what it recorded stays",
        answers={204: None},
    ),
    Operation(
        method="POST",
        path="/api/v1/trackers/{id}/run",
        name="run-tracker",
        handler=_run,
        summary="Run a tracker now, outside its schedule",
        answers={202: wire.TrackerAnswer},
        errors=(ConflictError,),
    ),
    Operation(
        method="GET",
        path="/api/v1/trackers/{id}/runs",
        name="list-runs-of-tracker",
        handler=_runs_of,
        summary="List a tracker's runs, newest first",
        query=wire.PageQuery,
        answers={200: wire.RunList},
    ),
    Operation(
        method="GET",
        path="/api/v1/runs",
        name="list-runs",
        handler=_runs,
        summary="List runs, newest first",
        query=wire.RunsQuery,
        answers={200: wire.RunList},
        errors=(NotFoundError,),
    ),
)
