"""`bellwether choices`: what people consented to, every version of it, and whether it is whole."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, datamarts, output
from bellwether.cli.grouped import grouped
from bellwether.model.activities import Datamart
from bellwether.model.people import Choice

if TYPE_CHECKING:
    from bellwether.app.container import Container

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the engine

_PAGE = 500
_COLUMNS = (
    "number",
    "recorded_at",
    "user_point",
    "processing_id",
    "accepted",
    "choice_at",
    "origin",
    "who",
)

choices = typer.Typer(help="Show what people consented to.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(choices, name="choices")


@choices.command()
@grouped
def log(
    *,
    user: Annotated[
        str | None,
        typer.Option(
            "--user", metavar="SELECTOR", help="Only this person's, as paths of the API name one."
        ),
    ] = None,
    processing: Annotated[
        str | None, typer.Option("--processing", metavar="ID", help="Only of this processing.")
    ] = None,
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List every version of choices in the order in which they were recorded.

    Those of people who were erased are left out (with --json, one object a line).
    """
    from bellwether.dialects.mediarithmics.selectors import read_selector

    selector = None if user is None else read_selector(user, "user")
    with datamarts.opened(place, datamart) as (container, mart):
        point = None
        if selector is not None:
            found = container.units.read_now(lambda engine: engine.people.find(mart, selector))
            point = found.id
        rows = (
            _record(one)
            for one in _history(container, mart)
            if point in {None, one.point_id} and processing in {None, one.processing_id}
        )
        output.emit_rows(rows, as_json=as_json, columns=_COLUMNS)


@choices.command()
@grouped
def verify(
    *,
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Check that no version was changed or taken out since it was recorded; 1 if one was."""
    with datamarts.opened(place, datamart) as (container, mart):
        wrong = container.units.read_now(lambda engine: engine.choices.verify(mart))
    if as_json:
        output.emit_json({"whole": wrong is None, "first_wrong": wrong})
    elif wrong is None:
        output.say("Every version of every choice is as it was recorded.")
    else:
        output.hint(f"The log of choices is not whole: number {wrong} is not as it was recorded.")
    if wrong is not None:
        raise typer.Exit(output.FAILED)


def _history(container: "Container", mart: Datamart) -> Iterator[Choice]:
    def page(after: int) -> Sequence[Choice]:
        return container.units.read_now(
            lambda engine: engine.choices.history(mart, after=after, limit=_PAGE)
        )

    after = 0
    while found := page(after):
        yield from found
        after = found[-1].number


def _record(one: Choice) -> output.Record:
    from bellwether.kit.clock import from_micros

    return {
        "number": one.number,
        "recorded_at": one.recorded_at,
        "user_point": one.point_id,
        "processing_id": one.processing_id,
        "accepted": one.accepted,
        "choice_at": from_micros(one.choice_ts * 1000),
        "origin": one.origin,
        "who": one.who,
        "activity": one.activity,
        "fields": one.body,
        "digest": one.digest,
    }
