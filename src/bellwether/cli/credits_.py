"""`bellwether credits`: what an environment of a workspace may still spend."""

from typing import Annotated

import typer

from bellwether.cli import common, output
from bellwether.model.credits import Balance
from bellwether.model.tenants import Environment, Scope, Workspace

credits_ = typer.Typer(help="Show and grant credits.", no_args_is_help=True)

WorkspaceName = Annotated[str, typer.Option("--workspace", metavar="NAME", help="Whose credits.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(credits_, name="credits")


@credits_.command()
def show(
    *,
    workspace: WorkspaceName,
    environment: common.EnvironmentName,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Show the credits granted, used and left; a plan without a limit grants none."""
    with common.open_store(data, database, create=False) as container:
        found = container.units.read_now(lambda engine: engine.tenants.find_workspace(workspace))
        scope = Scope(found.id, environment)
        balance = container.units.read_now(lambda engine: engine.credits.balance(scope, found.plan))
    output.emit_record(_record(found, environment, balance), as_json=as_json)


@credits_.command()
def grant(
    *,
    workspace: WorkspaceName,
    environment: common.EnvironmentName,
    amount: Annotated[int, typer.Option("--amount", metavar="N", help="How many credits to add.")],
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Add credits to what the plan grants, also while a server runs on the same store."""
    with common.open_store(data, database, create=False) as container:
        found = container.units.read_now(lambda engine: engine.tenants.find_workspace(workspace))
        scope = Scope(found.id, environment)
        balance = container.units.write_now(
            lambda engine: engine.credits.grant(scope, found.plan, amount)
        )
    output.emit_record(_record(found, environment, balance), as_json=as_json)
    if balance.available is None and not as_json:
        output.hint("The plan has no limit: these count once the workspace is on one that has.")


def _record(workspace: Workspace, environment: Environment, balance: Balance) -> output.Record:
    return {
        "workspace": workspace.name,
        "environment": environment,
        "plan": workspace.plan.name,
        "granted": balance.total,
        "used": balance.used,
        "available": balance.available,
    }
