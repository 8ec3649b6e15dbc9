"""Routes of user points: who is known by which names, and what they did."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.mediarithmics import render, wire, work
from bellwether.dialects.mediarithmics.filters import read_filters
from bellwether.dialects.mediarithmics.parse import read_declaration, refuse_filters
from bellwether.dialects.mediarithmics.selectors import read_number, read_point_id, read_selector
from bellwether.model.errors import ConflictError, InvalidInputError, UnsupportedError
from bellwether.model.people import Selector

_DATAMART = "/v1/datamarts/{datamartId}"
_POINT = f"{_DATAMART}/user_points/{{userPointSelector}}"
_TIMELINE = f"{_DATAMART}/user_timelines/{{userPointId}}/user_activities"


async def _get(call: Call[None, None]) -> Reply:
    who = _who(call)
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.people.find(datamart, who),
        lambda found: render.render_one(render.point(found)),
    )


async def _identifiers(call: Call[None, wire.ListQuery]) -> Reply:
    who = _who(call)
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.people.identifiers(datamart, who),
        lambda found: render.render_all([render.identifier(one) for one in found], call.query),
    )


async def _activities(call: Call[None, wire.TimelineQuery]) -> Reply:
    who, wanted = _who(call), read_filters(call.query.filters)
    first, most = call.query.first_result, call.query.max_results
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.people.timeline(
            datamart, who, wanted, first=first, limit=most
        ),
        lambda page: render.render_list(page.items, call.query, page.total),
    )


async def _erase(call: Call[None, wire.ErasureQuery]) -> Reply:
    who = _who(call)
    refuse_filters(call.query.filters)
    return await work.write_settled(
        call,
        lambda engine, datamart, principal: engine.people.erase(datamart, who, principal.key_id),
        lambda proof: render.render_one(render.tombstone(proof)),
    )


async def _erasures(call: Call[None, wire.ListQuery]) -> Reply:
    found = await work.read(call, lambda engine, datamart, _: engine.people.tombstones(datamart))
    return Reply(render.render_all([render.tombstone(one) for one in found], call.query))


async def _declare(call: Call[wire.Declaration, None]) -> Reply:
    identifiers = read_declaration(call.body)
    return await work.write_settled(
        call,
        lambda engine, datamart, principal: engine.people.associate(
            datamart, identifiers, principal.key_id
        ),
        lambda point: render.render_one(render.point(point)),
    )


async def _merges(call: Call[None, wire.ListQuery]) -> Reply:
    who = _who(call)
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.people.merges(datamart, who),
        lambda found: render.render_all([render.merge(one) for one in found], call.query),
    )


async def _undo(call: Call[None, None]) -> Reply:
    number = read_number(call.path["number"], "number")
    return await work.write_settled(
        call,
        lambda engine, datamart, principal: engine.people.undo_merge(
            datamart, number, principal.key_id
        ),
        lambda undone: render.render_one(render.merge(undone)),
    )


def _who(call: Call[Any, Any]) -> Selector:
    if "userPointId" in call.path:
        return read_point_id(call.path["userPointId"], "userPointId")
    return read_selector(call.path["userPointSelector"])


POINTS: Sequence[Operation] = (
    Operation(
        method="GET",
        path=_POINT,
        name="get-user-point",
        handler=_get,
        summary="Find a person",
        answers={200: wire.OneAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="DELETE",
        path=_POINT,
        name="delete-user-point",
        handler=_erase,
        summary="Erase a person everywhere; the answer proves it",
        query=wire.ErasureQuery,
        answers={200: wire.OneAnswer},
        errors=(InvalidInputError, UnsupportedError),
    ),
    Operation(
        method="GET",
        path=f"{_POINT}/user_identifiers",
        name="list-user-identifiers",
        handler=_identifiers,
        summary="List the names of a person",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="GET",
        path=f"{_POINT}/user_activities",
        name="list-user-activities",
        handler=_activities,
        summary="List what a person did, newest first",
        query=wire.TimelineQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="GET",
        path=_TIMELINE,
        name="get-user-timeline",
        handler=_activities,
        summary="List what a user point did, newest first",
        query=wire.TimelineQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="DELETE",
        path=_TIMELINE,
        name="erase-user-point",
        handler=_erase,
        summary="Erase a person everywhere; the answer proves it",
        query=wire.ErasureQuery,
        answers={200: wire.OneAnswer},
        errors=(InvalidInputError, UnsupportedError),
    ),
    Operation(
        method="GET",
        path=f"{_DATAMART}/user_point_erasures",
        name="list-erasures",
        handler=_erasures,
        summary="List the proofs of erasures, oldest first",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
    ),
    Operation(
        method="POST",
        path=f"{_DATAMART}/user_identifiers_association_declarations",
        name="declare-association",
        handler=_declare,
        summary="Say that identifiers belong to one person",
        body=wire.Declaration,
        answers={200: wire.OneAnswer},
        errors=(ConflictError,),
    ),
    Operation(
        method="GET",
        path=f"{_POINT}/user_point_merges",
        name="list-merges",
        handler=_merges,
        summary="List the merges that led to a person as it is, oldest first",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="POST",
        path=f"{_DATAMART}/user_point_merges/{{number}}/undo",
        name="undo-merge",
        handler=_undo,
        summary="Take two joined user points apart again",
        answers={200: wire.OneAnswer},
        errors=(InvalidInputError, ConflictError),
    ),
)
