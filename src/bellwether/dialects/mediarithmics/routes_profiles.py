"""Routes of profiles: what is known of a person's accounts."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.mediarithmics import render, wire, work
from bellwether.dialects.mediarithmics.parse import read_profile
from bellwether.dialects.mediarithmics.selectors import read_selector, read_value
from bellwether.engine.facade import Engine
from bellwether.model.activities import Datamart
from bellwether.model.errors import ConflictError, InvalidInputError
from bellwether.model.people import Identifier, IdentifierKind, Selector
from bellwether.model.tenants import Principal

_ALL = "/v1/datamarts/{datamartId}/user_points/{userPointSelector}/user_profiles"
_COMPARTMENT = f"{_ALL}/compartment_id={{compartmentId}}"
_ONE = f"{_COMPARTMENT}/user_account_id={{userAccount}}"
_FOLLOWS = (
    "Shows what was sent before, unless the header `Bellwether-Lagging` says that it does not."
)


async def _list(call: Call[None, wire.ListQuery]) -> Reply:
    who, compartment = _selector(call), _compartment(call)
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.profiles.all(datamart, who, compartment),
        lambda found: render.render_all([render.profile(one) for one in found], call.query),
    )


async def _get(call: Call[None, None]) -> Reply:
    who, account = _selector(call), _account(call)
    return await work.read_settled(
        call,
        lambda engine, datamart, _: engine.profiles.get(datamart, who, account),
        lambda found: render.render_one(render.profile(found)),
    )


async def _put(call: Call[wire.UserProfile, wire.ProfileQuery]) -> Reply:
    who, account = _selector(call), _account(call)
    change = read_profile(call.body, call.raw, call.query, account)
    return await work.write_settled(
        call,
        lambda engine, datamart, principal: engine.profiles.put(
            datamart, who, account, change, principal.key_id
        ),
        lambda changed: render.render_one(render.profile(changed)),
    )


async def _delete(call: Call[None, None]) -> Reply:
    who, account = _selector(call), _account(call)
    return await work.write_settled(
        call,
        lambda engine, datamart, _: engine.profiles.delete(datamart, who, account),
        lambda _: render.render_one({"deleted": 1}),
    )


async def _delete_all(call: Call[None, None]) -> Reply:
    who, compartment = _selector(call), _compartment(call)

    def drop(engine: Engine, datamart: Datamart, _: Principal) -> int:
        found = engine.profiles.all(datamart, who, compartment)
        for one in found:
            account = Identifier(IdentifierKind.ACCOUNT, one.account_id, one.compartment_id)
            engine.profiles.delete(datamart, who, account)
        return len(found)

    return await work.write_settled(
        call, drop, lambda deleted: render.render_one({"deleted": deleted})
    )


def _selector(call: Call[Any, Any]) -> Selector:
    return read_selector(call.path["userPointSelector"])


def _compartment(call: Call[Any, Any]) -> str | None:
    text = call.path.get("compartmentId")
    return None if text is None else read_value(text, "compartmentId")


def _account(call: Call[Any, Any]) -> Identifier:
    account = read_value(call.path["userAccount"], "userAccount")
    return Identifier(IdentifierKind.ACCOUNT, account, _compartment(call))


PROFILES: Sequence[Operation] = (
    Operation(
        method="GET",
        path=_ALL,
        name="list-user-profiles",
        handler=_list,
        summary="List a person's profiles",
        description=_FOLLOWS,
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="DELETE",
        path=_ALL,
        name="delete-user-profiles",
        handler=_delete_all,
        summary="Delete all profiles of a person",
        answers={200: wire.OneAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="GET",
        path=_COMPARTMENT,
        name="list-user-profiles-of-compartment",
        handler=_list,
        summary="List a person's profiles in one compartment",
        description=_FOLLOWS,
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="DELETE",
        path=_COMPARTMENT,
        name="delete-user-profiles-of-compartment",
        handler=_delete_all,
        summary="Delete a person's profiles in one compartment",
        answers={200: wire.OneAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get-user-profile",
        handler=_get,
        summary="Read a profile",
        description=_FOLLOWS,
        answers={200: wire.ProfileAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="PUT",
        path=_ONE,
        name="put-user-profile",
        handler=_put,
        summary="Create or change a profile",
        body=wire.UserProfile,
        may_be_empty=True,
        query=wire.ProfileQuery,
        answers={200: wire.ProfileAnswer},
        errors=(InvalidInputError, ConflictError),
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        name="delete-user-profile",
        handler=_delete,
        summary="Delete a profile",
        answers={200: wire.OneAnswer},
        errors=(InvalidInputError,),
    ),
)
