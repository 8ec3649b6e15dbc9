"""Routes of choices: what a person consented to, and every version of it."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.mediarithmics import render, wire, work
from bellwether.dialects.mediarithmics.parse import read_choice
from bellwether.dialects.mediarithmics.selectors import read_selector, read_value
from bellwether.model.errors import ConflictError, InvalidInputError
from bellwether.model.people import Selector

_ALL = "/v1/datamarts/{datamartId}/user_points/{userSelector}/user_choices"
_ONE = f"{_ALL}/processing_id={{processingId}}"


async def _list(call: Call[None, wire.ListQuery]) -> Reply:
    who = _selector(call)
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.choices.all_current(datamart, who),
        lambda found: render.render_all([render.choice(one) for one in found], call.query),
    )


async def _get(call: Call[None, None]) -> Reply:
    who, processing_id = _selector(call), _processing(call)
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.choices.current(datamart, who, processing_id),
        lambda found: render.render_one(render.choice(found)),
    )


async def _put(call: Call[wire.UserChoice, None]) -> Reply:
    who, processing_id = _selector(call), _processing(call)
    choice = read_choice(call.body, call.raw, processing_id, who)
    return await work.write_settled(
        call,
        lambda engine, datamart, principal: engine.choices.put(
            datamart, who, choice, principal.key_id
        ),
        lambda recorded: render.render_one(render.choice(recorded)),
    )


async def _log(call: Call[None, wire.ListQuery]) -> Reply:
    who, processing_id = _selector(call), _processing(call)
    first, most = call.query.first_result, call.query.max_results
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.choices.log(
            datamart, who, processing_id, first=first, limit=most
        ),
        lambda page: render.render_list(
            [render.choice(one) for one in page[0]], call.query, page[1]
        ),
    )


def _selector(call: Call[Any, Any]) -> Selector:
    return read_selector(call.path["userSelector"], "userSelector")


def _processing(call: Call[Any, Any]) -> str:
    return read_value(call.path["processingId"], "processingId")


CHOICES: Sequence[Operation] = (
    Operation(
        method="GET",
        path=_ALL,
        name="list-user-choices",
        handler=_list,
        summary="List a person's choices: of each processing the version that counts",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get-user-choice",
        handler=_get,
        summary="Read the version of a choice that counts",
        answers={200: wire.ChoiceAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="PUT",
        path=_ONE,
        name="put-user-choice",
        handler=_put,
        summary="Record a version of a choice",
        description="Nothing is overwritten. Answers with the version that was recorded, which"
        " counts unless a later one is there.",
        body=wire.UserChoice,
        answers={200: wire.ChoiceAnswer},
        errors=(InvalidInputError, ConflictError),
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/change_log",
        name="get-user-choice-change-log",
        handler=_log,
        summary="List every version of a choice those recorded last first",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
)
