"""`bellwether deliveries`: what endpoints were told, and telling it again."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output, webhooks
from bellwether.cli.grouped import grouped
from bellwether.model.errors import InvalidInputError
from bellwether.model.paging import Page
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import (
    Delivery,
    DeliveryFilter,
    DeliveryState,
    EventType,
    Replayed,
)

if TYPE_CHECKING:
    from bellwether.app.container import Container

deliveries = typer.Typer(
    help="Show what webhook endpoints were told, and tell it again.", no_args_is_help=True
)

_COLUMNS = (
    "id",
    "event_type",
    "state",
    "attempts",
    "last_status",
    "last_error",
    "created_at",
    "endpoint_id",
)
_PAGE = 500

EndpointOption = Annotated[
    str | None, typer.Option("--endpoint", metavar="ID", help="Only this endpoint's.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(deliveries, name="deliveries")


@deliveries.command("list")
@grouped
def list_(
    *,
    endpoint: EndpointOption = None,
    state: Annotated[
        DeliveryState | None, typer.Option("--state", help="Only in this state.")
    ] = None,
    event: Annotated[
        EventType | None, typer.Option("--event", help="Only of this type of event.")
    ] = None,
    tracker: Annotated[
        str | None, typer.Option("--tracker", metavar="ID", help="Only about this tracker.")
    ] = None,
    start: webhooks.From = None,
    end: webhooks.To = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 50,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List deliveries, newest first (with --json, one object a line)."""
    first, after = webhooks.read_span(start, end)
    wanted = DeliveryFilter(endpoint, state, event, tracker, first, after)
    with common.opened(place) as (container, scope):
        rows = (webhooks.delivery_record(one) for one in _pages(container, scope, wanted, limit))
        output.emit_rows(rows, as_json=as_json, columns=_COLUMNS)


@deliveries.command()
@grouped
def show(
    delivery_id: Annotated[str, typer.Argument(metavar="ID", help="The delivery's id.")],
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Show one delivery, what it told, and every attempt."""
    with common.opened(place) as (container, scope):
        delivery, event, log = container.units.read_now(
            lambda engine: (
                found := engine.webhooks.delivery(scope, delivery_id),
                engine.webhooks.event(scope, found.event_id),
                engine.webhooks.list_attempts(scope, delivery_id, limit=_PAGE).items,
            )
        )
    attempts = [
        {
            "at": one.at,
            "duration_ms": one.duration_ms,
            "status": one.status,
            "error": one.error,
            "response_excerpt": one.response_excerpt,
        }
        for one in log
    ]
    record = webhooks.delivery_record(delivery)
    if as_json:
        output.emit_json({**record, "data": event.data, "attempt_log": attempts})
        return
    output.emit_record(record, as_json=False)
    output.say("data")
    output.emit_json(event.data)
    output.emit_rows(attempts, as_json=False, title="attempts")


@deliveries.command()
@grouped
def replay(
    delivery_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The delivery; or --endpoint.")
    ] = None,
    *,
    endpoint: EndpointOption = None,
    start: webhooks.From = None,
    end: webhooks.To = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what the endpoint was told in the end.")
    ] = False,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Put one delivery in line again, or what failed of an endpoint's within a span of time.

    The events keep their ids, so that a receiver can tell what it has seen.
    """
    span = webhooks.read_span(start, end)
    if (delivery_id is None) == (endpoint is None):
        raise InvalidInputError("say which: a delivery's id, or --endpoint ID", field="endpoint")
    with common.opened(place) as (container, scope):
        if delivery_id is not None:
            again = container.units.write_now(
                lambda engine: engine.webhooks.replay(scope, delivery_id)
            )
            output.emit_record(webhooks.delivery_record(again), as_json=as_json)
            return
        queued = _replay_range(container, scope, str(endpoint), span, everything=everything)
    output.emit_record({"endpoint_id": endpoint, "queued": queued}, as_json=as_json)


def _replay_range(
    container: "Container",
    scope: Scope,
    endpoint: str,
    span: tuple[datetime | None, datetime | None],
    *,
    everything: bool,
) -> int:
    """Replay portion by portion, each in a transaction of its own; returns how many."""

    def portion(cursor: str | None) -> Replayed:
        return container.units.write_now(
            lambda engine: engine.webhooks.replay_range(
                scope,
                endpoint,
                start=span[0],
                end=span[1],
                only_failed=not everything,
                cursor=cursor,
            )
        )

    done = portion(None)
    queued = done.count
    while done.next_cursor is not None:
        done = portion(done.next_cursor)
        queued += done.count
    return queued


def _pages(
    container: "Container", scope: Scope, wanted: DeliveryFilter, limit: int
) -> Iterator[Delivery]:
    def page(size: int, cursor: str | None) -> Page[Delivery]:
        return container.units.read_now(
            lambda engine: engine.webhooks.list_deliveries(scope, wanted, limit=size, cursor=cursor)
        )

    left, cursor = limit, None
    while left:
        found = page(min(left, _PAGE), cursor)
        yield from found.items
        left, cursor = left - len(found.items), found.next_cursor
        if cursor is None:
            return
