"""Answers of the mediarithmics dialect."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bellwether.dialects.mediarithmics import wire
from bellwether.dialects.mediarithmics.parse import millis
from bellwether.model.access import SoldToken
from bellwether.model.activities import BadRow, Datamart
from bellwether.model.people import (
    Choice,
    IdentifierKind,
    KnownIdentifier,
    Merge,
    Profile,
    Tombstone,
    UserPoint,
)
from bellwether.model.tenants import Key

Json = dict[str, Any]


def render_one(data: object) -> msgspec.Raw:
    """Return the envelope of one object."""
    return wire.encode({"status": "ok", "data": data})


def render_list(
    items: Sequence[Mapping[str, Any]],
    query: wire.ListQuery | wire.TimelineQuery,
    total: int | None,
) -> msgspec.Raw:
    """Return the envelope of a part of a list; `total` None where nobody counted."""
    return wire.encode(
        {
            "status": "ok",
            "count": len(items),
            "first_result": query.first_result,
            "max_results": query.max_results,
            "total": total,
            "data": items,
        }
    )


def render_all(items: Sequence[Mapping[str, Any]], query: wire.ListQuery) -> msgspec.Raw:
    """Return the envelope of the part that is wanted of a list that is there as a whole."""
    part = items[query.first_result : query.first_result + query.max_results]
    return render_list(part, query, len(items))


def render_stored(body: bytes) -> msgspec.Raw:
    """Return the envelope of an activity as it was logged."""
    return msgspec.Raw(b'{"status":"ok","data":' + body + b"}")


def datamart(one: Datamart) -> Json:
    """Return a datamart; its id is a number, and is taken as text in paths."""
    return {
        "id": str(one.id),
        "name": one.name,
        "default_compartment_id": one.compartment_id,
        "creation_ts": millis(one.created_at),
    }


def point(one: UserPoint) -> Json:
    """Return a user point."""
    return {
        "id": one.id,
        "$user_point_id": one.id,
        "$creation_ts": millis(one.created_at),
        "joined": list(one.joined),
    }


def identifier(known: KnownIdentifier) -> Json:
    """Return an identifier of a user point."""
    one = known.identifier
    told: Json = {"$type": one.kind.value}
    if one.kind is IdentifierKind.ACCOUNT:
        told |= {"$user_account_id": one.value, "$compartment_id": one.compartment_id}
    elif one.kind is IdentifierKind.EMAIL:
        told |= {"$hash": one.value}
        told |= {} if one.email is None else {"$email": one.email}
    else:
        told |= {"$user_agent_id": one.value}
    return told | {"$creation_ts": millis(known.added_at)}


def profile(one: Profile) -> Json:
    """Return a profile: the customer's fields and those of the server."""
    return {
        **one.body,
        "$compartment_id": one.compartment_id,
        "$user_account_id": one.account_id,
        "$creation_ts": millis(one.created_at),
        "$last_modified_ts": millis(one.modified_at),
    }


def choice(one: Choice) -> Json:
    """Return one version of a choice, with where it came from."""
    told: Json = {
        **one.body,
        "$user_point_id": one.point_id,
        "$processing_id": one.processing_id,
        "$choice_ts": one.choice_ts,
        "$choice_acceptance_value": one.accepted,
        "$creation_ts": millis(one.recorded_at),
        "$number": one.number,
        "$origin": one.origin.value,
        "$recorded_by": one.who,
        "$digest": one.digest,
    }
    return told if one.activity is None else {**told, "$activity_key": one.activity}


def tombstone(one: Tombstone) -> Json:
    """Return the proof that a person was erased."""
    return {
        "id": one.id,
        "erased_ts": millis(one.erased_at),
        "erased_by": one.erased_by,
        "before_ts": one.before_ts,
        "digests": list(one.digests),
        "removed": dict(one.removed),
    }


def merge(one: Merge) -> Json:
    """Return a merge of two user points."""
    return {
        "number": one.number,
        "kept_user_point_id": one.kept,
        "joined_user_point_id": one.joined,
        "cause": one.cause,
        "recorded_by": one.who,
        "ts": millis(one.at),
        "undone_ts": None if one.undone_at is None else millis(one.undone_at),
        "undone_by": one.undone_by,
    }


def bad_row(one: BadRow) -> Json:
    """Return an activity that was refused; its body is text, since it may not be JSON."""
    return {
        "id": one.id,
        "received_ts": millis(one.received_at),
        "source": one.source,
        "error_code": one.code.upper(),
        "error": one.reason,
        "field": one.field,
        "body": one.body.encode("utf-8", "replace").decode(),
        "seq": one.seq,
    }


def api_token(key: Key) -> Json:
    """Return a key's long-term token, which does not expire and whose value nobody knows."""
    return {
        "id": key.id,
        "user_id": key.client_id,
        "name": f"{key.scope.environment.value} token",
        "value": None,
        "creation_date": millis(key.created_at),
        "expiration_date": None,
    }


def access_token(sold: SoldToken) -> wire.AccessTokenAnswer:
    """Return a token that was bought with a client id and secret, or a refresh token."""
    seconds = int(sold.life.total_seconds())
    return wire.AccessTokenAnswer(
        status="ok", data=wire.AccessToken(access_token=sold.token, expires_in=seconds)
    )


def refresh_token(sold: SoldToken) -> wire.RefreshTokenAnswer:
    """Return a token that buys others."""
    seconds = int(sold.life.total_seconds())
    return wire.RefreshTokenAnswer(
        status="ok", data=wire.RefreshToken(refresh_token=sold.token, expires_in=seconds)
    )
