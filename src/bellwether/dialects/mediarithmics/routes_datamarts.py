"""Routes of datamarts, and of activities that were refused."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.mediarithmics import render, wire, work
from bellwether.dialects.mediarithmics.parse import millis, with_key
from bellwether.dialects.mediarithmics.parse_activity import parse_activity
from bellwether.model.activities import Datamart
from bellwether.model.errors import ConflictError, InvalidInputError

_ALL = "/v1/datamarts"
_ONE = f"{_ALL}/{{datamartId}}"
_REJECTS = f"{_ONE}/rejected_activities"


async def _list(call: Call[None, wire.ListQuery]) -> Reply:
    found = await call.read(lambda engine, principal: engine.datamarts.list(principal.scope))
    return Reply(render.render_all([render.datamart(one) for one in found], call.query))


async def _get(call: Call[None, None]) -> Reply:
    found = await _datamart(call)
    return Reply(render.render_one(render.datamart(found)))


async def _rejects(call: Call[None, wire.ListQuery]) -> Reply:
    first, most = call.query.first_result, call.query.max_results
    rows, total = await work.read(
        call,
        lambda engine, datamart, _: engine.rejects.list(datamart.id, offset=first, limit=most),
    )
    return Reply(render.render_list([render.bad_row(one) for one in rows], call.query, total))


async def _reject(call: Call[None, None]) -> Reply:
    row_id = call.path["rejectId"]
    found = await work.read(
        call, lambda engine, datamart, _: engine.rejects.find(datamart.id, row_id)
    )
    return Reply(render.render_one(render.bad_row(found)))


async def _drop(call: Call[None, None]) -> Reply:
    row_id = call.path["rejectId"]
    return await work.write(
        call,
        lambda engine, datamart, _: engine.rejects.remove(datamart.id, row_id),
        lambda _: render.render_one({"deleted": 1}),
    )


async def _replay(call: Call[wire.Replay, None]) -> Reply:
    datamart, principal = await _datamart(call), await call.authenticate()
    row_id = call.path["rejectId"]
    row = await work.read(
        call, lambda engine, datamart, _: engine.rejects.find(datamart.id, row_id)
    )
    raw = call.raw if call.raw.strip() else row.body.encode("utf-8", "replace")
    raw = with_key(raw, row_id, anew=row.seq is not None)
    now_ms = millis(call.services.clock.now())
    activity = parse_activity(raw, now_ms, datamart.compartment_id, row_id)
    taken = await call.services.activities.add(datamart.id, principal.key_id, activity)
    return await work.write(
        call,
        lambda engine, datamart, _: engine.rejects.remove(datamart.id, row_id),
        lambda _: render.render_stored(taken.body),
    )


async def _datamart(call: Call[None, None] | Call[wire.Replay, None]) -> Datamart:
    return await work.read(call, lambda _engine, datamart, _principal: datamart)


DATAMARTS: Sequence[Operation] = (
    Operation(
        method="GET",
        path=_ALL,
        name="list-datamarts",
        handler=_list,
        summary="List the datamarts that the key reaches",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get-datamart",
        handler=_get,
        summary="Read a datamart",
        answers={200: wire.OneAnswer},
    ),
    Operation(
        method="GET",
        path=_REJECTS,
        name="list-rejected-activities",
        handler=_rejects,
        summary="List activities that were refused, newest first",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
    ),
    Operation(
        method="GET",
        path=f"{_REJECTS}/{{rejectId}}",
        name="get-rejected-activity",
        handler=_reject,
        summary="Read an activity that was refused",
        answers={200: wire.OneAnswer},
    ),
    Operation(
        method="DELETE",
        path=f"{_REJECTS}/{{rejectId}}",
        name="delete-rejected-activity",
        handler=_drop,
        summary="Forget an activity that was refused",
        answers={200: wire.OneAnswer},
    ),
    Operation(
        method="POST",
        path=f"{_REJECTS}/{{rejectId}}/replay",
        name="replay-rejected-activity",
        handler=_replay,
        summary="Take a refused activity after all, as it was or as it is sent now",
        body=wire.Replay,
        raw=True,
        answers={200: wire.ActivityAnswer},
        errors=(InvalidInputError, ConflictError),
    ),
)
