"""`bellwether tasks` and `bellwether refresh`: work on managed accounts, and their numbers."""

from typing import Annotated

import typer

from bellwether.cli import common, output, publishing
from bellwether.cli.grouped import grouped
from bellwether.model.posts import ActState, Refreshed, TaskFilter, TaskType

_COLUMNS = ("id", "account_id", "type", "state", "changes", "error", "created_at")

Account = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="That of one account.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("tasks")(tasks)
    app.command("refresh")(refresh)


@grouped
def tasks(
    *,
    account: Account = None,
    kind: Annotated[TaskType | None, typer.Option("--type", help="Those of a type.")] = None,
    state: Annotated[ActState | None, typer.Option("--state", help="Those in a state.")] = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List tasks, the latest first (with --json, one object a line).

    The server makes tasks of the type edit_profile only: it does not fake engagement.
    """
    wanted = TaskFilter(
        accounts=publishing.accounts_meant(account, None, None, None), type=kind, state=state
    )
    with common.opened(place) as (container, scope):
        found = container.units.read_now(lambda engine: engine.publishing.tasks(scope, wanted))
    rows = [publishing.task_record(one) for one in found]
    output.emit_rows(rows, as_json=as_json, columns=_COLUMNS)


@grouped
def refresh(
    *,
    account: Account = None,
    org_group: publishing.OrgGroup = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Fetch the numbers of accounts and their posts now: of one account, a group, or all.

    A group, or all of them, can be refreshed once an hour. Exits with 1 when some could not be
    read; --json prints one object a line.
    """
    with publishing.outside(place) as (container, scope, runner):
        refresher = container.refresher
        found = runner.run(
            refresher.everything(scope, org_group)
            if account is None
            else refresher.account(scope, account)
        )
    output.emit_rows(_rows(found), as_json=as_json)
    if found.failed_accounts or found.failed_posts:
        raise typer.Exit(output.FAILED)


def _rows(found: Refreshed) -> list[output.Record]:
    rows = [publishing.stat_record("account", row) for row in found.account_stats]
    rows += [publishing.stat_record("post", row) for row in found.post_stats]
    for kind, failed in (("account", found.failed_accounts), ("post", found.failed_posts)):
        rows += [{"of": kind, "id": one.owner_id, "error": one.message} for one in failed]
    return rows
