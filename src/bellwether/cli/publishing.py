"""What the commands for accounts, posts and tasks share."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output
from bellwether.model.accounts import AccountFilter, ManagedAccount
from bellwether.model.errors import InvalidInputError
from bellwether.model.posts import Post, StatRow, Task
from bellwether.model.tenants import Scope

if TYPE_CHECKING:
    from bellwether.app.container import Container

AccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]
PostId = Annotated[str, typer.Argument(metavar="POST", help="The post's id.")]
Tag = Annotated[str | None, typer.Option("--tag", metavar="TEXT", help="Tag of accounts.")]
OrgGroup = Annotated[
    str | None, typer.Option("--org-group", metavar="TEXT", help="Group in the organisation.")
]
UserGroup = Annotated[
    str | None, typer.Option("--user-group", metavar="TEXT", help="Group of users.")
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="ISO",
        help="When it goes out, in ISO 8601; UTC without an offset.",
        show_default="at once",
    ),
]
Caption = Annotated[str, typer.Option("--caption", metavar="TEXT", help="At most 500 characters.")]


@contextmanager
def outside(place: common.Place) -> Iterator[tuple["Container", Scope, asyncio.Runner]]:
    """Open the store for a command that also asks the outside, and close both."""
    with common.opened(place) as (container, scope), asyncio.Runner() as runner:
        try:
            yield container, scope, runner
        finally:
            runner.run(_close(container))


async def _close(container: "Container") -> None:
    await container.client.aclose()
    await container.publishers.aclose()


def accounts_meant(
    account: str | None, tag: str | None, org_group: str | None, user_group: str | None
) -> AccountFilter:
    """Return the filter that the options ask for."""
    return AccountFilter(
        ids=None if account is None else [account],
        tag=tag,
        org_group=org_group,
        user_group=user_group,
    )


def instant(text: str | None, field: str) -> datetime | None:
    """Read an instant; InvalidInputError names the option."""
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInputError(f"not an instant in ISO 8601: {text[:50]}", field=field) from error
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def account_record(account: ManagedAccount) -> output.Record:
    """Return an account as it is printed."""
    return {**asdict(account), "details": account.details}


def post_record(post: Post) -> output.Record:
    """Return a post as it is printed."""
    return asdict(post)


def task_record(task: Task) -> output.Record:
    """Return a task as it is printed."""
    record = asdict(task)
    edit = record.pop("edit") or {}
    return {**record, "changes": {name: one for name, one in edit.items() if one is not None}}


def stat_record(kind: str, row: StatRow) -> output.Record:
    """Return a row of numbers as it is printed."""
    return {"of": kind, "id": row.owner_id, "at": row.at, "source": row.source, **row.metrics}
