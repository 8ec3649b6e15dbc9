"""`bellwether cron`: when a schedule runs, or why it is none."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output
from bellwether.kit.clock import SystemClock
from bellwether.model.errors import InvalidInputError

if TYPE_CHECKING:
    from bellwether.kit.cron import Schedule

_MOST = 10_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("cron")(cron)


def cron(
    expression: Annotated[
        str, typer.Argument(metavar="EXPR", help="Five fields, in quotes: '0/5 8-18 * * MON-FRI'.")
    ],
    *,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="ISO",
            help="Runs after this instant; without an offset it is UTC.",
            show_default="now",
        ),
    ] = None,
    zone: Annotated[
        str,
        typer.Option("--tz", metavar="ZONE", help="Time zone whose clock the schedule follows."),
    ] = "UTC",
    count: Annotated[
        int, typer.Option("--count", metavar="N", min=1, max=_MOST, help="How many runs to print.")
    ] = 5,
    as_json: common.Json = False,
) -> None:
    """Print the next runs of a cron expression; exits with 2 and the reason when it is refused."""
    from bellwether.kit.cron import CronError, Schedule  # noqa: PLC0415  --help need not wait

    try:
        first = _instant(start)
        schedule = Schedule(expression, zone)
        runs = schedule.upcoming(first, count)
    except CronError as error:
        output.fail(InvalidInputError(error.message, field=error.field), as_json=as_json)
    except InvalidInputError as error:
        output.fail(error, as_json=as_json)
    _show(schedule, runs, as_json=as_json)


def _instant(text: str | None) -> datetime:
    if text is None:
        return SystemClock().now()
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is None:
            return instant.replace(tzinfo=UTC)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInputError(
            f'"{text[:64]}" is not an ISO 8601 instant such as 2026-03-29T00:30:00Z', field="from"
        ) from None


def _show(schedule: "Schedule", runs: list[datetime], *, as_json: bool) -> None:
    local = schedule.local(runs)
    if as_json:
        output.emit_json(
            {
                "expression": schedule.expression,
                "timezone": schedule.zone,
                "runs": runs,
                "local": [instant.isoformat() for instant in local],
            }
        )
        return
    output.emit_rows(
        (
            {
                "UTC": run.strftime("%Y-%m-%d %H:%M"),
                schedule.zone: instant.strftime("%a %Y-%m-%d %H:%M %z"),
            }
            for run, instant in zip(runs, local, strict=True)
        ),
        as_json=False,
    )
