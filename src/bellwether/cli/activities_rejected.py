"""`bellwether activities rejected` and `replay`: what was refused, and taking it after all."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, datamarts, output
from bellwether.cli.grouped import grouped
from bellwether.model.activities import Accepted, BadRow, Datamart

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bellwether.app.container import Container

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the engine

_SENDER = "cli"
_PAGE = 500
_COLUMNS = ("id", "received_at", "source", "code", "field", "reason")


@grouped
def list_rejected(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 50,
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List activities that were refused, newest first (with --json, one object a line).

    They are kept for seven days.
    """
    with datamarts.opened(place, datamart) as (container, mart):
        rows = (_record(one) for one in islice(_rows(container, mart), limit))
        output.emit_rows(rows, as_json=as_json, columns=_COLUMNS)


@grouped
def replay(
    row_id: Annotated[str, typer.Argument(metavar="ID", help="The row's id.")],
    activity: Annotated[
        str | None,
        typer.Argument(metavar="[ACTIVITY]", help="JSON to take instead of what was refused."),
    ] = None,
    *,
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Take an activity after all that was refused, as it was or as it is given now."""
    import msgspec

    with datamarts.opened(place, datamart) as (container, mart):
        taken = _replay(container, mart, row_id, activity)
    if as_json:
        output.emit_json(msgspec.json.decode(taken.body))
    else:
        output.say("taken")


def _replay(container: "Container", mart: Datamart, row_id: str, activity: str | None) -> Accepted:
    """Log the activity and forget the row, both or neither."""
    from bellwether.dialects.mediarithmics.parse import with_key
    from bellwether.dialects.mediarithmics.parse_activity import parse_activity
    from bellwether.engine.activities.log import ActivityLog, Entry
    from bellwether.engine.activities.rejects import RejectService
    from bellwether.kit.clock import to_micros

    now = container.clock.now()

    def work(connection: "Connection") -> Accepted:
        rejects = RejectService(connection, container.clock)
        row = rejects.find(mart.id, row_id)
        text = row.body if activity is None else activity
        raw = with_key(text.encode("utf-8", "replace"), row.id, anew=row.seq is not None)
        parsed = parse_activity(raw, to_micros(now) // 1000, mart.compartment_id, row.id)
        (outcome,) = ActivityLog(connection).append([Entry(mart.id, _SENDER, parsed)], now)
        if not isinstance(outcome, Accepted):
            raise outcome
        rejects.remove(mart.id, row.id)
        return outcome

    return container.database.submit_write(work).result()


def _rows(container: "Container", mart: Datamart) -> Iterator[BadRow]:
    def page(offset: int) -> tuple[BadRow, ...]:
        rows, _ = container.units.read_now(
            lambda engine: engine.rejects.list(mart.id, offset=offset, limit=_PAGE)
        )
        return tuple(rows)

    offset = 0
    while found := page(offset):
        yield from found
        offset += len(found)


def _record(row: BadRow) -> output.Record:
    return {
        "id": row.id,
        "received_at": row.received_at,
        "source": row.source,
        "code": row.code,
        "field": row.field,
        "reason": row.reason,
        "body": row.body.encode("utf-8", "replace").decode(),
    }
