"""`bellwether datamarts`: where activities, people, profiles and choices live."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output
from bellwether.cli.grouped import grouped
from bellwether.model.activities import Datamart
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Environment, Scope

if TYPE_CHECKING:
    from bellwether.app.container import Container

DatamartId = Annotated[
    int | None,
    typer.Option(
        "--datamart", metavar="ID", help="The datamart; the only one when there is only one."
    ),
]

datamarts = typer.Typer(help="Make and list datamarts.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(datamarts, name="datamarts")


@datamarts.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name for people.")],
    *,
    compartment: Annotated[
        str,
        typer.Option(
            "--compartment", metavar="ID", help="Compartment of accounts that are sent without one."
        ),
    ] = "1",
    number: Annotated[
        int | None,
        typer.Option(
            "--id", metavar="ID", help="The id it had elsewhere, so that URLs stay as they are."
        ),
    ] = None,
    workspace: common.WorkspaceName = None,
    environment: common.EnvironmentName = Environment.LIVE,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Make a datamart. Every key of the workspace and environment reaches it, at once."""
    with common.open_store(data, database) as container:
        made = container.units.write_now(
            lambda engine: engine.datamarts.create(
                Scope(common.pick_workspace(engine, workspace).id, environment),
                name,
                compartment_id=compartment,
                datamart_id=number,
            )
        )
    output.emit_record(_record(made), as_json=as_json)


@datamarts.command("list")
@grouped
def list_(
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List the datamarts of a workspace and environment (with --json, one object a line)."""
    with common.opened(place) as (container, scope):
        found = container.units.read_now(lambda engine: engine.datamarts.list(scope))
    output.emit_rows([_record(one) for one in found], as_json=as_json)
    if not found and not as_json:
        output.hint(
            f"There are no datamarts in the {place.environment} environment. Make one: bellwether "
            "datamarts create NAME"
        )


@contextmanager
def opened(place: common.Place, wanted: int | None) -> Iterator[tuple["Container", Datamart]]:
    """Open the store, which must be there, and find the datamart that is meant."""
    with common.opened(place) as (container, scope):
        found = container.units.read_now(lambda engine: engine.datamarts.list(scope))
        yield container, _pick(found, wanted)


def _pick(found: Sequence[Datamart], wanted: int | None) -> Datamart:
    """Return the datamart of that id, else the only one there is.

    InvalidInputError (`datamart`) when there are several or none.
    """
    if wanted is None and len(found) == 1:
        return found[0]
    for one in found:
        if one.id == wanted:
            return one
    if wanted is not None:
        raise InvalidInputError(f"there is no datamart {wanted} here", field="datamart")
    if not found:
        raise InvalidInputError(
            "there is no datamart; make one: bellwether datamarts create NAME", field="datamart"
        )
    ids = ", ".join(f"{one.id} ({one.name})" for one in found)
    raise InvalidInputError(f"say which datamart: {ids}", field="datamart")


def _record(one: Datamart) -> output.Record:
    return {
        "id": one.id,
        "name": one.name,
        "environment": one.scope.environment,
        "default_compartment": one.compartment_id,
        "created_at": one.created_at,
    }
