"""Options that several commands share, and opening the store for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.tenants import Environment, Scope

if TYPE_CHECKING:
    from bellwether.app.container import Container
    from bellwether.app.settings import Settings
    from bellwether.engine.facade import Engine
    from bellwether.model.tenants import Workspace

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of the store.",
        show_default="bellwether-data",
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="Store to use instead of the one in the data folder: sqlite:///PATH or "
        "postgresql://USER:PASSWORD@HOST/NAME.",
        show_default=False,
    ),
]
WorkspaceName = Annotated[
    str | None,
    typer.Option(
        "--workspace", metavar="NAME", help="Workspace; the only one when there is only one."
    ),
]
EnvironmentName = Annotated[
    Environment,
    typer.Option("--environment", help="live: the platforms. sandbox: the simulated network."),
]
Recordings = Annotated[
    Path | None,
    typer.Option(
        "--recordings", metavar="DIR", help="Folder of recordings for the sandbox to replay."
    ),
]
ReplayMapping = Annotated[
    Path | None,
    typer.Option(
        "--replay-mapping", metavar="FILE", help="How columns of your own recordings are read."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

DEFAULT_WORKSPACE = "default"


@dataclass(frozen=True, slots=True)
class Place:
    """Options that say which store, and whose part of it."""

    data: Data = None
    database: Database = None
    workspace: WorkspaceName = None
    environment: EnvironmentName = Environment.LIVE


@contextmanager
def open_store(
    data: Path | None = None, database: str | None = None, *, create: bool = True
) -> Iterator["Container"]:
    """Open the store that the options (else the environment) name, beside whoever else uses it.

    With `create` false, an embedded store must be there already: a misspelt folder is an error
    and not a new, empty store. Raises UnavailableError when it cannot be opened.
    """
    from bellwether.app.container import open_container  # noqa: PLC0415  --help must not wait
    from bellwether.app.settings import load_settings  # noqa: PLC0415  same

    settings = load_settings({"data": data, "database": database})
    configure_command_logs()
    place = embedded_path(settings)
    if not create and place is not None and not place.exists():
        raise NotFoundError(
            f"there is no store at {place}; `bellwether serve` or `bellwether keys create` makes "
            "one",
            field="data" if settings.database is None else "database",
        )
    container = open_container(settings)
    try:
        yield container
    finally:
        container.close()


@contextmanager
def opened(place: Place) -> Iterator[tuple["Container", Scope]]:
    """Open the store, which must be there, and find whose part of it is meant."""
    with open_store(place.data, place.database, create=False) as container:
        owner = container.units.write_now(lambda engine: pick_workspace(engine, place.workspace))
        yield container, Scope(owner.id, place.environment)


def configure_command_logs() -> None:
    """Send logs to standard error, warnings and worse unless the settings ask for more or less."""
    from bellwether.app.log import configure_logs  # noqa: PLC0415  --help must not wait for it
    from bellwether.app.settings import load_settings  # noqa: PLC0415  same

    settings = load_settings()
    level = "warning" if settings.log_level == "info" else settings.log_level
    configure_logs(replace(settings, log_level=level))


def embedded_path(settings: "Settings") -> Path | None:
    """Return the file of the embedded store, None when the store is elsewhere."""
    scheme, _, path = settings.database_url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") else None


def pick_workspace(engine: "Engine", name: str | None) -> "Workspace":
    """Return the workspace named, else the only one there is, else a new one named "default".

    NotFoundError when the one named is not there; InvalidInputError when there are several and
    none is named.
    """
    if name is not None:
        return engine.tenants.find_workspace(name)
    workspaces = engine.tenants.list_workspaces()
    if len(workspaces) > 1:
        names = ", ".join(workspace.name for workspace in workspaces)
        raise InvalidInputError(f"say which workspace: {names}", field="workspace")
    return workspaces[0] if workspaces else engine.tenants.ensure_workspace(DEFAULT_WORKSPACE)
