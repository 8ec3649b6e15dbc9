"""`bellwether activities`: send what people did, watch it come in, bring it in and out."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import (
    activities_import,
    activities_rejected,
    common,
    datamarts,
    export,
    output,
)
from bellwether.cli.grouped import grouped
from bellwether.model.activities import Datamart, LoggedActivity
from bellwether.model.errors import BellwetherError, InvalidInputError

if TYPE_CHECKING:
    from bellwether.app.container import Container

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the engine

SENDER = "cli"
"""Whom the log names for what commands send: there is no key."""

_BATCH = 500
_LOOK_SECONDS = 0.5
_EVERY = 1000

activities = typer.Typer(
    help="Send, watch, import and export what people do.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    activities.command("import")(activities_import.import_activities)
    activities.command("rejected")(activities_rejected.list_rejected)
    activities.command("replay")(activities_rejected.replay)
    app.add_typer(activities, name="activities")


@dataclass
class _Told:
    """What became of lines."""

    taken: int = 0
    repeated: int = 0
    refused: int = 0


@activities.command()
@grouped
def send(
    activity: Annotated[
        str,
        typer.Argument(metavar="ACTIVITY", help="JSON; - reads one a line from standard input."),
    ] = "-",
    *,
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Log activities, with the checks of the API. Each is on disk when the command says so.

    A server on the same store works them in. What is refused is kept as a bad row, and the
    command ends with 1 (with --json, one object a line for each).
    """
    lines = _stdin() if activity == "-" else [activity.encode(errors="surrogateescape")]
    told = _Told()
    with datamarts.opened(place, datamart) as (container, mart):
        numbered = ((place, text) for place, one in enumerate(lines, 1) if (text := one.strip()))
        while batch := list(islice(numbered, _BATCH)):
            _send(container, mart, batch, told, as_json=as_json)
    if not as_json:
        again = f" ({told.repeated} of them before)" if told.repeated else ""
        output.say(f"{told.taken:,} taken{again}, {told.refused:,} refused")
    if told.refused:
        raise typer.Exit(output.FAILED)


def _stdin() -> Iterable[bytes]:
    raw = getattr(sys.stdin, "buffer", None)
    return raw if raw is not None else (line.encode() for line in sys.stdin)


def _send(
    container: "Container",
    mart: Datamart,
    batch: Sequence[tuple[int, bytes]],
    told: _Told,
    *,
    as_json: bool,
) -> None:
    """Log some lines in one transaction, and say what became of them."""
    import msgspec

    from bellwether.dialects.mediarithmics.parse_activity import parse_activity
    from bellwether.engine.activities.log import ActivityLog, Entry
    from bellwether.engine.activities.rejects import RejectService, make_bad_row
    from bellwether.kit.clock import to_micros
    from bellwether.kit.ids import new_id

    clock = container.clock
    now = clock.now()
    results: dict[int, Entry | BellwetherError] = {}
    for number, raw in batch:
        try:
            parsed = parse_activity(raw, to_micros(now) // 1000, mart.compartment_id, new_id())
            results[number] = Entry(mart.id, SENDER, parsed)
        except BellwetherError as error:
            results[number] = error
    entries = {number: one for number, one in results.items() if isinstance(one, Entry)}
    raws = dict(batch)
    outcomes = container.database.submit_write(
        lambda connection: ActivityLog(connection).append(list(entries.values()), now)
    ).result()
    done = {**results, **dict(zip(entries, outcomes, strict=True))}
    bad = [
        (make_bad_row(mart.id, raws[number], one, clock), SENDER)
        for number, one in done.items()
        if isinstance(one, BellwetherError)
    ]
    if bad:
        container.database.submit_write(
            lambda connection: RejectService(connection, clock).add(bad)
        ).result()
    for number, one in done.items():
        if isinstance(one, BellwetherError):
            told.refused += 1
            _tell_refused(number, one, as_json=as_json)
        elif not isinstance(one, Entry):
            told.taken += 1
            told.repeated += one.repeated
            if as_json:
                output.emit_json({"line": number, "activity": msgspec.json.decode(one.body)})


def _tell_refused(number: int, error: BellwetherError, *, as_json: bool) -> None:
    if as_json:
        told = {"code": error.code, "message": error.message, "field": error.field}
        output.emit_json({"line": number, "error": told})
    else:
        output.hint(f"line {number}: {error.message}")


@activities.command()
@grouped
def tail(
    *,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, help="How many of the last to show first.")
    ] = 10,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes in, until Ctrl-C.")
    ] = False,
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Show the last activities of the log (with --json, one object a line)."""
    with datamarts.opened(place, datamart) as (container, mart), export.opened_out("-"):
        seq = max(0, _end(container, mart) - lines)
        while True:
            for one in _after(container, mart, seq):
                seq = one.seq
                _show(one, as_json=as_json)
            if not follow:
                return
            time.sleep(_LOOK_SECONDS)


@activities.command("export")
@grouped
def export_(
    *,
    target: export.Output = "-",
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Write all activities of a datamart as JSON lines, which `activities import` reads.

    They come in the order of the log, each as it was acknowledged; those of people who were
    erased are not in it any more.
    """
    import msgspec

    if as_json and target == "-":
        raise InvalidInputError("--json goes with --output FILE", field="json")
    total = 0
    with datamarts.opened(place, datamart) as (container, mart), export.opened_out(target) as out:
        wanted = _end(container, mart)
        with output.progress("exporting", total=wanted, quiet=as_json or target == "-") as bar:
            for one in _after(container, mart, 0, until=wanted):
                out.write(msgspec.json.encode(one.body).decode() + "\n")
                total += 1
                if total % _EVERY == 0:
                    bar.advance(_EVERY)
    if target == "-":
        return
    if as_json:
        output.emit_json({"activities": total})
    else:
        output.say(f"{total:,} activities written")


def _end(container: "Container", mart: Datamart) -> int:
    """Return the last place in the log."""
    from bellwether.engine.activities.log import ActivityLog

    return container.database.submit_read(
        lambda connection: ActivityLog(connection).lag(mart.id).logged
    ).result()


def _after(
    container: "Container", mart: Datamart, seq: int, *, until: int | None = None
) -> Iterator[LoggedActivity]:
    """Yield activities behind a place in the log, those that are there now."""
    from bellwether.engine.activities.log import ActivityLog

    def page(seq: int) -> tuple[Sequence[LoggedActivity], int]:
        return container.database.submit_read(
            lambda connection: ActivityLog(connection).after(mart.id, seq, _BATCH)
        ).result()

    while until is None or seq < until:
        found, last = page(seq)
        yield from found
        if last <= seq:
            return
        seq = last


def _show(one: LoggedActivity, *, as_json: bool) -> None:
    if as_json:
        output.emit_json(
            {
                "seq": one.seq,
                "received_at": one.received_at,
                "sent_by": one.sent_by,
                "activity": one.body,
            }
        )
        return
    events = one.body.get("$events")
    names = [str(event.get("$event_name")) for event in events] if isinstance(events, list) else []
    at = one.received_at.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")
    output.say(f"{one.seq}  {at}  {one.body.get('$type')}  {', '.join(names)}".rstrip())
