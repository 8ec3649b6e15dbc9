"""What the commands about webhooks share: the store, whose it is, and how records are shown."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import output
from bellwether.model.errors import InvalidInputError
from bellwether.model.webhooks import Delivery, Endpoint

if TYPE_CHECKING:
    pass

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

EndpointId = Annotated[str, typer.Argument(metavar="ID", help="The endpoint's id.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="ISO", help="First instant or day, included; UTC.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="ISO", help="Last instant or day, included; UTC.")
]


def read_span(start: str | None, end: str | None) -> tuple[datetime | None, datetime | None]:
    """Return the first instant and the one after the last; InvalidInputError (`from`, `to`)."""
    last = _read_instant(end, "to")
    if last is not None and _DAY.fullmatch((end or "").strip()):
        return _read_instant(start, "from"), last + timedelta(days=1)
    return (
        _read_instant(start, "from"),
        None if last is None else last + timedelta(microseconds=1),
    )


def _read_instant(text: str | None, option: str) -> datetime | None:
    from bellwether.kit.instants import read_instant  # noqa: PLC0415  --help must not wait for it

    if text is None:
        return None
    try:
        return read_instant(text)
    except ValueError as error:
        raise InvalidInputError(str(error), field=option) from error


def endpoint_record(endpoint: Endpoint) -> dict[str, object]:
    """Return an endpoint as it is shown."""
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "dialect": endpoint.dialect,
        "state": endpoint.state,
        "disabled_reason": endpoint.disabled_reason,
        "created_at": endpoint.created_at,
    }


def delivery_record(delivery: Delivery) -> output.Record:
    """Return a delivery as it is shown."""
    return {
        "id": delivery.id,
        "event_type": delivery.event_type,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "next_attempt_at": delivery.next_attempt_at,
        "created_at": delivery.created_at,
        "finished_at": delivery.finished_at,
        "replay": delivery.replay,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "tracker_id": delivery.tracker_id,
    }
