"""`bellwether keys`: make, list and revoke credentials."""

from typing import Annotated

import typer

from bellwether.cli import common, output
from bellwether.model.tenants import PlanName

keys = typer.Typer(help="Make, list and revoke keys.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(keys, name="keys")


@keys.command()
def create(
    *,
    workspace: Annotated[
        str, typer.Option("--workspace", metavar="NAME", help="Whose key; made when it is new.")
    ],
    environment: common.EnvironmentName,
    plan: Annotated[
        PlanName | None,
        typer.Option(
            "--plan",
            help="Put the workspace on this plan. A new one is on own, which has no limits.",
        ),
    ] = None,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Make a key. Its secret and token are shown now and never again.

    Works while a server runs on the same store, which accepts the key at once.
    """
    with common.open_store(data, database) as container:
        made = container.units.write_now(
            lambda engine: engine.tenants.create_key(workspace, environment, plan)
        )
    output.emit_record(
        {
            "workspace_id": made.key.scope.workspace_id,
            "environment": made.key.scope.environment,
            "client_id": made.key.client_id,
            "client_secret": made.secret,
            "token": made.token,
        },
        as_json=as_json,
    )
    if not as_json:
        output.hint("Keep the secret and the token now: they are stored only as hashes.")


@keys.command("list")
def list_(
    *,
    workspace: Annotated[
        str | None, typer.Option("--workspace", metavar="NAME", help="Only its keys.")
    ] = None,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """List keys, oldest first, without their secrets (with --json, one object a line)."""
    with common.open_store(data, database, create=False) as container:
        found, workspaces = container.units.read_now(
            lambda engine: (
                engine.tenants.list_keys(workspace),
                {each.id: each for each in engine.tenants.list_workspaces()},
            )
        )
    rows = [
        {
            "workspace": workspaces[key.scope.workspace_id].name,
            "plan": workspaces[key.scope.workspace_id].plan.name,
            "environment": key.scope.environment,
            "client_id": key.client_id,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }
        for key in found
    ]
    output.emit_rows(rows, as_json=as_json)
    if not rows and not as_json:
        output.hint(
            "There are no keys. Make one: bellwether keys create --workspace NAME "
            "--environment sandbox"
        )


@keys.command()
def signing(
    client_id: Annotated[str, typer.Argument(metavar="CLIENT_ID", help="The key's client id.")],
    *,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Show the secret with which a key signs requests (X-Mics-Key-Id, X-Mics-Ts, X-Mics-Mac).

    It follows from the server's own key and the client id, so it can be shown again. A server
    takes signatures only with the setting REQUEST_SIGNATURES.
    """
    with common.open_store(data, database, create=False) as container:
        found = container.units.read_now(lambda engine: engine.access.signing_secret(client_id))
    output.emit_record(
        {"client_id": found.client_id, "signing_secret": found.secret}, as_json=as_json
    )


@keys.command()
def revoke(
    client_id: Annotated[str, typer.Argument(metavar="CLIENT_ID", help="The key's client id.")],
    *,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Revoke a key at once, also for a server that is running."""
    with common.open_store(data, database, create=False) as container:
        key = container.units.write_now(lambda engine: engine.tenants.revoke_key(client_id))
    output.emit_record({"client_id": key.client_id, "revoked_at": key.revoked_at}, as_json=as_json)
